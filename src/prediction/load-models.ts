/**
 * Which installed models may make statements: those with a family whose statistics are valid and whose graph computes what
 * the statistics say. A model that disagrees with its own explanation is reported and never used.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ModelFamily, UnavailablePrediction } from '../decisions/prediction.ts';
import type { InstalledModel, ModelRegistry } from '../inference/index.ts';
import { additiveModel, evaluateRow, type AdditiveModel, type Row } from './additive-model.ts';
import { headlineProblem } from './explained-quantity.ts';
import { runGraph } from './run-graph.ts';
import { statisticsProblem } from './statistics-problem.ts';
import type { ModelStatistics } from './statistics.ts';

/**
 * Largest difference between graph and statistics, of a probability and of its log-odds (where those still have their
 * digits): contributions must add up to what the graph says. A graph in single precision does not reach it.
 */
export const AGREEMENT = 1e-6;
const LOG_ODDS_HELD_FROM = 1e-3;
/** The trainer's figures come as text and may be rounded. */
const TRAINER_AGREEMENT = 1e-5;

export interface PredictionModel {
  readonly family: ModelFamily;
  readonly name: string;
  readonly preference: number;
  readonly role: 'active' | 'shadow';
  readonly simulated: boolean;
  readonly installed: InstalledModel;
  readonly additive: AdditiveModel;
}

export interface UnusableModel {
  readonly name: string;
  /** Null when the manifest itself could not be read. */
  readonly family: ModelFamily | null;
  readonly why: Extract<UnavailablePrediction['why'], 'disagrees' | 'unusable'>;
  /** For people who run the service; no patient data. */
  readonly reason: string;
}

export interface PredictionModels {
  /** In the order of preference within each family. */
  readonly usable: readonly PredictionModel[];
  readonly unusable: readonly UnusableModel[];
}

export const NO_MODELS: PredictionModels = { usable: [], unusable: [] };

/** 'discharge-mrs-lesion' belongs to 'discharge-mrs', also when its manifest cannot be read. */
function familyByName(name: string): ModelFamily | null {
  const families: readonly ModelFamily[] = ['discharge-mrs', 'toast', 'hemorrhagic-transformation', 'mrs-90-days'];
  return families.find((family) => name.startsWith(family)) ?? null;
}

/**
 * @param directory of the shipped models, where the schema of statistics lies
 * @throws when the schema of statistics cannot be read although a model has a family
 */
export async function loadPredictionModels(
  registry: Pick<ModelRegistry, 'reports' | 'get'>,
  directory: string,
): Promise<PredictionModels> {
  const usable: PredictionModel[] = [];
  const unusable: UnusableModel[] = [];
  let validate: ReturnType<Ajv['compile']> | null = null;
  for (const { name, state, role } of registry.reports) {
    // Switched off by the site: no statement, and no word about one that is missing.
    if (role === 'off') continue;
    const installed = registry.get(name);
    if (installed === undefined) {
      const family = familyByName(name);
      if (family !== null) unusable.push({ name, family, why: 'unusable', reason: `the model is ${state}` });
      continue;
    }
    const { family } = installed.manifest;
    if (family === undefined) continue;
    validate ??= new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
      JSON.parse(await readFile(join(directory, 'statistics.schema.json'), 'utf8')) as object,
    );
    const loaded = await loadOne(installed, family, validate);
    if ('additive' in loaded) usable.push(loaded);
    else unusable.push(loaded);
  }
  usable.sort((a, b) => a.preference - b.preference || a.name.localeCompare(b.name));
  return { usable, unusable };
}

async function loadOne(
  installed: InstalledModel,
  family: ModelFamily,
  validate: ReturnType<Ajv['compile']>,
): Promise<PredictionModel | UnusableModel> {
  const { manifest, folder, report } = installed;
  const { name } = manifest;
  const refuse = (why: UnusableModel['why'], reason: string): UnusableModel => ({ name, family, why, reason });
  if (!manifest.files.some(({ path }) => path === 'statistics.json')) {
    return refuse('unusable', 'statistics.json is not among the files with a digest');
  }
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, 'statistics.json'), 'utf8'));
  } catch {
    return refuse('unusable', 'statistics.json cannot be read');
  }
  if (!validate(content)) {
    const findings = (validate.errors ?? []).slice(0, 5).map((e) => `${e.instancePath || '/'} ${e.message ?? ''}`);
    return refuse('unusable', `statistics.json: ${findings.join('; ')}`);
  }
  const statistics = content as ModelStatistics;
  const problem = statisticsProblem(statistics, manifest);
  if (problem !== null) return refuse('unusable', `statistics.json: ${problem}`);
  const additive = additiveModel(statistics);
  const unexplained = headlineProblem(additive);
  if (unexplained !== null) return refuse('unusable', `statistics.json: ${unexplained}`);
  const disagreement = await disagreementOf(installed, additive);
  if (disagreement !== null) return refuse('disagrees', disagreement);
  return {
    family,
    name,
    preference: manifest.preference ?? Number.MAX_SAFE_INTEGER,
    role: report.role === 'active' ? 'active' : 'shadow',
    simulated: manifest.simulated ?? false,
    installed,
    additive,
  };
}

const logOdds = (p: number): number => Math.log(p / (1 - p));

function difference(p: number, q: number): number {
  const held = Math.min(p, 1 - p) >= LOG_ODDS_HELD_FROM && Math.min(q, 1 - q) >= LOG_ODDS_HELD_FROM;
  const apart = Math.max(Math.abs(p - q), held ? Math.abs(logOdds(p) - logOdds(q)) : 0);
  return Number.isNaN(apart) ? Infinity : apart;
}

/**
 * The largest difference between two tables of probabilities, on either scale; infinite when their shapes differ or a
 * value is none.
 */
export function largestDifference(a: readonly Row[], b: readonly Row[]): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((most, row, i) => {
    const other = b[i] ?? [];
    if (row.length !== other.length) return Infinity;
    return row.reduce((m, p, k) => Math.max(m, difference(p, other[k] ?? Number.NaN)), most);
  }, 0);
}

async function disagreementOf(installed: InstalledModel, additive: AdditiveModel): Promise<string | null> {
  const { checks, reference } = additive.statistics;
  const rows = [...checks.rows, ...reference.rows];
  let graph: number[][];
  try {
    graph = await runGraph(installed, rows);
  } catch {
    return 'the graph cannot be run on the rows of its own statistics';
  }
  const own = rows.map((row) => evaluateRow(additive, row).probabilities);
  const fromGraph = largestDifference(graph, own);
  if (!(fromGraph <= AGREEMENT)) return `graph and statistics differ by ${fromGraph.toExponential(1)}`;
  const fromTrainer = largestDifference(graph.slice(0, checks.rows.length), checks.probabilities);
  return fromTrainer <= TRAINER_AGREEMENT ? null : `graph and trainer differ by ${fromTrainer.toExponential(1)}`;
}
