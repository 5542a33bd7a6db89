/**
 * Which models are installed and whether they are what their manifests say. A model that is not 'verified' is never run;
 * a service without models is complete, it only makes no model statements.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { compareTensors } from './compare-tensors.ts';
import { loadSession, type FailedProvider, type Provider } from './execution-providers.ts';
import { manifestParser, type ModelManifest, type ParsedManifest } from './model-manifest.ts';

export const MODEL_STATES = ['verified', 'damaged', 'missing-file', 'invalid-manifest', 'unloadable'] as const;
/** `damaged`: a file differs from its digest. `unloadable`: no provider loads it, or the graph is not as declared. */
export type ModelState = (typeof MODEL_STATES)[number];

export interface ModelReport {
  /** Name of the folder. */
  readonly name: string;
  readonly version: string | null;
  readonly state: ModelState;
  /** Why it is not verified; no patient data. */
  readonly reason: string | null;
  /** SHA-256 of the graph; goes into every statement made with it. */
  readonly digest: string | null;
  /** The provider that really loaded; null for imaging models, whose sessions live in processes of their own. */
  readonly provider: Provider | null;
  readonly failedProviders: readonly FailedProvider[];
}

export interface InstalledModel {
  readonly manifest: ModelManifest;
  readonly report: ModelReport;
  /** Present for tabular models. */
  readonly session: InferenceSession | null;
}

export interface ModelRegistry {
  /** Sorted by name; empty when none is installed. */
  readonly reports: readonly ModelReport[];
  /** 'no model installed', or how many are verified. */
  readonly summary: string;
  /** Only verified models. */
  readonly get: (name: string) => InstalledModel | undefined;
  readonly close: () => Promise<void>;
}

export interface RegistryOptions {
  readonly directory: string;
  readonly providers: readonly Provider[];
}

interface Examined {
  readonly report: ModelReport;
  readonly model: InstalledModel | null;
}

function report(name: string, state: ModelState, reason: string | null, more: Partial<ModelReport> = {}): ModelReport {
  return { name, version: null, state, reason, digest: null, provider: null, failedProviders: [], ...more };
}

type Read = (text: string) => ParsedManifest;

async function examine(
  directory: string,
  name: string,
  parse: Read,
  providers: readonly Provider[],
): Promise<Examined> {
  const fail = (state: ModelState, reason: string, more: Partial<ModelReport> = {}): Examined => ({
    report: report(name, state, reason, more),
    model: null,
  });
  const parsed = parse(await readFile(join(directory, name, 'model.json'), 'utf8'));
  if ('problem' in parsed) return fail('invalid-manifest', parsed.problem);
  const { manifest } = parsed;
  const { version } = manifest;
  if (manifest.name !== name) return fail('invalid-manifest', 'the name is not that of the folder', { version });

  let graph: { bytes: Uint8Array; digest: string } | null = null;
  for (const { path, sha256 } of manifest.files) {
    const file = join(directory, name, path);
    if (!existsSync(file)) return fail('missing-file', `${path} is not there`, { version });
    const bytes = await readFile(file);
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (digest !== sha256) return fail('damaged', `${path} differs from its digest`, { version });
    if (graph === null && path.endsWith('.onnx')) graph = { bytes, digest };
  }
  if (graph === null) return fail('missing-file', 'no .onnx file is named', { version });
  const { digest } = graph;
  if (manifest.kind === 'imaging') {
    const verified = report(name, 'verified', null, { version, digest });
    return { report: verified, model: { manifest, report: verified, session: null } };
  }
  try {
    const { session, provider, failed } = await loadSession(graph.bytes, providers);
    const differences = compareTensors(manifest, session);
    if (differences.length > 0) {
      await session.release();
      return fail('unloadable', `the graph is not as declared: ${differences.join('; ')}`, { version, digest });
    }
    const verified = report(name, 'verified', null, { version, digest, provider, failedProviders: failed });
    return { report: verified, model: { manifest, report: verified, session } };
  } catch (error) {
    return fail('unloadable', error instanceof Error ? error.message : 'unknown', { version, digest });
  }
}

async function folders(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [];
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'model.json')))
    .map(({ name }) => name)
    .sort();
}

/**
 * Examines every `<directory>/<name>/model.json`. Never throws for a bad model: that is a report.
 * @throws when the schema of manifests cannot be read although models are installed
 */
export async function openModelRegistry({ directory, providers }: RegistryOptions): Promise<ModelRegistry> {
  const names = await folders(directory);
  const examined: Examined[] = [];
  if (names.length > 0) {
    const schema = JSON.parse(await readFile(join(directory, 'model.schema.json'), 'utf8')) as object;
    const parse = manifestParser(schema);
    for (const name of names) examined.push(await examine(directory, name, parse, providers));
  }
  const models = new Map(examined.flatMap(({ model }) => (model === null ? [] : [[model.manifest.name, model]])));
  return {
    reports: examined.map((e) => e.report),
    summary: names.length === 0 ? 'no model installed' : `${models.size} of ${names.length} models verified`,
    get: (name) => models.get(name),
    close: async () => {
      for (const { session } of models.values()) await session?.release();
      models.clear();
    },
  };
}
