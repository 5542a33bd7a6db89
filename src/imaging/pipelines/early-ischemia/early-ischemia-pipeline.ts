/**
 * Early ischemia on native CT: the ten ASPECTS regions of each side compared, the computed score, net water uptake, extent,
 * frank hypodensity and the hyperdense artery sign. Where the network `early-ischemia` is installed its probabilities take
 * part.
 */
import type { FindingMethod, QualityRemark } from '../../../case/index.ts';
import {
  HEAD_ANATOMY_MODEL,
  ASPECTS_REGIONS,
  ASPECTS_STRUCTURE,
  BRAIN,
  labelsOn,
  maskOf,
  SIDED_STRUCTURES,
  SIDES,
} from '../../anatomy/index.ts';
import type { Anatomy, HeadAnatomy, Side } from '../../anatomy/index.ts';
import { InferenceError } from '../../../inference/engine.ts';
import { ImageRefusal } from '../../image-refusal.ts';
import { cropInPlane, headBox, slabStack } from '../../volume/slab-stack.ts';
import { breathe } from '../../volume/slice.ts';
import type { Built, Volume } from '../../volume/volume.ts';
import { HEMORRHAGE_NETWORKS } from '../hemorrhage/index.ts';
import type { Pipeline, PipelineContext, PipelineInputs, PipelineResult, RoledSeries } from '../pipeline.ts';
import { computedAspects } from './aspects.ts';
import { drawn } from './drawn.ts';
import { mcaShareOfRegions, mcaShareOfVoxels, probableRegion, type Measured } from './extent.ts';
import { ischemiaFindings } from './findings.ts';
import { hyperdenseArtery } from './hyperdense-artery.ts';
import { mirrored } from './mirror.ts';
import { EARLY_ISCHEMIA_MODEL, ischemiaProbability, type IschemiaProbability } from './network.ts';
import { computedPosterior, POSTERIOR_REGIONS } from './posterior.ts';
import { gateRemarks, ischemiaRemark, refuses } from './quality.ts';
import { regionEvidence, type RegionEvidence } from './region-evidence.ts';
import { SETTINGS } from './settings.ts';
import { uptakeOfLesion, uptakeOfRegions } from './water-uptake.ts';
import { halvesOf, sideDensities, type RegionOfInterest, type SideDensity } from './side-density.ts';

export const EARLY_ISCHEMIA_PIPELINE = 'early-ischemia';
export const EARLY_ISCHEMIA_VERSION = '1.2.0';
/** After hemorrhage, which makes it pointless. */
const PRIORITY = 12;
/** Ten times what two free cores need: a busy machine is no fault. */
const ANATOMY_TIMEOUT_MS = 180_000;
const AIR_HU = -1000;
/** HU between air and the softest tissue. */
const HEAD_HU = -300;

const REGIONS: readonly RegionOfInterest[] = ASPECTS_REGIONS.map((name) => ({
  name,
  structures: [ASPECTS_STRUCTURE[name]],
}));

/** @param anatomy finds the regions: the network `head-anatomy` */
export function earlyIschemiaPipeline(anatomy: HeadAnatomy): Pipeline {
  return {
    name: EARLY_ISCHEMIA_PIPELINE,
    version: EARLY_ISCHEMIA_VERSION,
    priority: PRIORITY,
    // Blood that the hemorrhage pipeline sees refuses it.
    restsOn: [EARLY_ISCHEMIA_MODEL, HEAD_ANATOMY_MODEL, ...HEMORRHAGE_NETWORKS],
    needs: 'a native CT of the head (ncct)',
    accepts: (roles) => roles.includes('ncct'),
    run: (inputs, context) => run(inputs, context, anatomy),
  };
}

