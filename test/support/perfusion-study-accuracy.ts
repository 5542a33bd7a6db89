/** Volumes of whole phantom studies against their truth. */
import type { FindingKind } from '../../src/case/index.ts';
import type { InferenceEngine } from '../../src/inference/engine.ts';
import { perfusionPhantom, type PhantomOptions } from './perfusion-phantom.ts';
import { findingOf, runPerfusion } from './perfusion-run.ts';

const RADII: readonly (readonly [number, number, number])[] = [
  [0, 25, 30],
  [10, 20, 26],
  [14, 28, 34],
  [20, 30, 36],
  [16, 36, 40],
  [24, 40, 45],
];
/** HU of a voxel of 2.5 x 2.5 x 8 mm. */
const NOISES = [2, 4];
const GRID: PhantomOptions = { size: [92, 92, 8], pixelMm: 2.5, sliceMm: 8, frames: 40, intervalSeconds: 1.5 };

export interface StudyRow {
  readonly noise: number;
  readonly kind: FindingKind;
  readonly truth: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export async function studyRows(engine: InferenceEngine): Promise<StudyRow[]> {
  const rows: StudyRow[] = [];
  for (const [n, radii] of RADII.entries()) {
    for (const noise of NOISES) {
      const phantom = perfusionPhantom({
        ...GRID,
        radii,
        noise,
        seed: 10 * n + noise,
        side: n % 2 === 0 ? 'right' : 'left',
      });
      const result = await runPerfusion(phantom, { engine });
      const truths: readonly (readonly [FindingKind, number])[] = [
        ['core-volume', phantom.coreMl],
        ['tmax-over-6-volume', phantom.hypoperfusedMl],
        ['mismatch-volume', phantom.hypoperfusedMl - phantom.coreMl],
      ];
      for (const [kind, truth] of truths) {
        const { value, interval } = findingOf(result, kind);
        rows.push({ noise, kind, truth, value: Number(value), low: interval?.low ?? NaN, high: interval?.high ?? NaN });
      }
    }
  }
  return rows;
}

export function studyTable(rows: readonly StudyRow[]): string {
  const covered = rows.filter(({ truth, low, high }) => truth >= low && truth <= high).length;
  return [
    '| noise, HU | finding | truth, mL | measured (90 % interval), mL |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ noise, kind, truth, value, low, high }) =>
        `| ${noise} | ${kind} | ${truth.toFixed(1)} | ${value.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)}) |`,
    ),
    '',
    `The interval holds the truth in ${covered} of ${rows.length}.`,
  ].join('\n');
}
