/** Diffusion and FLAIR images of a head of known truth: a lesion of chosen contrast in the head of the perfusion phantom. */
import { InferenceError, type InferenceEngine } from '../../src/inference/engine.ts';
import type { Anatomy, HeadAnatomy } from '../../src/imaging/anatomy/index.ts';
import { diffusionPipeline, type DiffusionParts } from '../../src/imaging/pipelines/diffusion/index.ts';
import type { PipelineResult, RoledSeries } from '../../src/imaging/pipelines/pipeline.ts';
import type { SourceSeries, Volume } from '../../src/imaging/volume/volume.ts';
import { productAtlas } from './lesions.ts';
import { normalNumbers } from './perfusion-curves.ts';
import { LABEL, perfusionPhantom, type PhantomOptions } from './perfusion-phantom.ts';

/** ADC in 10⁻⁶ mm²/s, signal at b 1000, signal on FLAIR. */
type Contrast = readonly [adc: number, weighted: number, flair: number];

const TISSUE: Record<number, Contrast> = {
  [LABEL.air]: [0, 2, 1],
  [LABEL.scalp]: [900, 20, 60],
  [LABEL.bone]: [500, 6, 5],
  [LABEL.fluid]: [3000, 25, 15],
  [LABEL.artery]: [1500, 30, 20],
  [LABEL.vein]: [1500, 30, 20],
  [LABEL.gray]: [830, 105, 110],
  [LABEL.white]: [760, 95, 95],
};

export const LESIONS = {
  /** Hours old: low coefficient, hardly seen on FLAIR. */
  early: [430, 190, 105],
  /** A day old: low coefficient, bright on FLAIR. */
  later: [480, 200, 165],
  'shine-through': [900, 190, 165],
  susceptibility: [300, 20, 20],
} as const satisfies Readonly<Record<string, Contrast>>;
export type LesionKind = keyof typeof LESIONS;

export interface StudyOptions extends Omit<PhantomOptions, 'kind' | 'frames'> {
  readonly lesion: LesionKind | 'none';
  /** Left out: no such series. */
  readonly withAdc?: boolean;
  readonly withFlair?: boolean;
  /** What the FLAIR says of its place, moved in mm to the patient's right. */
  readonly flairMovedMm?: number;
  /** The map times this: another unit. */
  readonly adcFactor?: number;
  readonly more?: readonly RoledSeries[];
}

export interface DiffusionTruth {
  readonly series: readonly RoledSeries[];
  readonly lesion: Uint8Array;
  readonly lesionMl: number;
  /** 1 for gray and white matter, the lesion included. */
  readonly brain: Uint8Array;
  readonly adc: Volume;
  readonly weighted: Volume;
  readonly flair: Volume;
}

export function diffusionStudy({ lesion, ...options }: StudyOptions): DiffusionTruth {
  const { labels, series, source, coreMl } = perfusionPhantom({ ...options, kind: 'mr', frames: 2 });
  const normal = normalNumbers(3);
  const inLesion = (label: number): boolean => label >= 10 && label < 20 && lesion !== 'none';
  const image = (which: 0 | 1 | 2, unit: Volume['unit']): Volume => ({
    ...{ size: series.size, affine: series.affine, unit },
    values: Float32Array.from(labels, (label) => {
      const contrast = inLesion(label) && lesion !== 'none' ? LESIONS[lesion] : TISSUE[label % 10];
      return Math.max(0, (contrast?.[which] ?? 0) + (which === 0 ? 40 : 4) * normal());
    }),
  });
  const [adc, weighted, flair] = [image(0, '10*-6.mm2/s'), image(1, 'signal'), image(2, 'signal')];
  const [a, b, c, x, ...rest] = flair.affine;
  const moved = {
    ...flair,
    affine: [a, b, c, x + (options.flairMovedMm ?? 0), ...rest] as unknown as Volume['affine'],
  };
  const factor = options.adcFactor ?? 1;
  const map = { ...adc, values: adc.values.map((value) => value * factor) };
  return {
    series: [
      ...(options.withAdc === false ? [] : [roled('adc', map, source, '2.25.7')]),
      roled('dwi-b1000', weighted, source, '2.25.8'),
      ...(options.withFlair === false ? [] : [roled('flair', moved, source, '2.25.9')]),
      ...(options.more ?? []),
    ],
    lesion: labels.map((label) => (inLesion(label) ? 1 : 0)),
    brain: labels.map((label) => (label % 10 === LABEL.gray || label % 10 === LABEL.white ? 1 : 0)),
    lesionMl: lesion === 'none' ? 0 : coreMl,
    ...{ adc, weighted, flair },
  };
}

export function roled(role: RoledSeries['role'], image: Volume, source: SourceSeries, seriesUid: string): RoledSeries {
  const own = { ...source, seriesUid };
  return {
    ...{ role, source: own, acquiredAt: null, quality: [] },
    load: () => Promise.resolve({ image, source: own, steps: [] }),
  };
}

export function analyzed(
  series: readonly RoledSeries[],
  engine: InferenceEngine,
  anatomy: HeadAnatomy | null = null,
): Promise<PipelineResult> {
  const parts: DiffusionParts = { anatomy, atlas: productAtlas };
  return diffusionPipeline(parts).run(
    { series, lastKnownWell: null, overrides: {} },
    { engine, progress: () => undefined, signal: new AbortController().signal },
  );
}

/** A site without networks. */
export const noNetworks = (): InferenceEngine => ({
  infer: ({ model }) => Promise.reject(new InferenceError('unknown-model', `the model ${model} is not installed`)),
  close: () => Promise.resolve(),
});

/** As if the network had found that patient and template agree: what is measured in the template is then known. */
export const templateItself =
  (brain: Uint8Array): HeadAnatomy =>
  ({ size, affine }) => {
    const anatomy: Anatomy = {
      grid: { size, affine },
      // 'deepWhite' of the left: a label of the brain.
      labels: brain.map((inside) => (inside === 1 ? 32 : 0)),
      confidence: new Float32Array(brain.length).fill(1),
      meanConfidence: 1,
      brainMl: 1300,
      ventriclesMl: 20,
      midline: { point: [0, 0, 0], normal: [1, 0, 0], spreadMm: 0 },
      midlineShift: null,
      toTemplate: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
      quality: [],
      model: null,
      ranOn: 'cpu',
    };
    return Promise.resolve(anatomy);
  };
