/** Runs the deconvolution graph (models/perfusion) over all voxels, in batches, through the inference port. */
import type { InferenceAnswer, InferenceEngine, Tensor } from '../../../inference/engine.ts';
import type { ArterialInverses } from './arterial-inverses.ts';

export const PERFUSION_MODEL = 'perfusion';
const BATCH = 4096;
const BATCH_TIMEOUT_MS = 60_000;

export interface Deconvolved {
  /** Largest value of the residue function, 1/s when curves and artery have the same unit. */
  readonly peak: Float32Array;
  /** Time of that peak after the artery, s. */
  readonly tmax: Float32Array;
  /** Oscillation index of the residue function that was taken. */
  readonly oscillation: Float32Array;
  readonly model: InferenceAnswer['model'];
  readonly ranOn: string;
}

export interface DeconvolutionOptions {
  readonly engine: InferenceEngine;
  readonly signal?: AbortSignal;
  /** Of the residue function; Infinity takes the first candidate. */
  readonly oscillationLimit: number;
  /** @param fraction 0 to 1 */
  readonly progress?: (fraction: number) => Promise<void>;
}

/** Largest finite number that a 32-bit float holds: every oscillation is below it. */
const NO_LIMIT = 3e38;

/**
 * @param curves one voxel a row of `inverses.times` numbers, without NaN
 * @throws InferenceError
 */
export async function deconvolve(
  curves: Float32Array,
  inverses: ArterialInverses,
  { engine, signal, oscillationLimit, progress }: DeconvolutionOptions,
): Promise<Deconvolved> {
  const { times, candidates, lags } = inverses;
  const voxels = curves.length / times;
  const [peak, tmax, oscillation] = [new Float32Array(voxels), new Float32Array(voxels), new Float32Array(voxels)];
  const fixed: readonly Tensor[] = [
    float('inverses', [times, candidates, lags], inverses.values),
    float('lag_seconds', [lags], inverses.lagSeconds),
    float('allowed', [lags], inverses.allowed),
    float('oscillation_limit', [1], Float32Array.of(Math.min(oscillationLimit, NO_LIMIT))),
  ];
  let answer: InferenceAnswer | undefined;
  // An empty brain still asks once, so that the record names the graph.
  for (let from = 0; from < voxels || answer === undefined; from += BATCH) {
    const to = Math.min(from + BATCH, voxels);
    const batch = curves.slice(from * times, to * times);
    answer = await engine.infer(
      {
        model: PERFUSION_MODEL,
        inputs: [float('curves', [to - from, times], batch), ...fixed],
        outputs: ['peak', 'tmax', 'oscillation'],
      },
      { timeoutMs: BATCH_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) },
    );
    peak.set(output(answer, 'peak'), from);
    tmax.set(output(answer, 'tmax'), from);
    oscillation.set(output(answer, 'oscillation'), from);
    await progress?.(voxels === 0 ? 1 : to / voxels);
  }
  return { peak, tmax, oscillation, model: answer.model, ranOn: answer.ranOn };
}

function float(name: string, shape: readonly number[], data: Float32Array): Tensor {
  return { name, datatype: 'FP32', shape, data };
}

function output({ outputs }: InferenceAnswer, name: string): Float32Array {
  const data = outputs.find((tensor) => tensor.name === name)?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the perfusion graph gave no ${name}`);
  return data;
}
