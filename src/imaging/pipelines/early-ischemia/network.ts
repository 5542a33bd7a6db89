/** Runs the network `early-ischemia` over the slabs of a head and their mirror images, through the inference port. */
import { InferenceError, type InferenceAnswer, type InferenceEngine } from '../../../inference/engine.ts';
import type { Volume } from '../../volume/volume.ts';

export const EARLY_ISCHEMIA_MODEL = 'early-ischemia';
const BATCH = 6;
const BATCH_TIMEOUT_MS = 60_000;
const CLASSES = 3;

export interface IschemiaProbability {
  /** Of each voxel of the stack, 0 to 1. */
  readonly early: Float32Array;
  readonly frank: Float32Array;
  readonly model: InferenceAnswer['model'];
  readonly ranOn: string;
}

export interface NetworkOptions {
  readonly engine: InferenceEngine;
  readonly signal: AbortSignal;
  /** @param fraction 0 to 1 */
  readonly progress: (fraction: number) => Promise<void>;
}

/**
 * @param stack slices upward, rows to the back, columns to the patient's left; rows and columns multiples of 16
 * @param mirror the same reflected at the midline
 * @returns null where the network is not installed or switched off
 * @throws InferenceError for every other failure
 */
export async function ischemiaProbability(
  stack: Volume,
  mirror: Volume,
  { engine, signal, progress }: NetworkOptions,
): Promise<IschemiaProbability | null> {
  const [nx, ny, nz] = stack.size;
  const plane = nx * ny;
  const [early, frank] = [new Float32Array(plane * nz), new Float32Array(plane * nz)];
  let last: InferenceAnswer | undefined;
  for (let from = 0; from < nz; from += BATCH) {
    const count = Math.min(BATCH, nz - from);
    const data = new Float32Array(count * 6 * plane);
    for (let n = 0; n < count; n++) {
      [stack, mirror].forEach(({ values }, half) => {
        for (const off of [-1, 0, 1]) {
          // At the ends the slice itself stands for its neighbor, as in training.
          const at = from + n + off;
          const k = at < 0 || at >= nz ? from + n : at;
          data.set(values.subarray(k * plane, (k + 1) * plane), ((n * 2 + half) * 3 + off + 1) * plane);
        }
      });
    }
    try {
      last = await engine.infer(
        { model: EARLY_ISCHEMIA_MODEL, inputs: [{ name: 'hu', datatype: 'FP32', shape: [count, 6, ny, nx], data }] },
        { timeoutMs: BATCH_TIMEOUT_MS, signal },
      );
    } catch (error) {
      if (error instanceof InferenceError && error.code === 'unknown-model') return null;
      throw error;
    }
    const probability = last.outputs.find(({ name }) => name === 'probability')?.data;
    if (!(probability instanceof Float32Array)) {
      throw new InferenceError('refused', `${last.model.name} gave no 'probability' of the declared type`);
    }
    for (let n = 0; n < count; n++) {
      const at = n * CLASSES * plane;
      early.set(probability.subarray(at + plane, at + 2 * plane), (from + n) * plane);
      frank.set(probability.subarray(at + 2 * plane, at + 3 * plane), (from + n) * plane);
    }
    await progress((from + count) / nz);
  }
  return last === undefined ? null : { early, frank, model: last.model, ranOn: last.ranOn };
}
