/**
 * Hemorrhage on non-contrast CT: segmentation of the kinds of blood, volumes with intervals, place, signs of expansion, and
 * the spot sign where a CT angiography belongs to the study. What it does not see is never said to be excluded.
 */
import { isMeasuredAlike, type Measurement, type QualityRemark } from '../../../case/index.ts';
import { InferenceError } from '../../../inference/engine.ts';
import { HEAD_ANATOMY_MODEL, type HeadAnatomy } from '../../anatomy/index.ts';
import { placed, registerHeads } from '../../registration/register-heads.ts';
import { labelsTo } from '../../volume/resample.ts';
import { breathe } from '../../volume/slice.ts';
import type { Built, Volume } from '../../volume/volume.ts';
import { holesFilled } from '../perfusion/morphology.ts';
import type {
  Pipeline,
  PipelineContext,
  PipelineInputs,
  PipelineResult,
  PriorScan,
  SegmentDraft,
} from '../pipeline.ts';
import { abcOf } from './abc-2.ts';
import { voxelMlOf } from './counted-parts.ts';
import { hemorrhageFindings } from './findings.ts';
import { chooseAngiography, chooseNative, headOf, volumeOf, type Head } from './head.ts';
import { hematomaMask, maskOfClass, partsOf } from './labels.ts';
import { measure, type Measured } from './measure.ts';
import { anatomyOf, hematomaPlace } from './place.ts';
import { believed, medianHu, noiseHu, plausibility, remark } from './plausibility.ts';
import { HEMORRHAGE_NETWORKS, networkInUse, type HemorrhageNetwork } from './networks.ts';
import { serialScanOf } from './prior-scan.ts';
import type { Segmented, SegmentOptions } from './segment.ts';
import { compareSerially, type SerialComparison, type SerialScan } from './serial-comparison.ts';
import { cutsOf, SEGMENT_LABELS, SETTINGS, settingsOf } from './settings.ts';
import { expansionSigns } from './signs.ts';
import { spotSign, type SpotSign } from './spot-sign.ts';

export const HEMORRHAGE_PIPELINE = 'hemorrhage';
export const HEMORRHAGE_VERSION = '1.3.0';
/** Before all others: nothing is as urgent as blood. */
const PRIORITY = 1;

export interface HemorrhageOptions {
  /** In place of the network of the product. */
  readonly anatomy?: HeadAnatomy;
}

export function hemorrhagePipeline({ anatomy }: HemorrhageOptions = {}): Pipeline {
  return {
    name: HEMORRHAGE_PIPELINE,
    version: HEMORRHAGE_VERSION,
    priority: PRIORITY,
    networks: HEMORRHAGE_NETWORKS,
    restsOn: [...HEMORRHAGE_NETWORKS, HEAD_ANATOMY_MODEL],
    compares: true,
    needs: 'a native CT of the head (ncct)',
    accepts: (roles) => roles.includes('ncct'),
    run: (inputs, context) => run(inputs, context, anatomy),
  };
}

async function run(
  inputs: PipelineInputs,
  { engine, progress, signal, figuresOf }: PipelineContext,
  anatomyNetwork: HeadAnatomy | undefined,
): Promise<PipelineResult> {
  const pause = async (stage: string, percent: number): Promise<void> => {
    progress(stage, percent);
    await breathe();
    signal.throwIfAborted();
  };
  await pause('reading', 1);
  const series = chooseNative(inputs.series);
  const built = await volumeOf(series);
  const gate = [...series.quality, ...(built.quality ?? [])];
  if (isRefused(gate)) return refused(gate, built.image);
  await pause('slabs', 15);
  const head = headOf(built.image);
  await pause('segmentation', 20);
  const network = networkInUse(figuresOf);
  const segmented = await segmentOrNull(network, built.image, head, {
    engine,
    signal,
    progress: (part) => pause('segmentation', 20 + 45 * part),
  });
  if (segmented === null) return refused([...gate, remark('hemorrhage-model-missing', 'refuses')], null);
  await pause('labels', 65);
  const { stack, brain, inside, millimeters } = head;
  const cuts = cutsOf(figuresOf?.(network.name));
  const seen = measure(segmented, { inside, size: stack.size, millimeters, cuts });
  const tissue = brain.map((own, at) => (own === 1 && seen.labels[at] === 0 ? 1 : 0));
  const voxelMl = voxelMlOf(millimeters);
  const brainHu = medianHu(stack, tissue);
  const plausible = plausibility({
    brainHu,
    brainMl: brain.reduce((sum, one) => sum + one, 0) * voxelMl,
    slabs: stack.size[2],
    agreement: seen.agreement,
    bloodMl: seen.volumes.blood.interval.high,
  });
  if (isRefused(plausible.quality)) return refused([...gate, ...plausible.quality], built.image);
  const measured: Measured = { ...seen, presence: believed(seen.presence, plausible.quality) };

  await pause('anatomy', 75);
  const { anatomy, quality: ofAnatomy } = await anatomyOf(built.image, engine, signal, anatomyNetwork);
  await pause('signs', 90);
  const isPresent = measured.presence === 'present';
  const isWorthALook = measured.volumes.blood.ml >= cuts.detectionFloorMl;
  const blood = hematomaMask(measured.labels, stack.size, voxelMl);
  const [largest] = partsOf(blood, stack.size);
  const spot = isPresent && largest !== undefined ? await spotOf(inputs, built, stack, blood) : null;
  const noise = noiseHu(stack, tissue);
  const { serial, remarks } =
    isPresent && largest !== undefined && inputs.prior !== undefined
      ? await comparedWithPrior(
          inputs.prior,
          pause,
          {
            ...{ image: built.image, stack, labels: measured.labels, brainHu, noiseHu: noise },
            intraparenchymal: measured.volumes.intraparenchymal,
          },
          { version: HEMORRHAGE_VERSION, model: segmented.model, settings: settingsOf(cuts) },
        )
      : NOTHING_COMPARED;
  await pause('findings', 98);
  const ofNetwork = network.tellsSubarachnoid ? [] : [remark('subarachnoid-not-told-apart', 'limits')];
  const quality = [...gate, ...plausible.quality, ...ofNetwork, ...ofAnatomy, ...remarks];
  return {
    state: 'final',
    quality,
    findings: hemorrhageFindings({
      measured,
      // Where to look is told of uncertain blood, too; its signs would be those of a guess.
      place: isWorthALook ? hematomaPlace(blood, stack, brain, voxelMl, anatomy) : { locations: [], side: null },
      shift: anatomy?.midlineShift ?? null,
      abc: isPresent && largest !== undefined ? abcOf(largest, stack.size, millimeters) : null,
      signs:
        isPresent && largest !== undefined
          ? expansionSigns({
              size: stack.size,
              pixelMm: SETTINGS.pixelMm,
              slabMm: millimeters[2],
              hu: stack.values,
              blood,
              brainHu,
              noiseHu: noise,
            })
          : null,
      serial,
      spot: spot?.sign ?? null,
      quality,
      seriesUid: built.source.seriesUid,
      ctaUid: spot?.built.source.seriesUid ?? null,
      outOfDistribution: plausible.score,
      cuts,
      tellsSubarachnoid: network.tellsSubarachnoid,
    }),
    segments: [...segmentsOf(measured, stack, built, segmented.model), ...spotSegment(spot, built)],
    maps: [],
    background: built.image,
    curves: [],
    model: segmented.model,
    ranOn: segmented.ranOn,
  };
}

