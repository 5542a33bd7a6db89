/** `stroke-cds models list | verify | card`: what is installed, whether it is in order, and what it says of itself. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import {
  createProcessEngine,
  openModelRegistry,
  UnknownModelRole,
  type InstalledModel,
  type ModelReport,
  type Provider,
} from '../inference/index.ts';
import { loadPredictionModels, type PredictionModels } from '../prediction/index.ts';
import { registryOptions } from '../registry-options.ts';
import { configuration } from './configuration.ts';
import { CommandError, EXIT } from './terminal.ts';

interface ModelsOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface Examined {
  readonly reports: readonly ModelReport[];
  readonly summary: string;
  readonly unusable: PredictionModels['unusable'];
  /** By name, of the imaging models that were loaded: where they run, or why they do not. */
  readonly imaging: ReadonlyMap<string, { readonly ranOn: Provider | null; readonly problem: string | null }>;
}

/** Each in a process of its own, as a run would: one that ends its process says nothing of the others. */
async function loadImaging(
  models: readonly InstalledModel[],
  providers: readonly Provider[],
): Promise<Examined['imaging']> {
  const found = new Map<string, { ranOn: Provider | null; problem: string | null }>();
  for (const model of models) {
    const engine = createProcessEngine({ models: [model], providers });
    await engine.warmUp().catch(() => undefined);
    const [status] = engine.status().models;
    await engine.close();
    found.set(model.manifest.name, { ranOn: status?.ranOn ?? null, problem: status?.problem ?? null });
  }
  return found;
}

/**
 * Opens every model as the service would, and closes them again.
 * @param graphs also load the graphs of imaging models, which the service leaves to its runs
 */
async function examine(config: Config, { graphs }: { readonly graphs: boolean }): Promise<Examined> {
  const options = registryOptions(config);
  let registry;
  try {
    registry = await openModelRegistry(options);
  } catch (error) {
    if (error instanceof UnknownModelRole) throw new CommandError(error.message, EXIT.problems);
    throw error;
  }
  try {
    const { unusable } = await loadPredictionModels(registry, options.directory);
    const imaging = graphs ? await loadImaging(registry.imaging, options.providers) : new Map<string, never>();
    return { reports: registry.reports, summary: registry.summary, unusable, imaging };
  } finally {
    await registry.close();
  }
}

/** What is wrong with a model, whether found in its files or in its answers; null when nothing is. */
function problemOf({ name, state, reason }: ModelReport, { unusable, imaging }: Examined): string | null {
  if (state !== 'verified') return `${state}: ${reason ?? ''}`;
  const { problem = null } = imaging.get(name) ?? {};
  if (problem !== null) return `unloadable: ${problem}`;
  const found = unusable.find((model) => model.name === name);
  return found === undefined ? null : `${found.why}: ${found.reason}`;
}

export async function modelsListCommand({ config, json = false }: ModelsOptions): Promise<number> {
  const examined = await examine(configuration(config), { graphs: false });
  const { reports } = examined;
  if (json) {
    const rows = reports.map((report) => ({ ...report, problem: problemOf(report, examined) }));
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return EXIT.ok;
  }
  const rows = reports.map((report) => [
    report.simulated ? `${report.name} (SIMULATED)` : report.name,
    report.version ?? '-',
    report.family ?? report.kind ?? '-',
    report.role ?? '-',
    report.origin,
    problemOf(report, examined) === null ? 'in order' : 'not usable',
    report.provider ?? (report.kind === 'imaging' ? 'its own process' : '-'),
  ]);
  process.stdout.write(
    rows.length === 0
      ? 'No model is installed: the service is complete without, it only makes no model statements.\n'
      : table([['name', 'version', 'family', 'role', 'origin', 'state', 'runs on'], ...rows]),
  );
  return EXIT.ok;
}

/** Exit code 1 when a model is not usable. */
export async function modelsVerifyCommand({ config }: ModelsOptions): Promise<number> {
  const examined = await examine(configuration(config), { graphs: true });
  const problems = examined.reports.flatMap((report) => {
    const problem = problemOf(report, examined);
    return problem === null ? [] : [`${report.name}  ${problem}`];
  });
  const checked =
    'digests of all files, declared against real tensors, graph against statistics and against the trainer’s figures';
  const ran = [...examined.imaging].flatMap(([name, { ranOn }]) =>
    ranOn === null ? [] : [`${name}  loads on ${ranOn}`],
  );
  const lines = [`${examined.summary} (${checked})`, ...ran, ...problems];
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return problems.length === 0 ? EXIT.ok : EXIT.problems;
}

/** Prints the model card as it is. A card that the manifest does not name has no digest; its text is for people. */
export function modelsCardCommand(name: string, { config }: ModelsOptions): number {
  const { directory, siteDirectory } = registryOptions(configuration(config));
  // The name comes from the command line: only the name of a folder is one.
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new CommandError('a model has a name of small letters and digits');
  const file = [directory, ...(siteDirectory == null ? [] : [siteDirectory])]
    .map((folder) => join(folder, name, 'MODEL_CARD.md'))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw new CommandError(`no model card of '${name}' is there; 'stroke-cds models list' names the models`);
  }
  process.stdout.write(readFileSync(file, 'utf8'));
  return EXIT.ok;
}

function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(width(i)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