async function run(inputs: PipelineInputs, context: PipelineContext, find: HeadAnatomy): Promise<PipelineResult> {
  const { engine, signal } = context;
  const pause = async (stage: string, percent: number): Promise<void> => {
    context.progress(stage, percent);
    await breathe();
    signal.throwIfAborted();
  };
  const { roled, built } = await nativeSeries(inputs);
  const gate = [...gateRemarks([...roled.quality, ...(built.quality ?? [])]), ...hemorrhageRemarks(inputs)];
  if (refuses(gate)) return refused(gate);
  await pause('reading', 15);

  const anatomy = await anatomyOf(built.image, context, find);
  if (anatomy === null) return refused([...gate, ischemiaRemark('no-anatomy-network', 'refuses')]);
  const soFar = [...gate, ...anatomy.quality.filter(({ code }) => !gate.some((r) => r.code === code))];
  if (refuses(soFar)) return refused(soFar);
  if (anatomy.midline === null) return refused([...soFar, ischemiaRemark('midline-unclear', 'refuses')]);
  await pause('anatomy', 40);

  const stack = headStack(built.image);
  const labels = labelsOn(anatomy, stack);
  const mirror = mirrored(stack, anatomy.midline);
  const halves = halvesOf(stack, mirror, labels);
  const { tissue, noiseHu } = halves;
  await pause('regions', 50);
  const network = await ischemiaProbability(stack, mirror, {
    engine,
    signal,
    progress: (fraction) => pause('network', 50 + 40 * fraction),
  });
  const shareOf = network === null ? null : networkShares(network, labels, tissue);
  const densities = sideDensities(halves, REGIONS);
  const evidence = regionEvidence(densities, shareOf);
  const missing = missingRegions(densities, evidence, noiseHu);
  if (refuses(missing)) return refused([...soFar, ...missing]);
  const aspects = computedAspects(evidence);
  const posterior = computedPosterior(regionEvidence(sideDensities(halves, POSTERIOR_REGIONS), shareOf));
  const artery = hyperdenseArtery(built.image, anatomy.toTemplate);
  const quality = [
    ...soFar,
    ...(network === null ? [ischemiaRemark('sides-compared-only', 'limits')] : []),
    ...(aspects.side === 'both' ? [ischemiaRemark('ischemia-on-both-sides', 'limits')] : []),
    ...(artery === null ? [ischemiaRemark('thick-for-arteries', 'note')] : []),
  ];
  await pause('measures', 95);

  const side: Side | null = aspects.side === 'left' || aspects.side === 'right' ? aspects.side : null;
  const early = network === null ? null : probableRegion(network, 'early', tissue, stack);
  const frank = network === null ? null : probableRegion(network, 'frank', maskOf(labels, BRAIN), stack);
  const lesion = early === null || frank === null ? null : ofSide(early.voxels, frank.voxels, labels, side);
  const shareOfMca = (of: Side): Measured =>
    network === null ? mcaShareOfRegions(evidence, aspects) : mcaShareOfVoxels(network, labels, tissue, of);
  await pause('findings', 100);
  return {
    state: 'final',
    quality,
    findings: ischemiaFindings({
      ...{ aspects, posterior, evidence, artery, quality },
      early: early?.volume ?? null,
      frank: frank?.volume ?? null,
      mcaShare: side === null ? null : shareOfMca(side),
      uptake:
        side === null ? null : lesion === null ? uptakeOfRegions(aspects.affected) : uptakeOfLesion(halves, lesion),
      settings: settingsOf(noiseHu, anatomy),
      seriesUids: [built.source.seriesUid],
    }),
    ...drawn({
      ...{ stack, network, source: built.source, anatomy: anatomy.model },
      regions: affectedVoxels(labels, tissue, aspects.affected),
      early: early?.voxels ?? null,
      frank: frank?.voxels ?? null,
    }),
    model: network?.model ?? anatomy.model,
    ranOn: network?.ranOn ?? anatomy.ranOn,
  };
}

