/**
 * The network over the slabs of a head, several times: as it is, mirrored, with a little more and less contrast (the graph
 * itself takes the brightness of a slice out). The mean decides; how far the passes lie apart says how sure it is (test-time augmentation: Wang 2019, Neurocomputing 338:34).
 */
import type { FindingMethod } from '../../../case/index.ts';
import type { InferenceEngine } from '../../../inference/engine.ts';
import type { Volume } from '../../volume/volume.ts';
import { CLASSES, HEMORRHAGE_MODEL, SETTINGS } from './settings.ts';

export interface Augmentation {
  readonly mirrored: boolean;
  /** Distances from the density of brain, times this. */
  readonly contrast: number;
}

export const AUGMENTATIONS: readonly Augmentation[] = [
  { mirrored: false, contrast: 1 },
  { mirrored: true, contrast: 1 },
  { mirrored: false, contrast: 1 + SETTINGS.contrastJitter },
  { mirrored: true, contrast: 1 - SETTINGS.contrastJitter },
];

/** Probabilities of one pass: all voxels of class 0, then of class 1, and so on. */
export type Probabilities = Float32Array;

export interface Segmented {
  readonly passes: readonly Probabilities[];
  readonly mean: Probabilities;
  /** What an interval of a volume spans: how the passes differ, and the threshold. */
  readonly intervalBasis: string;
  readonly model: NonNullable<FindingMethod['model']>;
  readonly ranOn: string;
}

export interface SegmentOptions {
  readonly engine: InferenceEngine;
  readonly signal: AbortSignal;
  /** @param part 0 to 1 */
  readonly progress: (part: number) => Promise<void>;
  readonly augmentations?: readonly Augmentation[];
}

/**
 * @param stack slabs on the grid of the network, HU
 * @throws InferenceError of the engine; RangeError when the answer has another shape than asked for
 */
export async function segment(
  stack: Volume,
  { engine, signal, progress, augmentations = AUGMENTATIONS }: SegmentOptions,
): Promise<Segmented> {
  const [nx, ny, nz] = stack.size;
  const voxels = nx * ny * nz;
  const passes: Probabilities[] = [];
  let run: Pick<Segmented, 'model' | 'ranOn'> | undefined;
  const batches = Math.ceil(nz / SETTINGS.batch);
  for (const [number, augmentation] of augmentations.entries()) {
    const pass = new Float32Array(CLASSES.length * voxels);
    for (let batch = 0; batch < batches; batch++) {
      await progress((number * batches + batch) / (augmentations.length * batches));
      const from = batch * SETTINGS.batch;
      const count = Math.min(SETTINGS.batch, nz - from);
      const data = threeSlices(stack, from, count, augmentation);
      const answer = await engine.infer(
        {
          model: HEMORRHAGE_MODEL,
          inputs: [{ name: 'hu', datatype: 'FP32', shape: [count, 3, ny, nx], data }],
          outputs: ['probability'],
        },
        { timeoutMs: SETTINGS.timeoutMs, signal },
      );
      const output = answer.outputs.find(({ name }) => name === 'probability');
      if (!(output?.data instanceof Float32Array) || output.data.length !== count * CLASSES.length * nx * ny) {
        throw new RangeError(`${HEMORRHAGE_MODEL}: the probabilities are not of the shape that was asked for`);
      }
      takeOver(output.data, pass, stack.size, from, count, augmentation.mirrored);
      run = { model: answer.model, ranOn: answer.ranOn };
    }
    passes.push(pass);
  }
  if (run === undefined) throw new RangeError('a stack without slabs cannot be segmented');
  return { passes, mean: meanOf(passes), intervalBasis: 'augmented images and threshold jitter', ...run };
}

/** Slice below, itself, above; at the ends the slice is its own neighbor. */
function threeSlices(
  { size, values }: Volume,
  from: number,
  count: number,
  { mirrored, contrast }: Augmentation,
): Float32Array {
  const [nx, ny, nz] = size;
  const plane = nx * ny;
  const out = new Float32Array(count * 3 * plane);
  for (let n = 0, at = 0; n < count; n++) {
    for (const step of [-1, 0, 1]) {
      const k = Math.min(nz - 1, Math.max(0, from + n + step));
      for (let j = 0; j < ny; j++) {
        const row = (k * ny + j) * nx;
        for (let i = 0; i < nx; i++, at++) {
          const hu = values[row + (mirrored ? nx - 1 - i : i)] ?? SETTINGS.outsideHu;
          // Air stays air.
          out[at] = hu > SETTINGS.headHu ? SETTINGS.brainHu + contrast * (hu - SETTINGS.brainHu) : hu;
        }
      }
    }
  }
  return out;
}

/** [slice, class, row, column] → [class, slice, row, column], turned back. */
function takeOver(
  answer: Float32Array,
  pass: Probabilities,
  [nx, ny, nz]: Volume['size'],
  from: number,
  count: number,
  mirrored: boolean,
): void {
  const plane = nx * ny;
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < CLASSES.length; c++) {
      const [source, target] = [(n * CLASSES.length + c) * plane, (c * nz + from + n) * plane];
      if (!mirrored) {
        pass.set(answer.subarray(source, source + plane), target);
        continue;
      }
      for (let j = 0; j < ny; j++) {
        for (let i = 0; i < nx; i++) pass[target + j * nx + i] = answer[source + j * nx + nx - 1 - i] ?? 0;
      }
    }
  }
}

export function meanOf(passes: readonly Probabilities[]): Probabilities {
  const [first] = passes;
  const mean = new Float32Array(first?.length ?? 0);
  for (const pass of passes) for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (pass[at] ?? 0);
  for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) / passes.length;
  return mean;
}
