/** Bias and error of Tmax, flow and volume by delay, dispersion and shape of the residue function, on curves of known truth. */
import type { InferenceEngine } from '../../src/inference/engine.ts';
import { circulantInverses } from '../../src/imaging/pipelines/perfusion/arterial-inverses.ts';
import { deconvolve } from '../../src/imaging/pipelines/perfusion/deconvolution.ts';
import { SETTINGS } from '../../src/imaging/pipelines/perfusion/settings.ts';
import {
  arterialCurve,
  meanTransitSeconds,
  normalNumbers,
  tissueCurve,
  type ResidueShape,
  type Tissue,
} from './perfusion-curves.ts';

export interface AccuracyRow {
  readonly flow: number;
  readonly volume: number;
  readonly shape: ResidueShape;
  readonly delay: number;
  readonly dispersion: number;
  /** Median Tmax less delay, s: what regularization and the residue function add. */
  readonly tmaxOffset: number;
  /** Median Tmax less delay less the offset of the same tissue without delay and dispersion, s. */
  readonly tmaxBias: number;
  /** Root mean square of the latter over the noise, s. */
  readonly tmaxError: number;
  /** Median of measured over true, and its standard deviation. */
  readonly flowRatio: number;
  readonly flowSpread: number;
  readonly volumeRatio: number;
}

/** Peak of gray matter (60 mL/100 mL/min, 4 mL/100 mL) over the standard deviation of the noise. */
export const SIGNAL_TO_NOISE = 20;
const CURVES = 300;
const TIMES = Array.from({ length: 60 }, (_, n) => n);
const WINDOW = { earliestSeconds: SETTINGS.earliestLagSeconds, latestSeconds: SETTINGS.latestLagSeconds };

const TISSUES: readonly (readonly [number, number])[] = [
  [60, 4],
  [25, 2],
  [30, 4],
  [15, 3],
  [6, 1.5],
];
const DELAYS = [0, 1, 2, 3, 4, 5, 6, 8, 10];
const DISPERSIONS = [1, 2, 4];

export async function accuracyRows(engine: InferenceEngine): Promise<AccuracyRow[]> {
  const measure = measuring(engine);
  const rows: AccuracyRow[] = [];
  for (const [flow, volume] of TISSUES) {
    for (const delay of DELAYS) rows.push(await measure({ flow, volume, delay }));
    for (const dispersion of DISPERSIONS) rows.push(await measure({ flow, volume, delay: 2, dispersion }));
    for (const shape of ['box', 'linear'] as const) rows.push(await measure({ flow, volume, delay: 2, shape }));
  }
  return rows;
}

function measuring(engine: InferenceEngine): (tissue: Tissue) => Promise<AccuracyRow> {
  const artery = arterialCurve({ times: TIMES });
  const inverses = circulantInverses(artery, 1, WINDOW);
  const noise = Math.max(...tissueCurve({ flow: 60, volume: 4, delay: 0 }, { times: TIMES })) / SIGNAL_TO_NOISE;
  const run = async (tissue: Tissue): Promise<{ tmax: number[]; flow: number[]; volume: number[] }> => {
    const normal = normalNumbers(11);
    const clean = tissueCurve(tissue, { times: TIMES });
    const curves = new Float32Array(CURVES * clean.length).map(
      (_, n) => (clean[n % clean.length] ?? 0) + noise * normal(),
    );
    const { tmax, peak } = await deconvolve(curves, inverses, { engine, oscillationLimit: SETTINGS.oscillationLimit });
    const area = sum(artery);
    const volume = Array.from({ length: CURVES }, (_, n) => (100 * sum(curves.subarray(n * 60, n * 60 + 60))) / area);
    return { tmax: [...tmax], flow: [...peak].map((p) => 6000 * p), volume };
  };
  const offsets = new Map<string, number>();
  return async (tissue) => {
    const { flow, volume, delay, dispersion = 0, shape = 'exponential' } = tissue;
    const name = `${flow} ${volume} ${shape}`;
    const offset = offsets.get(name) ?? middle((await run({ flow, volume, delay: 0, shape })).tmax);
    offsets.set(name, offset);
    const measured = await run(tissue);
    const errors = measured.tmax.map((t) => t - delay - offset);
    const ratios = measured.flow.map((f) => f / flow);
    return {
      ...{ flow, volume, shape, delay, dispersion },
      tmaxOffset: round(middle(measured.tmax) - delay),
      tmaxBias: round(middle(errors)),
      tmaxError: round(Math.sqrt(sum(errors.map((e) => e * e)) / CURVES)),
      flowRatio: round(middle(ratios)),
      flowSpread: round(deviation(ratios)),
      volumeRatio: round(middle(measured.volume) / volume),
    };
  };
}

/** Rows as tables of a model card. */
export function accuracyTables(rows: readonly AccuracyRow[]): string {
  const tissue = (row: AccuracyRow): string => `${row.flow} / ${row.volume} / ${round(meanTransitSeconds(row))}`;
  const lines = (wanted: readonly AccuracyRow[], first: (row: AccuracyRow) => string): string[] =>
    wanted.map(
      (row) =>
        `| ${tissue(row)} | ${first(row)} | ${fixed(row.tmaxOffset)} | ${fixed(row.tmaxBias)} | ${fixed(row.tmaxError)} | ${fixed(row.flowRatio)} ± ${fixed(row.flowSpread)} | ${fixed(row.volumeRatio)} |`,
    );
  const head = (first: string): string[] => [
    `| CBF / CBV / MTT | ${first} | Tmax – delay, s | bias, s | RMS error, s | CBF measured / true | CBV measured / true |`,
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  const exponential = rows.filter(({ shape }) => shape === 'exponential');
  return [
    ...head('delay, s'),
    ...lines(
      exponential.filter(({ dispersion }) => dispersion === 0),
      ({ delay }) => String(delay),
    ),
    '',
    ...head('dispersion (time constant), s; delay 2 s'),
    ...lines(
      exponential.filter(({ dispersion }) => dispersion > 0),
      ({ dispersion }) => String(dispersion),
    ),
    '',
    ...head('residue function; delay 2 s'),
    ...lines(
      rows.filter(({ shape }) => shape !== 'exponential'),
      ({ shape }) => shape,
    ),
  ].join('\n');
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const round = (x: number): number => Math.round(x * 100) / 100;
const fixed = (x: number): string => x.toFixed(2);

function deviation(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((x) => (x - mean) ** 2)) / values.length);
}
