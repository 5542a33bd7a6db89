/** The instances of a study → its series with roles, ready to be read and built when a pipeline asks. */
import type { QualityRemark } from '../../case/index.ts';
import { ImageRefusal } from '../image-refusal.ts';
import type { RoledSeries } from '../pipelines/pipeline.ts';
import { builtQuality } from '../quality/built-quality.ts';
import { seriesQuality } from '../quality/series-quality.ts';
import { buildTimeSeries } from '../volume/build-time-series.ts';
import { buildVolume } from '../volume/build-volume.ts';
import { diffusionCoefficient } from '../volume/diffusion-coefficient.ts';
import { frameOf, type ReadSlice, type Slice } from '../volume/slice.ts';
import { sourceOf, stackOf } from '../volume/stack.ts';
import type { Built, SourceSeries, TimeSeries, Volume, VoxelUnit } from '../volume/volume.ts';
import { inMicrometers } from './adc-unit.ts';
import { assignRoles, type RoleDecision, wantsPixels } from './assign-roles.ts';
import { pixelFacts } from './pixel-facts.ts';
import type { PixelFacts, RoleRule } from './rule.ts';
import { acquiredAt, seriesFacts, type SeriesFacts } from './series-facts.ts';
import type { SeriesRole } from './series-role.ts';
import { sliceReader, type StudyInstance } from './slice-reader.ts';
import { splitSeries, type SubSeries } from './split-series.ts';

export interface OpenStudyOptions {
  /** In place of the built-in table. */
  readonly rules?: readonly RoleRule[];
  /**
   * Of the scanner's clock ('Europe/Berlin' or '+01:00'), for images that tell no zone; without it their acquisition time
   * is unknown.
   */
  readonly zone?: string | null;
  readonly signal?: AbortSignal;
}

export interface OpenedSeries extends RoledSeries {
  /** What tells it from other parts of the same DICOM series; empty for a whole one. */
  readonly part: string;
  readonly decision: RoleDecision;
  readonly facts: SeriesFacts;
  readonly pixels: PixelFacts | null;
}

/**
 * Splits, looks at a sample of the pixels where the role depends on them, and assigns roles. Nothing is built before
 * `load` is called; what was built stays in memory as long as the series does. An ADC map that the scanner did not send
 * is offered as computed from its diffusion images.
 * @param instances of one study
 */
export async function openStudySeries(
  instances: readonly StudyInstance[],
  { rules, zone = null, signal }: OpenStudyOptions = {},
): Promise<OpenedSeries[]> {
  const parts = splitSeries(instances.map(({ header }) => header));
  const known: { part: SubSeries; facts: SeriesFacts; pixels: PixelFacts | null; problem: ImageRefusal | null }[] = [];
  for (const part of parts) {
    signal?.throwIfAborted();
    const facts = seriesFacts(part);
    const looked = wantsPixels(facts, rules) ? await look(part, facts, readerOf(part, instances)) : NOT_LOOKED;
    known.push({ part, facts, ...looked });
  }
  const decisions = assignRoles(known, rules);
  const opened = known.map(({ part, facts, pixels, problem }, at): OpenedSeries => {
    const decision = decisions[at] as RoleDecision;
    return {
      role: decision.role,
      source: sourceSeries(part),
      acquiredAt: acquiredAt(part.slices, zone),
      quality: problem === null ? seriesQuality({ part, facts, pixels, decision }) : [unreadable(problem)],
      load: once(async () => judged(await build(part.slices, decision.role, readerOf(part, instances)), decision.role)),
      part: part.part,
      decision,
      facts,
      pixels,
    };
  });
  return [...opened, ...computedAdc(opened)];
}

const NOT_LOOKED = { pixels: null, problem: null };

async function look(
  { slices }: SubSeries,
  facts: SeriesFacts,
  read: ReadSlice,
): Promise<{ pixels: PixelFacts | null; problem: ImageRefusal | null }> {
  try {
    return { pixels: await pixelFacts(slices, facts, read), problem: null };
  } catch (error) {
    if (error instanceof ImageRefusal) return { pixels: null, problem: error };
    throw error;
  }
}

const unreadable = ({ code }: ImageRefusal): QualityRemark => ({ code, severity: 'refuses', figures: {} });

