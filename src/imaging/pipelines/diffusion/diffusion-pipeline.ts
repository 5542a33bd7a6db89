/**
 * Diffusion MR: the acute lesion by the network `diffusion-lesion`, the core by its published threshold, where the lesion
 * lies, and its age by FLAIR. Without the network the lesion is that of the threshold.
 */
import type { QualityRemark } from '../../../case/index.ts';
import { HEAD_ANATOMY_MODEL, type HeadAnatomy } from '../../anatomy/index.ts';
import { ImageRefusal } from '../../image-refusal.ts';
import type { ArterialAtlas } from '../../lesion/arterial-atlas.ts';
import { breathe } from '../../volume/slice.ts';
import type { Volume } from '../../volume/volume.ts';
import { median } from '../perfusion/tissue-mask.ts';
import { remark } from '../perfusion/quality.ts';
import type { MapDraft, Pipeline, PipelineContext, PipelineInputs, PipelineResult, SegmentDraft } from '../pipeline.ts';
import { ageFindings, coreFinding, lesionFindings, type AgeOfStudy, type Common } from './findings.ts';
import { FLAIR_MODEL, lesionAge } from './lesion-age/lesion-age.ts';
import { DIFFUSION_MODEL, networkLesion, type LesionMasks, type NetworkLesion } from './network-lesion.ts';
import { hemisphereDifference, MOST_DIFFERENCE } from './hemispheres.ts';
import { isOff, prepareDiffusion, seriesOf, volumeOf, type DiffusionStudy } from './prepare.ts';
import { diffusionRemark } from './quality.ts';
import { diffusionLesion, type DiffusionLesion } from './threshold-lesion.ts';

export const DIFFUSION_PIPELINE = 'diffusion';
export const DIFFUSION_VERSION = '2.3.0';
const PRIORITY = 15;

export interface DiffusionParts {
  /** null: brain and midline from the outline of the head, and nothing in template space. */
  readonly anatomy: HeadAnatomy | null;
  /** Read once, when it is needed first. */
  readonly atlas: () => Promise<ArterialAtlas>;
}

/** With perfusion beside it the perfusion pipeline measures the core, on the same threshold. */
export function diffusionPipeline(parts: DiffusionParts): Pipeline {
  return {
    name: DIFFUSION_PIPELINE,
    version: DIFFUSION_VERSION,
    priority: PRIORITY,
    restsOn: [DIFFUSION_MODEL, FLAIR_MODEL, HEAD_ANATOMY_MODEL],
    needs: 'diffusion-weighted MR (dwi-b1000 or dwi-trace) with an ADC map (adc) or images without weighting (dwi-b0)',
    accepts: (roles) => roles.includes('dwi-b1000') || roles.includes('dwi-trace'),
    run: (inputs, context) => run(inputs, context, parts),
  };
}

async function run(inputs: PipelineInputs, context: PipelineContext, parts: DiffusionParts): Promise<PipelineResult> {
  const { progress, signal } = context;
  const pause = async (stage: string, percent: number): Promise<void> => {
    progress(stage, percent);
    await breathe();
    signal.throwIfAborted();
  };
  await pause('anatomy', 0);
  const study = await prepareDiffusion(inputs, parts.anatomy, context);
  if ('refused' in study) return refused(study.refused);
  await pause('lesion', 25);
  const byThreshold = thresholdLesion(study);
  const byNetwork = await withNetwork(study, context);
  const masks: LesionMasks = byNetwork ?? byThreshold;
  await pause('FLAIR', 60);
  const age = await ageOf(inputs, study, masks, byNetwork, context);
  await pause('findings', 85);

  const doubts = byNetwork === null ? [remark('threshold-only', 'note')] : doubtsOf(study, byNetwork, byThreshold);
  const quality = [...study.quality, ...doubts];
  const common: Common = { quality, seriesUids: study.seriesUids };
  const atlas = study.anatomy?.toTemplate == null ? null : await parts.atlas();
  const findings = [
    ...lesionFindings(masks, study, { atlas, isNetwork: byNetwork !== null }, common),
    ...(hasPerfusion(inputs) ? [] : [coreFinding(byThreshold, common)]),
    ...ageFindings(age, common),
  ];
  await pause('findings', 100);
  return {
    state: 'final',
    quality,
    findings,
    segments: [
      segmentOf(study, 'dwi-lesion', masks.voxels, byNetwork),
      ...(byNetwork !== null && !hasPerfusion(inputs) ? [segmentOf(study, 'core', byThreshold.voxels, null)] : []),
    ],
    maps: mapsOf(study, byNetwork),
    background: study.weighted,
    curves: [],
    model: byNetwork?.model ?? null,
    ranOn: byNetwork?.ranOn ?? null,
  };
}

