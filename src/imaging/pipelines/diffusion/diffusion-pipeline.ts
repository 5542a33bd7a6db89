/** Diffusion MR without perfusion: volume, side and supply of the acute lesion by a threshold. No network, no graph. */
import type { FindingKind, QualityRemark } from '../../../case/index.ts';
import { spacing } from '../../affine.ts';
import { ImageRefusal } from '../../image-refusal.ts';
import { resampleTo } from '../../volume/resample.ts';
import { breathe } from '../../volume/slice.ts';
import type { Built, Volume } from '../../volume/volume.ts';
import { brainMask } from '../perfusion/brain-mask.ts';
import { findMidline, rightOf, type Midline } from '../perfusion/midline.ts';
import { remark } from '../perfusion/quality.ts';
import { territoriesOf } from '../perfusion/territory.ts';
import { positionOf, voxelVolume } from '../perfusion/working-grid.ts';
import type {
  FindingDraft,
  Pipeline,
  PipelineContext,
  PipelineInputs,
  PipelineResult,
  RoledSeries,
} from '../pipeline.ts';
import { DIFFUSION_SETTINGS, diffusionLesion, type DiffusionLesion } from './lesion.ts';

export const DIFFUSION_PIPELINE = 'diffusion-threshold';
export const DIFFUSION_VERSION = '1.0.0';
const PRIORITY = 15;
const BASIS = 'threshold from 580 to 660';
/** The lesser side counts as ischemic too above this share of the greater one. */
const BOTH_SIDES_SHARE = 0.2;

/** With perfusion beside it the perfusion pipeline measures the core, on the same threshold. */
export function diffusionPipeline(): Pipeline {
  return {
    name: DIFFUSION_PIPELINE,
    version: DIFFUSION_VERSION,
    priority: PRIORITY,
    needs: 'diffusion-weighted MR (dwi-b1000 or dwi-trace) with an ADC map (adc) or images without weighting (dwi-b0)',
    accepts: (roles) =>
      roles.includes('adc') &&
      (roles.includes('dwi-b1000') || roles.includes('dwi-trace')) &&
      !roles.includes('pwi') &&
      !roles.includes('ctp'),
    run,
  };
}

async function run(inputs: PipelineInputs, { progress, signal }: PipelineContext): Promise<PipelineResult> {
  const pause = async (stage: string, percent: number): Promise<void> => {
    progress(stage, percent);
    await breathe();
    signal.throwIfAborted();
  };
  const map = seriesOf(inputs, ['adc']);
  const weightedSeries = seriesOf(inputs, ['dwi-b1000', 'dwi-trace']);
  const gate = [...map.quality, ...weightedSeries.quality];
  if (gate.some(({ severity }) => severity === 'refuses')) return refused(gate);
  const adc = await volumeOf(map);
  await pause('reading', 30);
  const weighted = await volumeOf(weightedSeries);
  const onGrid = resampleTo(weighted.image, adc.image).values;
  await pause('resampling', 60);

  const grid = adc.image;
  const voxelMl = voxelVolume(grid);
  const [x, y, sliceMm] = spacing(grid.affine);
  const brain = brainMask(onGrid, grid.size, { pixelMm: Math.max(x, y), sliceMm }, 'mr');
  if (brain.indexOf(1) === -1) return refused([...gate, remark('brain-not-found', 'refuses')]);
  const lesion = diffusionLesion({ size: grid.size, voxelMl, adc: grid.values, weighted: onGrid, brain });
  await pause('lesion', 90);
  const midline = findMidline(onGrid, grid, brain);
  const quality = [...gate, remark('threshold-only', 'note')];
  const seriesUids = [adc.source.seriesUid, weighted.source.seriesUid];
  await pause('findings', 100);
  return {
    state: 'final',
    quality,
    findings: findingsOf(lesion, {
      side: sideOf(lesion.voxels, grid, midline),
      territories: territoriesOf(lesion.voxels, brain, grid, midline, voxelMl).join(' '),
      quality,
      seriesUids,
    }),
    segments: [{ label: 'dwi-lesion', grid, voxels: lesion.voxels, source: adc.source }],
    maps: [{ name: 'ADC', volume: adc.image, window: [0, 2000] }],
    background: { ...weighted.image, ...grid, values: onGrid },
    curves: [],
    model: null,
    ranOn: null,
  };
}

function seriesOf({ series }: PipelineInputs, roles: readonly string[]): RoledSeries {
  const found = roles.flatMap((role) => series.filter((s) => s.role === role))[0];
  if (found === undefined) throw new ImageRefusal('no-pixels', `the study holds no ${roles.join(' or ')} series`);
  return found;
}

async function volumeOf(series: RoledSeries): Promise<Built<Volume>> {
  const built = await series.load();
  if ('frames' in built.image) {
    throw new ImageRefusal('not-three-dimensional', 'the diffusion series holds volumes over time: send one volume');
  }
  return { ...built, image: built.image };
}

function sideOf(lesion: Uint8Array, grid: Volume, midline: Midline): 'left' | 'right' | 'both' | null {
  let [left, right] = [0, 0];
  lesion.forEach((inside, at) => {
    if (inside !== 1) return;
    if (rightOf(midline, positionOf(at, grid)) > 0) right++;
    else left++;
  });
  if (left + right === 0) return null;
  if (Math.min(left, right) > BOTH_SIDES_SHARE * Math.max(left, right)) return 'both';
  return right > left ? 'right' : 'left';
}

interface Surroundings {
  readonly side: string | null;
  readonly territories: string;
  readonly quality: readonly QualityRemark[];
  readonly seriesUids: readonly string[];
}

function findingsOf(
  { ml, lowMl, highMl }: DiffusionLesion,
  { side, territories, quality, seriesUids }: Surroundings,
): FindingDraft[] {
  const round = (x: number): number => Math.round(x * 100) / 100;
  const common = { quality, seriesUids, settings: DIFFUSION_SETTINGS };
  const floor = DIFFUSION_SETTINGS.smallestMl;
  const interval = { low: round(lowMl), high: round(Math.max(highMl, ml === 0 ? floor : 0)), basis: BASIS };
  const measured = (['dwi-lesion-volume', 'core-volume'] as const).map((kind) => ({
    ...{ kind, value: round(ml), interval, detectionFloor: floor },
    ...common,
  }));
  const word = (kind: FindingKind, value: string): FindingDraft => ({
    ...{ kind, value, interval: null, detectionFloor: null },
    ...common,
  });
  return [
    ...measured,
    ...(side === null ? [] : [word('ischemic-side', side)]),
    ...(territories === '' ? [] : [word('ischemic-territory', territories)]),
  ];
}

function refused(quality: readonly QualityRemark[]): PipelineResult {
  const nothing = { findings: [], segments: [], maps: [], curves: [] };
  return { state: 'refused', quality, ...nothing, background: null, model: null, ranOn: null };
}
