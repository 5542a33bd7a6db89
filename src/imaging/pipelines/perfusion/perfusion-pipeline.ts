/**
 * Perfusion of the brain from CT or dynamic susceptibility contrast MR: motion correction, regular time, arterial input,
 * delay-insensitive deconvolution, maps, core and hypoperfusion with intervals.
 */
import type { FindingMethod, QualityRemark } from '../../../case/index.ts';
import { ImageRefusal } from '../../image-refusal.ts';
import { resampleTo } from '../../volume/resample.ts';
import { breathe } from '../../volume/slice.ts';
import type { Built, TimeSeries } from '../../volume/volume.ts';
import type { Pipeline, PipelineContext, PipelineInputs, PipelineResult, RoledSeries } from '../pipeline.ts';
import { chooseInputs, type InputFunctions } from './choose-inputs.ts';
import { inputOverrides, misplacedOn, type InputOverrides } from './chosen-voxels.ts';
import { compute, type Computed, type DeconvolutionMethod } from './compute.ts';
import { PERFUSION_MODEL } from './deconvolution.ts';
import { diffusionCore } from './diffusion-core.ts';
import { perfusionFindings } from './findings.ts';
import { measuredIntervals } from './intervals.ts';
import { findMidline, rightOf, type Midline } from './midline.ts';
import { backgroundOf, drawn, drawnCurves } from './drawn.ts';
import { prepare, refuses, type Pause, type Prepared } from './prepare.ts';
import { ghostCoreRemarks, joined, remark } from './quality.ts';
import { perfusionRegions, type RegionInputs } from './regions.ts';
import { SETTINGS, type PerfusionKind } from './settings.ts';
import { territoriesOf } from './territory.ts';
import { withoutVessels } from './tissue-mask.ts';
import { positionOf, voxelVolume } from './working-grid.ts';

export const PERFUSION_PIPELINE = 'perfusion';
export const PERFUSION_VERSION = '1.2.0';
const PRIORITY = 20;

/** Where each stage ends, in percent of the whole. */
const STAGES: readonly (readonly [string, number])[] = [
  ['reading', 10],
  ['reduction', 12],
  ['motion correction', 30],
  ['masks', 33],
  ['smoothing', 38],
  ['deconvolution', 62],
  ['noise', 86],
  ['intervals', 100],
];

/** Of several series the one with the most frames is used. `overrides`: aif, vof (voxels), deconvolution: 'plain-svd'. */
export function perfusionPipeline(): Pipeline {
  return {
    name: PERFUSION_PIPELINE,
    version: PERFUSION_VERSION,
    priority: PRIORITY,
    overrides: ['aif', 'vof', 'deconvolution'],
    restsOn: [PERFUSION_MODEL],
    needs: 'a CT or MR perfusion series (ctp, pwi): images of the same places over the passage of a bolus',
    accepts: (roles) => roles.includes('ctp') || roles.includes('pwi'),
    checkOverrides,
    run,
  };
}

async function checkOverrides(inputs: PipelineInputs): Promise<readonly QualityRemark[]> {
  const { aif, vof } = inputOverrides(inputs.overrides);
  if (aif === null && vof === null) return [];
  const { roled, built } = await longestSeries(inputs);
  return misplacedOn(built.image, kindOf(roled), { aif, vof });
}

async function run(inputs: PipelineInputs, context: PipelineContext): Promise<PipelineResult> {
  const pause = pauseOf(context);
  const { roled, built } = await longestSeries(inputs);
  await pause('reading', 1);
  const gate = [...roled.quality, ...(built.quality ?? [])];
  if (refuses(gate)) return refused(gate);
  const kind = kindOf(roled);
  const preparation = await prepare(built.image, kind, pause);
  if ('refused' in preparation) return refused(joined(gate, preparation.refused));
  const { prepared } = preparation;
  const soFar = joined(gate, prepared.quality);
  const overrides = inputOverrides(inputs.overrides);
  const functions = chooseInputs(prepared, overrides);
  if ('refused' in functions) return refused([...soFar, ...functions.refused], prepared);
  const method: DeconvolutionMethod =
    inputs.overrides['deconvolution'] === 'plain-svd' ? 'plain-svd' : 'oscillation-index';
  const computed = await compute(prepared, functions, { ...context, method, pause });
  if ('refused' in computed) {
    return refused(joined(soFar, [...functions.quality, ...computed.refused]), prepared, functions);
  }

  const diffusion = kind === 'mr' ? await diffusionOf(inputs, prepared) : null;
  const midline = findMidline(prepared.mean, prepared.grid, prepared.brain);
  const regionInputs = regionInputsOf(prepared, computed, midline, diffusion);
  const regions = perfusionRegions(regionInputs);
  const intervals = await measuredIntervals(regionInputs, computed.spread, prepared.smooth, (part) =>
    pause('intervals', part),
  );
  const quality = joined(soFar, [
    ...functions.quality,
    ...computed.quality,
    ...(kind === 'mr' && diffusion === null ? [remark('no-diffusion', 'limits')] : []),
    ...(regions.side === 'both' ? [remark('both-sides', 'limits')] : []),
    ...ghostCoreRemarks(minutesBetween(inputs, roled), regions.measured.core, regions.strictCore),
  ]);
  const seriesUids = [built.source.seriesUid, ...(diffusion === null ? [] : [diffusion.seriesUid])];
  return {
    state: 'final',
    quality,
    findings: perfusionFindings({
      regions,
      intervals,
      territories: territoriesOf(
        regions.hypoperfusion,
        prepared.brain,
        prepared.grid,
        midline,
        voxelVolume(prepared.grid),
      ),
      quality,
      seriesUids,
      settings: settingsOf(prepared, functions, computed, method, diffusion !== null, midline, overrides),
    }),
    ...drawn({ prepared, functions, maps: computed.maps, regions, source: built.source }),
    model: computed.run.model,
    ranOn: computed.run.ranOn,
  };
}