const hasPerfusion = ({ series }: PipelineInputs): boolean =>
  series.some(({ role }) => role === 'pwi' || role === 'ctp');

function thresholdLesion({ adc, weighted, brain, voxelMl }: DiffusionStudy): DiffusionLesion {
  return diffusionLesion({ size: adc.size, voxelMl, adc: adc.values, weighted: weighted.values, brain });
}

async function withNetwork(study: DiffusionStudy, { engine, signal }: PipelineContext): Promise<NetworkLesion | null> {
  try {
    return await networkLesion(study, engine, signal);
  } catch (error) {
    if (isOff(error)) return null;
    throw error;
  }
}

/** Restricted diffusion is what an acute infarct is: a lesion with more than this is something else, or old. */
const MOST_ADC = 1000;
/** mL by which the threshold may find more than the network thinks possible. */
const MOST_APART_ML = 10;

function sidesDiffer(study: DiffusionStudy, network: NetworkLesion): QualityRemark[] {
  const percent = hemisphereDifference(study, network.most);
  return percent !== null && Math.abs(percent) > MOST_DIFFERENCE
    ? [
        diffusionRemark('hemispheres-differ', 'limits', {
          [percent > 0 ? 'adcLowerLeftPercent' : 'adcLowerRightPercent']: Math.abs(percent),
        }),
      ]
    : [];
}

function doubtsOf(study: DiffusionStudy, network: NetworkLesion, threshold: DiffusionLesion): QualityRemark[] {
  const inside = study.adc.values.map((value, at) => (network.voxels[at] === 1 ? value : NaN));
  const typical = network.voxels.includes(1) ? median(inside) : 0;
  const most = network.most.reduce((sum, x) => sum + x, 0) * study.voxelMl;
  const apart = threshold.ml - most;
  return [
    ...(typical > MOST_ADC ? [diffusionRemark('lesion-not-restricted', 'limits', { medianAdc: typical })] : []),
    ...(apart > MOST_APART_ML
      ? [diffusionRemark('lesion-methods-differ', 'limits', { thresholdMl: threshold.ml, networkMostMl: most })]
      : []),
    ...sidesDiffer(study, network),
  ];
}

/** Without FLAIR or without a lesion there is nothing to compare, which is 'unknown'. */
async function ageOf(
  inputs: PipelineInputs,
  study: DiffusionStudy,
  masks: LesionMasks,
  network: NetworkLesion | null,
  { engine, signal }: PipelineContext,
): Promise<AgeOfStudy | null> {
  if (!masks.voxels.includes(1)) return null;
  const unknown = (code: 'flair-missing' | 'flair-unreadable'): AgeOfStudy => ({
    ...{ mismatch: null, ratio: null, marked: null, model: null, seriesUid: null },
    quality: [diffusionRemark(code, 'limits')],
  });
  const series = seriesOf(inputs, ['flair']);
  if (series === undefined) return unknown('flair-missing');
  if (series.quality.some(({ severity }) => severity === 'refuses')) return unknown('flair-unreadable');
  try {
    const { image: flair, source } = await volumeOf(series);
    const frame = source.frameOfReferenceUid;
    const { adc, weighted, brain, midline, voxelMl } = study;
    const found = await lesionAge(
      {
        ...{ flair, adc, weighted, brain, voxelMl, lesion: masks.voxels, plane: midline },
        networkGrid: network?.networkGrid ?? null,
        sameFrame: frame !== null && frame === study.source.frameOfReferenceUid,
      },
      engine,
      signal,
    );
    return { ...found, seriesUid: source.seriesUid };
  } catch (error) {
    if (error instanceof ImageRefusal) return unknown('flair-unreadable');
    throw error;
  }
}

/** @param by null where a threshold outlined it */
function segmentOf(
  { adc, source }: DiffusionStudy,
  label: string,
  voxels: Uint8Array,
  by: NetworkLesion | null,
): SegmentDraft {
  const grid = { size: adc.size, affine: adc.affine };
  return { label, voxels, source, grid, ...(by === null ? {} : { network: by.model }) };
}

function mapsOf({ adc }: DiffusionStudy, network: NetworkLesion | null): MapDraft[] {
  const probability: Volume | null = network?.probability ?? null;
  return [
    { name: 'ADC', volume: adc, window: [0, 2000] },
    ...(probability === null
      ? []
      : [{ name: 'Probability of acute lesion', volume: probability, window: [0, 1] as const }]),
  ];
}

function refused(quality: readonly QualityRemark[]): PipelineResult {
  const nothing = { findings: [], segments: [], maps: [], curves: [] };
  return { state: 'refused', quality, ...nothing, background: null, model: null, ranOn: null };
}