/** null when the site has no network for it, or one that was refused: a result that says so, not a fault to be tried again. */
async function segmentOrNull(
  network: HemorrhageNetwork,
  image: Volume,
  head: Head,
  options: SegmentOptions,
): Promise<Segmented | null> {
  try {
    return await network.segment(image, head, options);
  } catch (error) {
    if (error instanceof InferenceError && (error.code === 'unknown-model' || error.code === 'refused')) return null;
    throw error;
  }
}

const isRefused = (quality: readonly QualityRemark[]): boolean =>
  quality.some(({ severity }) => severity === 'refuses');

interface FoundSpot {
  readonly sign: SpotSign;
  readonly built: Built<Volume>;
}

/** null without a CTA of the study that can be laid on the native scan. */
async function spotOf(
  { series }: PipelineInputs,
  native: Built<Volume>,
  stack: Volume,
  blood: Uint8Array,
): Promise<FoundSpot | null> {
  const cta = chooseAngiography(series);
  if (cta === undefined) return null;
  const built = await volumeOf(cta);
  const registration = registerHeads(native.image, built.image);
  if (registration === null) return null;
  // Blood that has not clotted is dark on the native scan: a spot may lie in a hole of the mask.
  const hematoma = { ...stack, voxels: holesFilled(blood, stack.size) };
  return { sign: spotSign(placed(built.image, registration.toMoving), native.image, hematoma), built };
}

interface Compared {
  readonly serial: { readonly comparison: SerialComparison; readonly comparedWith: string } | null;
  readonly remarks: readonly QualityRemark[];
}
const NOTHING_COMPARED: Compared = { serial: null, remarks: [] };

/**
 * An earlier scan that cannot be read, does not fit or was measured by another network costs no finding of this one: a remark
 * says so.
 * @param by what measured this one
 */
async function comparedWithPrior(
  prior: PriorScan,
  pause: (stage: string, percent: number) => Promise<void>,
  now: SerialScan,
  by: Measurement,
): Promise<Compared> {
  if (!isMeasuredAlike(prior.method, by)) {
    return { serial: null, remarks: [remark('earlier-scan-other-network', 'note')] };
  }
  await pause('earlier scan', 93);
  const before = await serialScanOf(prior).catch(() => null);
  await pause('registration', 95);
  const found = before === null ? null : compareSerially(before, now);
  return found === null || 'notCompared' in found
    ? { serial: null, remarks: [remark('earlier-scan-not-compared', 'note')] }
    : { serial: { comparison: found, comparedWith: prior.findingId }, remarks: [] };
}

/** The kinds that were found; all of them, empty, where none was. */
function segmentsOf(
  { labels }: Measured,
  stack: Volume,
  { source }: Built<Volume>,
  network: NonNullable<SegmentDraft['network']>,
): SegmentDraft[] {
  const grid = { size: stack.size, affine: stack.affine };
  const all = SEGMENT_LABELS.map(([name, label]): SegmentDraft => ({
    label,
    grid,
    voxels: maskOfClass(labels, name),
    source,
    network,
  }));
  const found = all.filter(({ voxels }) => voxels.includes(1));
  return found.length > 0 ? found : all.slice(0, 1);
}

/** Drawn on the native scan: both lie in one space now. */
function spotSegment(spot: FoundSpot | null, native: Built<Volume>): SegmentDraft[] {
  const segment = spot?.sign.segment;
  if (segment === null || segment === undefined) return [];
  const voxels = labelsTo({ ...segment.grid, voxels: segment.voxels }, native.image);
  const grid = { size: native.image.size, affine: native.image.affine };
  return voxels.includes(1) ? [{ label: 'spot-sign', grid, voxels, source: native.source }] : [];
}

function refused(quality: readonly QualityRemark[], background: Volume | null): PipelineResult {
  const nothing = { findings: [], segments: [], maps: [], curves: [] };
  return { state: 'refused', quality, ...nothing, background, model: null, ranOn: null };
}
