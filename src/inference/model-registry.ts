/**
 * Which models are installed, whether they are what their manifests say, and what they may do. A model that is not
 * 'verified' is never run; a service without models is complete, it only makes no model statements.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examineModel, type Examined, type InstalledModel } from './examine-model.ts';
import type { Provider } from './execution-providers.ts';
import { manifestParser } from './model-manifest.ts';
import type { ModelReport } from './model-report.ts';
import { UnknownModelRole, type ModelOrigin, type ModelRole } from './model-roles.ts';

export interface ModelRegistry {
  /** The shipped ones by name, then the site's by name; empty when none is installed. */
  readonly reports: readonly ModelReport[];
  /** 'no model installed', or how many are verified. */
  readonly summary: string;
  /** Only models that may run: verified, and neither off nor refused. */
  readonly get: (name: string) => InstalledModel | undefined;
  /** Those that run in processes of their own: for an inference engine. */
  readonly imaging: readonly InstalledModel[];
  readonly close: () => Promise<void>;
}

export interface RegistryOptions {
  /** Of the shipped models, with the schema of manifests. */
  readonly directory: string;
  /** Of the site's own models; null when it has none. */
  readonly siteDirectory?: string | null;
  /** By name of the model; the others keep the role of their manifest, the site's own begin as shadow. */
  readonly roles?: Readonly<Record<string, ModelRole>>;
  /** True in production. */
  readonly refuseSimulated?: boolean;
  readonly providers: readonly Provider[];
}

interface Folder {
  readonly name: string;
  readonly origin: ModelOrigin;
  readonly folder: string;
}

async function foldersIn(directory: string, origin: ModelOrigin): Promise<Folder[]> {
  if (!existsSync(directory)) return [];
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'model.json')))
    .map(({ name }) => ({ name, origin, folder: join(directory, name) }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/**
 * Examines every folder with a `model.json`. Never throws for a bad model: that is a report.
 * @throws UnknownModelRole when a role names no installed model
 * @throws when the schema of manifests cannot be read although models are installed
 */
export async function openModelRegistry(options: RegistryOptions): Promise<ModelRegistry> {
  const { directory, siteDirectory = null, roles = {}, refuseSimulated = false, providers } = options;
  const shipped = await foldersIn(directory, 'shipped');
  const own = siteDirectory === null ? [] : await foldersIn(siteDirectory, 'site');
  const folders = [...shipped, ...own];
  const installed = new Set(folders.map(({ name }) => name));
  const strangers = Object.keys(roles).filter((name) => !installed.has(name));
  if (strangers.length > 0) throw new UnknownModelRole(strangers);

  const examined: Examined[] = [];
  if (folders.length > 0) {
    const parse = manifestParser(JSON.parse(await readFile(join(directory, 'model.schema.json'), 'utf8')) as object);
    const taken = new Set(shipped.map(({ name }) => name));
    for (const { name, origin, folder } of folders) {
      const result = await examineModel({
        folder,
        name,
        origin,
        // Two models of one name could not be told apart in the record.
        parse: origin === 'site' && taken.has(name) ? () => ({ problem: 'a shipped model has this name' }) : parse,
        providers,
        configuredRole: roles[name],
        refuseSimulated,
      });
      examined.push(result);
    }
  }
  const models = new Map(examined.flatMap(({ model }) => (model === null ? [] : [[model.manifest.name, model]])));
  const verified = examined.filter(({ report }) => report.state === 'verified').length;
  return {
    reports: examined.map(({ report }) => report),
    summary: folders.length === 0 ? 'no model installed' : `${verified} of ${folders.length} models verified`,
    get: (name) => models.get(name),
    imaging: [...models.values()].filter(
      ({ manifest, report }) => manifest.kind === 'imaging' && report.role !== 'shadow',
    ),
    close: async () => {
      for (const { session } of models.values()) await session?.release();
      models.clear();
    },
  };
}