/** null where the network that finds the regions is not installed or switched off. */
async function anatomyOf(
  image: Volume,
  { engine, signal }: PipelineContext,
  find: HeadAnatomy,
): Promise<Anatomy | null> {
  try {
    return await find(image, 'ct', engine, { signal, timeoutMs: ANATOMY_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof InferenceError && error.code === 'unknown-model') return null;
    throw error;
  }
}

function missingRegions(
  densities: readonly SideDensity[],
  evidence: readonly RegionEvidence[],
  noiseHu: number,
): QualityRemark[] {
  const measuredRegions = Math.min(...SIDES.map((of) => evidence.filter(({ side }) => side === of).length));
  if (measuredRegions >= SETTINGS.leastRegions) return [];
  return densities.length >= 2 * SETTINGS.leastRegions
    ? [ischemiaRemark('noise-hides-ischemia', 'refuses', { noiseHu })]
    : [ischemiaRemark('aspects-regions-missing', 'refuses', { measuredRegions })];
}

/** Of several native series the one with most slices that was not reconstructed for bone. */
async function nativeSeries({
  series,
}: PipelineInputs): Promise<{ readonly roled: RoledSeries; readonly built: Built<Volume> }> {
  const rank = ({ quality, source }: RoledSeries): number =>
    source.slices.length - (quality.some(({ code }) => code === 'sharp-kernel') ? 1e6 : 0);
  const ordered = series.filter(({ role }) => role === 'ncct').toSorted((a, b) => rank(b) - rank(a));
  for (const roled of ordered) {
    const built = await roled.load();
    if (!('frames' in built.image)) return { roled, built: { ...built, image: built.image } };
  }
  throw new ImageRefusal('no-pixels', 'the study holds no native CT volume');
}

/** What the hemorrhage pipeline found in this study just before; where it did not run, nobody looked for blood. */
function hemorrhageRemarks({ earlier = [] }: PipelineInputs): QualityRemark[] {
  const presence = earlier
    .flatMap(({ result }) => result.findings)
    .find(({ kind, value }) => kind === 'hemorrhage' && value !== null)?.value;
  if (presence === 'present') return [ischemiaRemark('hemorrhage-found', 'refuses')];
  return presence === 'not-seen' ? [] : [ischemiaRemark('hemorrhage-not-excluded', 'limits')];
}

/** Slabs cut to the head, as the network sees them. */
function headStack(image: Volume): Volume {
  const stack = slabStack(image, { pixelMm: SETTINGS.pixelMm, slabMm: SETTINGS.slabMm, outside: AIR_HU });
  const box = headBox(stack, HEAD_HU);
  if (box === null) throw new ImageRefusal('no-pixels', 'the CT holds nothing but air');
  return cropInPlane(stack, box, SETTINGS.pixelMultiple, AIR_HU);
}

/** What the network outlined on the affected side. */
function ofSide(early: Uint8Array, frank: Uint8Array, labels: Uint8Array, side: Side | null): Uint8Array {
  const half = side === null ? null : maskOf(labels, SIDED_STRUCTURES, side);
  return early.map((inside, at) => (half?.[at] === 1 && (inside === 1 || frank[at] === 1) ? 1 : 0));
}

/** Mean probability over the tissue of a region. */
function networkShares(
  { early, frank }: IschemiaProbability,
  labels: Uint8Array,
  tissue: Uint8Array,
): (region: string, side: Side) => number {
  const structures = new Map([...REGIONS, ...POSTERIOR_REGIONS].map((region) => [region.name, region.structures]));
  return (region, side) => {
    const mask = maskOf(labels, structures.get(region) ?? [], side);
    let [sum, count] = [0, 0];
    for (let at = 0; at < mask.length; at++) {
      if (mask[at] !== 1 || tissue[at] !== 1) continue;
      sum += (early[at] ?? 0) + (frank[at] ?? 0);
      count++;
    }
    return count === 0 ? 0 : sum / count;
  };
}

function affectedVoxels(
  labels: Uint8Array,
  tissue: Uint8Array,
  affected: readonly { readonly region: string; readonly side: Side }[],
): Uint8Array {
  const out = new Uint8Array(labels.length);
  for (const { region, side } of affected) {
    const mask = maskOf(labels, REGIONS.find(({ name }) => name === region)?.structures ?? [], side);
    for (let at = 0; at < out.length; at++) if (mask[at] === 1 && tissue[at] === 1) out[at] = 1;
  }
  return out;
}

function settingsOf(noiseHu: number, { meanConfidence }: Anatomy): FindingMethod['settings'] {
  return {
    normalAsymmetryHu: SETTINGS.normalAsymmetryHu,
    noiseHu: Math.round(100 * noiseHu) / 100,
    anatomyConfidence: Math.round(100 * meanConfidence) / 100,
  };
}

/** A refusal is a result: it says why. */
function refused(quality: readonly QualityRemark[]): PipelineResult {
  const nothing = { findings: [], segments: [], maps: [], curves: [] };
  return { state: 'refused', quality, ...nothing, background: null, model: null, ranOn: null };
}