function pauseOf({ progress, signal }: PipelineContext): Pause {
  return async (stage, fraction) => {
    const at = STAGES.findIndex(([name]) => name === stage);
    const [from, to] = [STAGES[at - 1]?.[1] ?? 0, STAGES[at]?.[1] ?? 100];
    progress(stage, from + (to - from) * fraction);
    await breathe();
    signal.throwIfAborted();
  };
}

async function longestSeries({ series }: PipelineInputs): Promise<{ roled: RoledSeries; built: Built<TimeSeries> }> {
  const role = series.some((s) => s.role === 'ctp') ? 'ctp' : 'pwi';
  let best: { roled: RoledSeries; built: Built<TimeSeries> } | undefined;
  for (const roled of series.filter((s) => s.role === role)) {
    const built = await roled.load();
    if (!isTimeSeries(built)) continue;
    if (built.image.frames.length > (best?.built.image.frames.length ?? 0)) best = { roled, built };
  }
  if (best === undefined) {
    throw new ImageRefusal(
      'not-three-dimensional',
      'the perfusion series holds no volumes over time: send all of its images, not maps or a single time point',
    );
  }
  return best;
}

const kindOf = ({ role }: RoledSeries): PerfusionKind => (role === 'ctp' ? 'ct' : 'mr');

function isTimeSeries(built: Built): built is Built<TimeSeries> {
  return 'frames' in built.image;
}

interface Diffusion {
  readonly core: Uint8Array;
  readonly seriesUid: string;
}

/** null without a diffusion map that covers the brain. */
async function diffusionOf({ series }: PipelineInputs, { grid, brain }: Prepared): Promise<Diffusion | null> {
  const adc = series.find(({ role }) => role === 'adc');
  if (adc === undefined) return null;
  const built = await adc.load();
  if (isTimeSeries(built)) return null;
  const onGrid = resampleTo(built.image, grid).values;
  const core = diffusionCore(onGrid, brain, grid.size, voxelVolume(grid));
  return core === null ? null : { core, seriesUid: built.source.seriesUid };
}

function regionInputsOf(
  { kind, grid, tissue }: Prepared,
  { maps }: Computed,
  midline: Midline,
  diffusion: Diffusion | null,
): RegionInputs {
  const right = new Uint8Array(tissue.length);
  for (let at = 0; at < right.length; at++) right[at] = rightOf(midline, positionOf(at, grid)) > 0 ? 1 : 0;
  return {
    size: grid.size,
    voxelMl: voxelVolume(grid),
    tissue: withoutVessels(tissue, maps.cbv),
    right,
    maps,
    core: kind === 'ct' ? null : (diffusion?.core ?? 'unknown'),
  };
}

/** null when either is unknown. */
function minutesBetween({ lastKnownWell }: PipelineInputs, { acquiredAt }: RoledSeries): number | null {
  return lastKnownWell === null || acquiredAt === null ? null : (acquiredAt - lastKnownWell) / 60_000;
}

function settingsOf(
  { time, reduction, motionMm, kind }: Prepared,
  { scale }: InputFunctions,
  { noise }: Computed,
  method: DeconvolutionMethod,
  byDiffusion: boolean,
  { symmetry }: Midline,
  { aif, vof }: InputOverrides,
): FindingMethod['settings'] {
  const rounded = (x: number): number => Math.round(x * 1000) / 1000;
  return {
    deconvolution: method,
    oscillationLimit: SETTINGS.oscillationLimit,
    stepSeconds: time.stepSeconds,
    seconds: time.seconds.length * time.stepSeconds,
    inPlaneReduction: reduction,
    smoothingMm: SETTINGS.smoothingMm,
    density: SETTINGS.density,
    hematocritFactor: SETTINGS.hematocritFactor,
    tmaxSeconds: SETTINGS.hypoperfusionTmax,
    ...(byDiffusion
      ? { coreAdc: SETTINGS.coreAdc }
      : kind === 'ct'
        ? { coreRelativeFlow: SETTINGS.coreRelativeFlow }
        : {}),
    smallestHypoperfusionMl: SETTINGS.smallestHypoperfusionMl,
    smallestCoreMl: SETTINGS.smallestCoreMl,
    arteryScale: rounded(scale),
    noise: rounded(noise),
    motionMm: rounded(Math.max(0, ...motionMm)),
    symmetry: rounded(symmetry),
    ...(aif === null ? {} : { arterialInput: 'by a reviewer' }),
    ...(vof === null ? {} : { venousOutput: 'by a reviewer' }),
  };
}

/** A refusal is a result: it says why, with the curves that there are. */
function refused(quality: readonly QualityRemark[], prepared?: Prepared, functions?: InputFunctions): PipelineResult {
  return {
    state: 'refused',
    quality,
    findings: [],
    segments: [],
    maps: [],
    background: prepared === undefined ? null : backgroundOf(prepared),
    curves: prepared === undefined || functions === undefined ? [] : drawnCurves(prepared, functions),
    model: null,
    ranOn: null,
  };
}
