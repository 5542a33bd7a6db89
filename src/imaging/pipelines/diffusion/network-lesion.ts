/** The acute lesion as the network `diffusion-lesion` draws it, on the grid of the ADC map. */
import type { FindingMethod } from '../../../case/index.ts';
import type { InferenceEngine } from '../../../inference/engine.ts';
import { labelsTo, resampleTo } from '../../volume/resample.ts';
import type { Grid, Volume } from '../../volume/volume.ts';
import { dilated, withoutSmallParts } from '../perfusion/morphology.ts';
import { median } from '../perfusion/tissue-mask.ts';
import { aroundMask, runOnSlices, sliceGrid } from '../slice-network.ts';

export const DIFFUSION_MODEL = 'diffusion-lesion';

/** The thresholds are those of `models/diffusion-lesion/model.json`, where their basis is told; a test compares. */
export const NETWORK_SETTINGS = {
  pixelMm: 1.5,
  probability: 0.5,
  /** The volume's interval; how many lesions lie within it: card of the network. */
  lowestProbability: 0.001,
  highestProbability: 0.999,
  /** Smaller parts (26 neighbors) are taken for noise, mL. */
  smallestMl: 0.1,
  /** Around the brain mask: cortex lies at its edge. */
  rimVoxels: 1,
  marginVoxels: 8,
} as const;

/** Values beyond are noise; the network was trained up to here. */
const HIGHEST_SIGNAL = 8;
const HIGHEST_ADC = 4;

export interface NetworkImages {
  /** 10⁻⁶ mm²/s */
  readonly adc: Volume;
  /** Trace-weighted, b about 1000 s/mm², on the grid of the map. */
  readonly weighted: Volume;
  /** 1 for brain, on the same grid. */
  readonly brain: Uint8Array;
}

/** Masks on the grid of the map. */
export interface LesionMasks {
  readonly voxels: Uint8Array;
  /** What is certain, and what may belong to it: the ends of every interval. */
  readonly least: Uint8Array;
  readonly most: Uint8Array;
}

export interface NetworkLesion extends LesionMasks {
  readonly probability: Volume;
  /** The grid of the network, for what is compared with the lesion. */
  readonly networkGrid: Grid;
  readonly model: NonNullable<FindingMethod['model']>;
  readonly ranOn: string;
}

/** @throws ImageRefusal for slices that are not axial; InferenceError of the engine */
export async function networkLesion(
  { adc, weighted, brain }: NetworkImages,
  engine: InferenceEngine,
  signal: AbortSignal,
): Promise<NetworkLesion> {
  const whole = sliceGrid(adc, NETWORK_SETTINGS.pixelMm);
  const brainThere = labelsTo({ size: adc.size, affine: adc.affine, voxels: brain }, whole);
  const networkGrid = aroundMask(whole, brainThere, NETWORK_SETTINGS.marginVoxels);
  const typical = median(weighted.values.map((value, at) => (brain[at] === 1 ? value : NaN)));
  const signalThere = resampleTo(weighted, networkGrid).values.map((x) => clipped(x / typical, HIGHEST_SIGNAL));
  const adcThere = resampleTo(adc, networkGrid).values.map((x) => clipped(x / 1000, HIGHEST_ADC));
  const { probability, model, ranOn } = await runOnSlices(engine, {
    model: DIFFUSION_MODEL,
    input: 'dwi',
    channels: [signalThere, adcThere],
    size: networkGrid.size,
    signal,
  });
  const there: Volume = { ...networkGrid, values: probability, unit: '{probability}' };
  const back = resampleTo(there, adc);
  const allowed = dilated(brain, adc.size, NETWORK_SETTINGS.rimVoxels);
  return { ...masksOf(back, allowed), probability: back, networkGrid, model, ranOn };
}

const clipped = (value: number, highest: number): number => Math.min(highest, Math.max(0, value));

/** @param allowed 1 where a lesion may lie */
export function masksOf({ values, size, affine }: Volume, allowed: Uint8Array): LesionMasks {
  const [x, y, z] = [0, 1, 2].map((axis) =>
    Math.hypot(affine[axis] ?? 0, affine[axis + 4] ?? 0, affine[axis + 8] ?? 0),
  ) as [number, number, number];
  const least = Math.max(1, Math.ceil((1000 * NETWORK_SETTINGS.smallestMl) / (x * y * z) - 1e-9));
  const above = (threshold: number): Uint8Array =>
    withoutSmallParts(
      Uint8Array.from(values, (p, at) => (p >= threshold && allowed[at] === 1 ? 1 : 0)),
      size,
      least,
    );
  return {
    voxels: above(NETWORK_SETTINGS.probability),
    least: above(NETWORK_SETTINGS.highestProbability),
    most: above(NETWORK_SETTINGS.lowestProbability),
  };
}
