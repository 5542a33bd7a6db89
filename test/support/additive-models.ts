/** Small additive models for tests, installed in a folder as the trainer would leave them. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModelRegistry, type ModelManifest, type ModelRegistry } from '../../src/inference/index.ts';
import { additiveModel, evaluateRow } from '../../src/prediction/additive-model.ts';
import { loadPredictionModels, type PredictionModels } from '../../src/prediction/index.ts';
import type { ModelColumn, ModelStatistics, StatisticsInput } from '../../src/prediction/statistics.ts';
import { transformed } from '../../src/prediction/transforms.ts';
import { additiveOnnx } from './additive-onnx.ts';

const INPUTS = {
  age: { name: 'age', unit: 'a', low: 20, high: 89, noise: { absolute: 0, relative: 0 } },
  sex: { name: 'sex', unit: '{flag}', low: 0, high: 1, noise: { absolute: 0, relative: 0 } },
  nihss: { name: 'nihss', unit: '{score}', low: 0, high: 36, noise: { absolute: 1, relative: 0 } },
  volumeMl: { name: 'volumeMl', unit: 'mL', low: 0.05, high: 400, noise: { absolute: 0, relative: 0.1 } },
  corticalFraction: { name: 'corticalFraction', unit: '1', low: 0, high: 1, noise: { absolute: 0.02, relative: 0 } },
} as const satisfies Record<string, StatisticsInput>;
export type TestInput = keyof typeof INPUTS;

/** Reference patients: spread over the ranges, so that averages over them are wide. */
const SAMPLE: Readonly<Record<TestInput, readonly number[]>> = {
  age: [45, 58, 66, 74, 82, 88],
  sex: [0, 1, 0, 1, 0, 1],
  nihss: [1, 3, 6, 10, 16, 24],
  volumeMl: [0.4, 2, 9, 30, 90, 220],
  corticalFraction: [0, 0.2, 0.4, 0.5, 0.6, 0.8],
};

type Columns = readonly Omit<ModelColumn, 'mean' | 'coefficients'>[];

const BASIS = {
  age: [
    { input: 'age', group: 'age', transform: 'identity', parameters: [] },
    { input: 'age', group: 'age', transform: 'hinge-above', parameters: [75] },
  ],
  sex: [{ input: 'sex', group: 'sex', transform: 'identity', parameters: [] }],
  nihss: [{ input: 'nihss', group: 'nihss', transform: 'cap', parameters: [0, 25] }],
  volumeMl: [{ input: 'volumeMl', group: 'lesion-size', transform: 'log10-plus', parameters: [0.1] }],
  corticalFraction: [{ input: 'corticalFraction', group: 'lesion-place', transform: 'identity', parameters: [] }],
} as const satisfies Record<TestInput, Columns>;

const COEFFICIENTS: readonly number[] = [0.03, 0.02, 0.1, 0.15, 0.6, -0.4];

export interface ModelOptions {
  readonly inputs?: readonly TestInput[];
  readonly link?: ModelStatistics['link'];
  /** One list for each column, in the order of the inputs; age has two. */
  readonly coefficients?: readonly (readonly number[])[];
  readonly variance?: number;
}

export const MRS = ['mrs-0', 'mrs-1', 'mrs-2', 'mrs-3', 'mrs-4', 'mrs-5', 'mrs-6'];
export const TOAST = ['toast-1', 'toast-2', 'toast-3', 'toast-4', 'toast-5'];

