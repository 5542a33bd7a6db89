/** Maps of a prepared study, and how far noise moves them. */
import type { QualityRemark } from '../../../case/index.ts';
import type { InferenceEngine } from '../../../inference/engine.ts';
import { circulantInverses, plainInverse, type ArterialInverses } from './arterial-inverses.ts';
import type { ContrastCurves } from './contrast-curves.ts';
import { deconvolve, type Deconvolved } from './deconvolution.ts';
import type { InputFunctions } from './choose-inputs.ts';
import { spreadOf, type Spread } from './intervals.ts';
import { perfusionMaps, type PerfusionMaps } from './maps.ts';
import { contrastToNoise, noiseOfFrames, withNoise } from './noise.ts';
import { tissueCurves, type Pause, type Prepared } from './prepare.ts';
import { noiseRemarks, truncationRemarks } from './quality.ts';
import { SETTINGS } from './settings.ts';

export type DeconvolutionMethod = 'oscillation-index' | 'plain-svd';

export interface Computed {
  readonly maps: PerfusionMaps;
  readonly spread: Spread;
  readonly run: Pick<Deconvolved, 'model' | 'ranOn'>;
  /** Of one value of a smoothed curve. */
  readonly noise: number;
  readonly quality: readonly QualityRemark[];
}

export interface ComputeOptions {
  readonly engine: InferenceEngine;
  readonly signal: AbortSignal;
  readonly method: DeconvolutionMethod;
  readonly pause: Pause;
}

/** @throws InferenceError */
export async function compute(
  prepared: Prepared,
  { artery, vein, scale }: InputFunctions,
  options: ComputeOptions,
): Promise<Computed | { readonly refused: readonly QualityRemark[] }> {
  const { time, grid } = prepared;
  const curves = tissueCurves(prepared, prepared.smoothed);
  const noise = noiseOfFrames(prepared, curves);
  const quality = [...truncationRemarks(artery, vein, time), ...noiseRemarks(contrastToNoise(curves, noise))];
  if (quality.some(({ severity }) => severity === 'refuses')) return { refused: quality };

  const scaled = artery.values.map((value) => value * scale);
  const window = { earliestSeconds: SETTINGS.earliestLagSeconds, latestSeconds: SETTINGS.latestLagSeconds };
  const plain = options.method === 'plain-svd';
  const inverses = plain
    ? plainInverse(scaled, time.stepSeconds, window)
    : circulantInverses(scaled, time.stepSeconds, window);
  const mapScale = {
    arteryArea: artery.shape.area * scale * time.stepSeconds,
    arteryArrival: artery.shape.arrival,
    stepSeconds: time.stepSeconds,
    noise,
  };
  const mapped = async (of: ContrastCurves, stage: string): Promise<{ maps: PerfusionMaps; run: Deconvolved }> => {
    const run = await deconvolved(of, inverses, stage, options);
    return { maps: perfusionMaps(of, run, grid.size, mapScale), run };
  };
  const first = await mapped(curves, 'deconvolution');
  const noisy = tissueCurves(prepared, withNoise(prepared, curves));
  const second = await mapped(noisy, 'noise');
  return {
    maps: first.maps,
    spread: {
      tmax: spreadOf(first.maps.tmax, second.maps.tmax, prepared.smooth),
      cbf: spreadOf(first.maps.cbf, second.maps.cbf, prepared.smooth),
    },
    run: first.run,
    noise,
    quality,
  };
}

async function deconvolved(
  curves: ContrastCurves,
  inverses: ArterialInverses,
  stage: string,
  { engine, signal, method, pause }: ComputeOptions,
): Promise<Deconvolved> {
  await pause(stage, 0);
  return deconvolve(curves.values, inverses, {
    engine,
    signal,
    oscillationLimit: method === 'plain-svd' ? Infinity : SETTINGS.oscillationLimit,
    progress: (part) => pause(stage, part),
  });
}
