/** Which findings of imaging pipelines are facts of the case, and which of several findings speaks. */
import { candidates } from './fact.ts';
import type { Fact, Known } from './fact.ts';
import type { FINDING_KINDS, FindingKind, ImagingFinding, ImagingProgress, PatientImaging } from './imaging-finding.ts';
import type { Quantity, Unit } from './quantity.ts';
import type { FactKey, StrokeCase, StrokeFacts } from './stroke-case.ts';
import { DAY, MINUTE, plus } from './time.ts';
import type { Instant } from './time.ts';

type FactOfUnit<U extends Unit | null> = {
  [K in FactKey]: U extends Unit ? (StrokeFacts[K] extends Fact<Quantity<U>> ? K : never) : never;
}[FactKey];

/** Facts that are one quantity: a volume, a score. */
export type MeasuredFactKey = {
  [K in FactKey]: StrokeFacts[K] extends Fact<Quantity> ? K : never;
}[FactKey];

/**
 * A row for every kind that a decision can use. Ratios follow from their volumes; side and territory of low perfusion
 * say where blood is short, not where an infarct is, and stay findings.
 */
export const FACT_OF_FINDING = {
  'core-volume': 'coreVolume',
  'tmax-over-6-volume': 'hypoperfusionVolume',
  'tmax-over-10-volume': 'severeHypoperfusionVolume',
  'tmax-over-14-volume': 'tmaxOver14Volume',
  'very-low-cbv-volume': 'veryLowCbvVolume',
  'dwi-lesion-volume': 'dwiLesionVolume',
  'dwi-lesion-diameter': 'infarctDiameter',
  aspects: 'aspects',
  'pc-aspects': 'pcAspects',
  'intraparenchymal-volume': 'hematomaVolume',
} as const satisfies { readonly [K in FindingKind]?: FactOfUnit<(typeof FINDING_KINDS)[K]> };

/** The pipeline that measures a fact: while it runs, or when it refused, that is why the fact is not there. */
export const PIPELINE_OF_FACT: Readonly<Partial<Record<FactKey, string>>> = {
  coreVolume: 'perfusion',
  hypoperfusionVolume: 'perfusion',
  severeHypoperfusionVolume: 'perfusion',
  tmaxOver14Volume: 'perfusion',
  veryLowCbvVolume: 'perfusion',
  dwiLesionVolume: 'diffusion',
  dwiLesionUnderOneThirdMca: 'diffusion',
  dwiFlairMismatch: 'diffusion',
  infarctDiameter: 'diffusion',
  infarctPattern: 'diffusion',
  ischemicLesion: 'diffusion',
  aspects: 'early-ischemia',
  pcAspects: 'early-ischemia',
  hematomaVolume: 'hemorrhage',
  hematomaLocation: 'hemorrhage',
};

/** How the source of a fact names a finding. */
export const imagingReference = ({ id }: Pick<ImagingFinding, 'id'>): string => `imaging:${id}`;
export const isImagingReference = (reference: string): boolean => reference.startsWith('imaging:');

/** A pipeline of this product gave the value: now, or earlier and read back from the chart, where it stays 'derived'. */
export function isComputed(key: FactKey, { basis, sources }: Pick<Known<unknown>, 'basis' | 'sources'>): boolean {
  return (
    (sources.length > 0 && sources.every(({ reference }) => isImagingReference(reference))) ||
    (basis === 'derived' && PIPELINE_OF_FACT[key] !== undefined)
  );
}

/**
 * What a network that was never compared with readers on patients says, and what opens or closes a treatment or names a cause:
 * until a person has read the images, it settles nothing.
 */
const READ_BY_A_PERSON = [
  'aspects',
  'pcAspects',
  'dwiFlairMismatch',
  'dwiLesionUnderOneThirdMca',
  'infarctPattern',
] as const;

/** One of these facts, and only software gave it. */
export function awaitsReader(key: FactKey, facts: StrokeFacts): boolean {
  if (!READ_BY_A_PERSON.some((own) => own === key)) return false;
  const values = candidates<unknown>(facts[key]);
  return values.length > 0 && values.every((value) => isComputed(key, value));
}

/** Refused, superseded or not computable: it has nothing to say. */
function speaks({ state, value, quality }: ImagingFinding): boolean {
  const stands = state === 'final' || state === 'preliminary';
  return stands && value !== null && !quality.some(({ severity }) => severity === 'refuses');
}

/** Images that do not say when they were acquired are older than any that do. */
const ageOrder = (a: ImagingFinding, b: ImagingFinding): number =>
  (b.acquiredAt ?? -Infinity) - (a.acquiredAt ?? -Infinity) || b.foundAt - a.foundAt || 0;

const finalFirst = (a: ImagingFinding, b: ImagingFinding): number =>
  Number(b.state === 'final') - Number(a.state === 'final') || b.foundAt - a.foundAt;

/** As old as images may be that speak of the patient's state now. */
const LOOK_BACK = DAY;
/** Clocks of scanners and servers differ. */
const CLOCK_SKEW = 5 * MINUTE;

/** Images from before the patient was last known well do not show this episode; undated ones may. */
function isOfEpisode(acquiredAt: Instant | null, { facts, asOf }: Pick<StrokeCase, 'facts' | 'asOf'>): boolean {
  if (acquiredAt === null) return true;
  const well = candidates(facts.lastKnownWell).map(({ value }) => value.earliest);
  const oldest = Math.max(plus(asOf, -LOOK_BACK), ...(well.length === 0 ? [] : [Math.min(...well)]));
  return acquiredAt >= oldest && acquiredAt <= plus(asOf, CLOCK_SKEW);
}

/**
 * The findings that count: of each pipeline those of the newest study of this episode that it found something in, the
 * final one of a kind before a preliminary one. All of a pipeline come from one study: a core and a penumbra of two
 * scans make no mismatch.
 */
export function currentFindings(
  { findings }: PatientImaging,
  stroke: Pick<StrokeCase, 'facts' | 'asOf'>,
): ImagingFinding[] {
  const standing = findings.filter((finding) => speaks(finding) && isOfEpisode(finding.acquiredAt, stroke));
  const pipelines = [...new Set(standing.map(({ method }) => method.pipeline))];
  return pipelines.flatMap((pipeline) => {
    const own = standing.filter(({ method }) => method.pipeline === pipeline);
    const study = own.toSorted(ageOrder)[0]?.studyUid;
    const ofStudy = own.filter(({ studyUid }) => studyUid === study).toSorted(finalFirst);
    return ofStudy.filter((finding, i) => ofStudy.findIndex(({ kind }) => kind === finding.kind) === i);
  });
}

/** How far the pipelines are: of each the state that began last, within a day. Done is told by the findings. */
export function currentProgress({ progress }: PatientImaging, asOf: Instant): ImagingProgress[] {
  const recent = progress.filter(({ since }) => since > plus(asOf, -LOOK_BACK)).toSorted((a, b) => b.since - a.since);
  // Images that arrive now must not hide that earlier ones could not be used.
  const rowOf = ({ pipeline, state }: ImagingProgress): string =>
    pipeline !== null ? `pipeline ${pipeline}` : state === 'failed' || state === 'refused' ? state : 'under way';
  return recent.filter((row, i) => recent.findIndex((other) => rowOf(other) === rowOf(row)) === i);
}