/** Ordered: mRS with headline 'mRS at least 3'; softmax: TOAST with the top class; logit: a bleed or none. */
export function statisticsOf(options: ModelOptions = {}): ModelStatistics {
  const { inputs = ['age', 'nihss', 'volumeMl'], link = 'cumulative-logit', variance = 0.0004 } = options;
  const classes = link === 'softmax' ? TOAST : link === 'logit' ? ['absent', 'present'] : MRS;
  const perColumn = link === 'softmax' ? classes.length : 1;
  const intercepts = {
    'cumulative-logit': [-0.5, -2, -3.2, -4.1, -5.6, -6.4],
    softmax: [0, -1, 2, -2, 0.5],
    logit: [-4],
  }[link];
  const basis: Columns = inputs.flatMap((name): Columns => BASIS[name]);
  const rows = SAMPLE.age.map((_, r) => inputs.map((name) => SAMPLE[name][r] ?? 0));
  const columns = basis.map((column, c): ModelColumn => {
    const at = inputs.indexOf(column.input as TestInput);
    const values = rows.map((row) => transformed(column, row[at] ?? 0));
    const all = Object.values(BASIS).flat();
    const natural =
      COEFFICIENTS[all.findIndex((b) => b.input === column.input && b.transform === column.transform)] ?? 0.1;
    const coefficients =
      options.coefficients?.[c] ?? Array.from({ length: perColumn }, (_, k) => natural * (1 - 0.45 * k));
    return { ...column, mean: values.reduce((a, b) => a + b, 0) / values.length, coefficients };
  });
  const parameters = intercepts.length + columns.length * perColumn;
  const distances = inputs.map((name) => ({ input: name, transform: 'identity' as const, parameters: [] }));
  const means = inputs.map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) / rows.length);
  const spreads = inputs.map(
    (_, i) => rows.reduce((sum, row) => sum + ((row[i] ?? 0) - (means[i] ?? 0)) ** 2, 0) / (rows.length - 1),
  );
  const statistics: ModelStatistics = {
    format: 1,
    link,
    classes,
    headline:
      link === 'cumulative-logit'
        ? { id: 'mrs-at-least-3', classes: MRS.slice(3) }
        : link === 'logit'
          ? { id: 'hemorrhagic-transformation', classes: ['present'] }
          : null,
    inputs: inputs.map((name) => INPUTS[name]),
    groups: [...new Set(basis.map(({ group }) => group))],
    columns,
    intercepts,
    covariance: {
      method: 'test',
      matrix: Array.from({ length: parameters }, (_, i) =>
        Array.from({ length: parameters }, (_unused, j) =>
          i === j ? variance / (i < intercepts.length ? 1 : 100) : 0,
        ),
      ),
    },
    conformal: { level: 0.9, method: 'aps', threshold: 0.93, calibration: 'test', ...NOT_READ.conformal },
    outOfDistribution: {
      columns: distances,
      mean: means,
      precision: inputs.map((_, i) => inputs.map((_unused, j) => (i === j ? 1 / (spreads[i] ?? 1) : 0))),
      threshold95: 3.5,
      threshold99: 5,
      ...NOT_READ.outOfDistribution,
    },
    reference: {
      population: 'six invented patients',
      subjects: 6,
      meanLinear: Array.from({ length: perColumn }, (_, k) =>
        columns.reduce((sum, { mean, coefficients }) => sum + mean * (coefficients[k] ?? 0), 0),
      ),
      rows,
      weights: rows.map(() => 1 / rows.length),
    },
    checks: { rows, probabilities: [] },
  };
  const model = additiveModel(statistics);
  return {
    ...statistics,
    checks: { rows, probabilities: rows.map((row) => evaluateRow(model, row).probabilities) },
    ...NOT_READ.file,
  };
}

/** What the schema asks for and the service does not read. */
const NOT_READ = {
  conformal: { meanSize: 3, coverage: 0.9 },
  outOfDistribution: { basis: 'test' },
  file: { calibration: { slope: 1, intercept: 0, ici: 0 }, subgroups: [] },
};

export interface TestModel {
  readonly name: string;
  readonly statistics: ModelStatistics;
  readonly manifest?: Partial<ModelManifest>;
  /** A graph that differs from the statistics. */
  readonly graphOf?: ModelStatistics;
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export interface InstalledModels {
  readonly directory: string;
  readonly registry: ModelRegistry;
  readonly models: PredictionModels;
  readonly remove: () => Promise<void>;
}

/** Writes model folders with digests and opens them as the service does. */
export async function installModels(list: readonly TestModel[]): Promise<InstalledModels> {
  const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-additive-'));
  for (const schema of ['model.schema.json', 'statistics.schema.json']) {
    copyFileSync(new URL(`../../models/${schema}`, import.meta.url), join(directory, schema));
  }
  list.forEach(({ name, statistics, manifest, graphOf }, i) => {
    const graph = additiveOnnx(graphOf ?? statistics);
    const text = JSON.stringify(statistics);
    const width = statistics.inputs.length;
    const family = statistics.link === 'softmax' ? 'toast' : 'discharge-mrs';
    const content: ModelManifest = {
      name,
      version: '1.0.0',
      kind: 'tabular',
      title: `Test model ${name}`,
      family,
      preference: i + 1,
      classes: statistics.classes,
      role: 'active',
      licence: 'Apache-2.0',
      files: [
        { path: 'model.onnx', sha256: sha256(graph) },
        { path: 'statistics.json', sha256: sha256(text) },
      ],
      inputs: [{ name: 'features', type: 'float64', shape: ['batch', width], unit: '1' }],
      outputs: [{ name: 'probabilities', type: 'float64', shape: ['batch', statistics.classes.length], unit: '1' }],
      training: { description: 'none', subjects: 0 },
      validation: { description: 'none' },
      limits: ['for tests only'],
      ...manifest,
    };
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'model.onnx'), graph);
    writeFileSync(join(directory, name, 'statistics.json'), text);
    writeFileSync(join(directory, name, 'model.json'), JSON.stringify(content));
  });
  const registry = await openModelRegistry({ directory, providers: ['cpu'] });
  const models = await loadPredictionModels(registry, directory);
  return {
    directory,
    registry,
    models,
    remove: async () => {
      await registry.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
