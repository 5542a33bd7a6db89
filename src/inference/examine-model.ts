/** Is a model folder what its manifest says? Only then is its graph loaded. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { compareTensors } from './compare-tensors.ts';
import { loadSession, type Provider } from './execution-providers.ts';
import type { ModelManifest, ParsedManifest } from './model-manifest.ts';
import type { ModelReport, ModelState } from './model-report.ts';
import { roleOf, type ModelOrigin, type ModelRole } from './model-roles.ts';

export interface InstalledModel {
  readonly manifest: ModelManifest;
  readonly report: ModelReport;
  /** Its own folder, with statistics.json and MODEL_CARD.md beside the graph. */
  readonly folder: string;
  /** Present for tabular models. */
  readonly session: InferenceSession | null;
}

export interface Examined {
  readonly report: ModelReport;
  /** Null when it may not be run. */
  readonly model: InstalledModel | null;
}

export interface Examination {
  readonly folder: string;
  readonly name: string;
  readonly origin: ModelOrigin;
  readonly parse: (text: string) => ParsedManifest;
  readonly providers: readonly Provider[];
  readonly configuredRole: ModelRole | undefined;
  /** In production a model trained on simulated data may run in the shadow, and is refused as active. */
  readonly refuseSimulated: boolean;
}

const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

export async function examineModel(examination: Examination): Promise<Examined> {
  const { folder, name, origin, parse, providers, configuredRole, refuseSimulated } = examination;
  let report: ModelReport = {
    name,
    version: null,
    kind: null,
    family: null,
    origin,
    role: configuredRole ?? null,
    simulated: false,
    state: 'verified',
    reason: null,
    digest: null,
    manifestDigest: null,
    provider: null,
    failedProviders: [],
  };
  const fail = (state: ModelState, reason: string): Examined => ({ report: { ...report, state, reason }, model: null });

  const text = await readFile(join(folder, 'model.json'), 'utf8');
  report = { ...report, manifestDigest: sha256(text) };
  const parsed = parse(text);
  if ('problem' in parsed) return fail('invalid-manifest', parsed.problem);
  const { manifest } = parsed;
  const role = roleOf(manifest, origin, configuredRole);
  const simulated = manifest.simulated === true;
  const { version, kind, family = null } = manifest;
  report = { ...report, version, kind, family, role, simulated };
  if (manifest.name !== name) return fail('invalid-manifest', 'the name is not that of the folder');
  if (role === 'active' && simulated && refuseSimulated) {
    return fail('refused', 'it was trained on simulated data and cannot be active in production');
  }

  const files = await readFiles(folder, manifest);
  if ('state' in files) return fail(files.state, files.reason);
  report = { ...report, digest: files.digest };
  if (role === 'off') return { report, model: null };
  if (manifest.kind === 'imaging') return { report, model: { manifest, report, folder, session: null } };
  return loadGraph(files.graph, manifest, report, folder, providers);
}

type Files =
  { readonly graph: Uint8Array; readonly digest: string } | { readonly state: ModelState; readonly reason: string };

async function readFiles(folder: string, { files }: ModelManifest): Promise<Files> {
  let graph: { graph: Uint8Array; digest: string } | null = null;
  for (const { path, sha256: declared } of files) {
    const file = join(folder, path);
    if (!existsSync(file)) return { state: 'missing-file', reason: `${path} is not there` };
    const bytes = await readFile(file);
    const digest = sha256(bytes);
    if (digest !== declared) return { state: 'damaged', reason: `${path} differs from its digest` };
    if (graph === null && path.endsWith('.onnx')) graph = { graph: bytes, digest };
  }
  return graph ?? { state: 'missing-file', reason: 'no .onnx file is named' };
}

async function loadGraph(
  graph: Uint8Array,
  manifest: ModelManifest,
  report: ModelReport,
  folder: string,
  providers: readonly Provider[],
): Promise<Examined> {
  const fail = (reason: string): Examined => ({ report: { ...report, state: 'unloadable', reason }, model: null });
  try {
    const { session, provider, failed } = await loadSession(graph, providers);
    const differences = compareTensors(manifest, session);
    if (differences.length > 0) {
      await session.release();
      return fail(`the graph is not as declared: ${differences.join('; ')}`);
    }
    const verified: ModelReport = { ...report, provider, failedProviders: failed };
    return { report: verified, model: { manifest, report: verified, folder, session } };
  } catch (error) {
    return fail(error instanceof Error ? error.message : 'unknown');
  }
}