function readerOf({ slices }: SubSeries, instances: readonly StudyInstance[]): ReadSlice {
  const own = new Set(slices.map(({ header }) => header.sopInstanceUid));
  return sliceReader(instances.filter(({ header }) => own.has(header.sopInstanceUid)));
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      // A fault may heal; what cannot be built says so again.
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** With the remarks of the gate on its pixels. */
async function judged(built: BuiltImage, role: SeriesRole): Promise<BuiltImage> {
  return { ...built, quality: await builtQuality(built, role) };
}

async function build(slices: readonly Slice[], role: SeriesRole, read: ReadSlice): Promise<BuiltImage> {
  if (role === 'ctp') return buildTimeSeries(slices, read, { unit: 'HU' });
  if (role === 'pwi') return buildTimeSeries(slices, read, { unit: 'signal' });
  if (role === 'adc') return inMicrometers(await buildVolume(slices, read, { unit: '10*-6.mm2/s' }));
  const unit: VoxelUnit = slices[0]?.header.modality === 'CT' ? 'HU' : 'signal';
  const repeats =
    role === 'dwi-b0' ? 'mean' : role === 'dwi-b1000' || role === 'dwi-trace' ? 'geometric-mean' : 'refuse';
  return buildVolume(slices, read, { unit, repeats });
}

/** In the order of space; of slices that are no stack the order in which they came: building them says why. */
function sourceSeries(part: SubSeries): SourceSeries {
  try {
    return sourceOf(stackOf(part.slices));
  } catch (error) {
    if (!(error instanceof ImageRefusal)) throw error;
  }
  const { header, slices } = part;
  const frame = slices[0] === undefined ? undefined : frameOf(slices[0]);
  return {
    studyUid: header.studyUid,
    seriesUid: header.seriesUid,
    frameOfReferenceUid: header.frameOfReferenceUid,
    modality: header.modality,
    rows: header.pixels?.rows ?? 0,
    columns: header.pixels?.columns ?? 0,
    orientation: frame?.orientation ?? [1, 0, 0, 0, 1, 0],
    pixelSpacing: frame?.pixelSpacing ?? [1, 1],
    slices: slices.map((slice) => ({
      sopInstanceUid: slice.header.sopInstanceUid,
      sopClassUid: slice.header.sopClassUid,
      frame: slice.frame + 1,
      position: frameOf(slice).position ?? [0, 0, 0],
    })),
  };
}

type BuiltImage = Built<Volume> | Built<TimeSeries>;

const isVolume = (built: BuiltImage): built is Built<Volume> => 'values' in built.image;

/** From images with and without diffusion weighting of one place, when there is no map; trace-weighted ones first. */
function computedAdc(series: readonly OpenedSeries[]): OpenedSeries[] {
  if (series.some(({ role }) => role === 'adc')) return [];
  const weighted = series.find(({ role }) => role === 'dwi-trace') ?? series.find(({ role }) => role === 'dwi-b1000');
  if (weighted === undefined) return [];
  const unweighted = series.find(
    ({ role, source }) =>
      role === 'dwi-b0' &&
      source.rows === weighted.source.rows &&
      source.columns === weighted.source.columns &&
      source.slices.length === weighted.source.slices.length,
  );
  if (unweighted === undefined) return [];
  const [b0, b] = [unweighted.facts.numbers.bValue ?? 0, weighted.facts.numbers.bValue ?? 1000];
  const reason = 'computed from the images with and without diffusion weighting: the scanner sent no map';
  return [
    {
      ...weighted,
      role: 'adc',
      part: 'computed',
      decision: { role: 'adc', rule: 'adc-computed', reason, because: `b ${b0} and b ${b}`, trials: [] },
      load: once(async () => {
        const [without, built] = [await unweighted.load(), await weighted.load()];
        if (!isVolume(without) || !isVolume(built)) throw new TypeError('diffusion images are volumes');
        return {
          image: diffusionCoefficient(without.image, built.image, { b0, b }),
          source: built.source,
          steps: [...built.steps, { step: 'adc-computed', b0, b }],
          quality: built.quality ?? [],
        };
      }),
    },
  ];
}
