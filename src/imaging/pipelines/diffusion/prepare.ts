/** The diffusion images of a study on one grid, with the brain and the plane between the hemispheres. */
import type { QualityRemark } from '../../../case/index.ts';
import { InferenceError } from '../../../inference/engine.ts';
import { spacing } from '../../affine.ts';
import { type Anatomy, BRAIN, type HeadAnatomy, labelsOn, maskOf } from '../../anatomy/index.ts';
import { ImageRefusal } from '../../image-refusal.ts';
import { distanceTransform } from '../../lesion/distance-transform.ts';
import { labelsTo, resampleTo } from '../../volume/resample.ts';
import type { Built, SourceSeries, Volume } from '../../volume/volume.ts';
import { brainMask } from '../perfusion/brain-mask.ts';
import { findMidline, type Midline } from '../perfusion/midline.ts';
import { remark } from '../perfusion/quality.ts';
import { median } from '../perfusion/tissue-mask.ts';
import { voxelVolume } from '../perfusion/working-grid.ts';
import type { PipelineContext, PipelineInputs, RoledSeries } from '../pipeline.ts';
import { diffusionRemark } from './quality.ts';

export interface DiffusionStudy {
  readonly adc: Volume;
  /** Trace-weighted, on the grid of the map. */
  readonly weighted: Volume;
  readonly source: SourceSeries;
  readonly seriesUids: readonly string[];
  readonly brain: Uint8Array;
  readonly voxelMl: number;
  readonly midline: Midline;
  /** null without the network, or when it doubts what it sees. */
  readonly anatomy: Anatomy | null;
  readonly quality: readonly QualityRemark[];
}

export interface RefusedStudy {
  readonly refused: readonly QualityRemark[];
}

/**
 * Median of the brain, 10⁻⁶ mm²/s: white and gray matter have 700 to 900, with fluid and large lesions some more or less.
 * Values of another unit, of another b-value or of another map do not fall into it.
 */
const PLAUSIBLE_ADC = [500, 1600] as const;

/** @throws ImageRefusal for images that cannot be read; InferenceError that may heal */
export async function prepareDiffusion(
  inputs: PipelineInputs,
  headAnatomy: HeadAnatomy | null,
  { engine, signal }: Pick<PipelineContext, 'engine' | 'signal'>,
): Promise<DiffusionStudy | RefusedStudy> {
  const map = seriesOf(inputs, ['adc']);
  const weightedSeries = seriesOf(inputs, ['dwi-b1000', 'dwi-trace']);
  if (weightedSeries === undefined) throw new ImageRefusal('no-pixels', 'the study holds no diffusion-weighted series');
  if (map === undefined) return { refused: [...weightedSeries.quality, diffusionRemark('adc-missing', 'refuses')] };
  const gate = [...map.quality, ...weightedSeries.quality];
  if (gate.some(({ severity }) => severity === 'refuses')) return { refused: gate };
  const { image: adc, source, ...built } = await volumeOf(map);
  const weightedBuilt = await volumeOf(weightedSeries);
  const weighted = resampleTo(weightedBuilt.image, adc);
  const seen = await anatomyOf(weighted, headAnatomy, engine, signal);
  const brain = seen.anatomy === null ? outline(weighted) : brainOf(seen.anatomy, weighted);
  const pixels = [...(built.quality ?? []), ...(weightedBuilt.quality ?? [])];
  const quality = distinct([...gate, ...pixels, ...seen.quality]);
  if (!brain.includes(1)) return { refused: [...quality, remark('brain-not-found', 'refuses')] };
  const typical = median(adc.values.map((value, at) => (brain[at] === 1 && value > 0 ? value : NaN)));
  if (!(typical >= PLAUSIBLE_ADC[0] && typical <= PLAUSIBLE_ADC[1])) {
    return { refused: [...quality, diffusionRemark('adc-implausible', 'refuses', { medianAdc: typical })] };
  }
  return {
    adc,
    weighted,
    source,
    seriesUids: [source.seriesUid, weightedBuilt.source.seriesUid],
    brain,
    voxelMl: voxelVolume(adc),
    midline: planeOf(seen.anatomy, weighted, brain),
    anatomy: seen.anatomy,
    quality,
  };
}

export function seriesOf({ series }: PipelineInputs, roles: readonly string[]): RoledSeries | undefined {
  return roles.flatMap((role) => series.filter((one) => one.role === role))[0];
}

/** @throws ImageRefusal for a series that is a course in time */
export async function volumeOf(series: RoledSeries): Promise<Built<Volume>> {
  const built = await series.load();
  if ('frames' in built.image) {
    throw new ImageRefusal('not-three-dimensional', 'the diffusion series holds volumes over time: send one volume');
  }
  return { ...built, image: built.image };
}

const distinct = (remarks: readonly QualityRemark[]): QualityRemark[] =>
  remarks.filter((one, at) => remarks.findIndex(({ code }) => code === one.code) === at);

async function anatomyOf(
  weighted: Volume,
  headAnatomy: HeadAnatomy | null,
  engine: PipelineContext['engine'],
  signal: AbortSignal,
): Promise<{ readonly anatomy: Anatomy | null; readonly quality: readonly QualityRemark[] }> {
  const without = { anatomy: null, quality: [diffusionRemark('anatomy-off', 'note')] };
  if (headAnatomy === null) return without;
  try {
    const anatomy = await headAnatomy(weighted, 'mr', engine, { signal });
    const doubts = anatomy.quality.some(({ severity }) => severity === 'refuses');
    if (!doubts) return { anatomy, quality: anatomy.quality };
    // What the network doubts is no reason to refuse a lesion: the outline of the head serves instead.
    const quality = anatomy.quality.map((one) => ({ ...one, severity: 'limits' as const }));
    return { anatomy: null, quality };
  } catch (error) {
    if (isOff(error) || error instanceof ImageRefusal) return without;
    throw error;
  }
}

/** A network that is not installed or that the site switched off: then the rest goes on without it. */
export const isOff = (error: unknown): boolean => error instanceof InferenceError && error.code === 'unknown-model';

/**
 * The network labels little of what is brain in few voxels of a slice: near the vertex, low in the cerebellum. There the
 * outline of the head adds what lies so close to labelled brain, in mm; farther off are orbits, nose and neck.
 */
const EDGE_MM = 9;

function brainOf(anatomy: Anatomy, weighted: Volume): Uint8Array {
  const labelled = maskOf(labelsOn(anatomy, weighted), BRAIN);
  const { grid } = anatomy;
  const voxels = EDGE_MM / spacing(grid.affine)[0];
  const { squared } = distanceTransform(maskOf(anatomy.labels, BRAIN), grid.size);
  const near = labelsTo({ ...grid, voxels: Uint8Array.from(squared, (d) => (d <= voxels * voxels ? 1 : 0)) }, weighted);
  const within = outline(weighted);
  return labelled.map((brain, at) => (brain === 1 || (near[at] === 1 && within[at] === 1) ? 1 : 0));
}

function outline(weighted: Volume): Uint8Array {
  const [x, y] = spacing(weighted.affine);
  return brainMask(weighted.values, weighted.size, Math.max(x, y), 'mr');
}

function planeOf(anatomy: Anatomy | null, weighted: Volume, brain: Uint8Array): Midline {
  const plane = anatomy?.midline ?? null;
  return plane === null ? findMidline(weighted.values, weighted, brain) : { ...plane, symmetry: 1 };
}
