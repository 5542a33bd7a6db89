/**
 * What the hemorrhage pipeline says beside what a person recorded. Blood that it sees is a reason to look before treating;
 * blood that it does not see excludes nothing, so its absence is nowhere used.
 */
import { candidates } from './fact.ts';
import { currentFindings } from './imaging-facts.ts';
import type { FindingKind, FindingMethod, ImagingFinding } from './imaging-finding.ts';
import type { StrokeCase } from './stroke-case.ts';
import { HOUR, type Instant } from './time.ts';

export const HEMORRHAGE_PIPELINE_NAME = 'hemorrhage';

/** Scans that lie further apart are not compared: another stay is another story. */
export const LONGEST_COURSE_MS = 72 * HOUR;

/** Name in the settings of a finding that compares two scans: the id of the earlier scan's intraparenchymal volume. */
export const COMPARED_WITH = 'comparedWith';

/**
 * The scan that one taken at `at` is compared with: the first of the episode, for what has grown since then is the course.
 * @returns undefined where none before it is of the episode
 */
export function firstOfEpisode<T extends { readonly acquiredAt: Instant }>(
  scans: readonly T[],
  at: Instant,
): T | undefined {
  const [first] = scans
    .filter(({ acquiredAt }) => acquiredAt < at && at - acquiredAt <= LONGEST_COURSE_MS)
    .toSorted((a, b) => a.acquiredAt - b.acquiredAt);
  return first;
}

/** The intraparenchymal volume of a scan on which the software is sure of the hemorrhage; undefined for every other. */
export function volumeToCompare(findings: readonly ImagingFinding[]): (ImagingFinding & { value: number }) | undefined {
  const own = findings.filter(({ method }) => method.pipeline === HEMORRHAGE_PIPELINE_NAME);
  const isPresent = own.some(({ kind, value }) => kind === 'hemorrhage' && value === 'present');
  const volume = own.find(({ kind }) => kind === 'intraparenchymal-volume');
  if (!isPresent || typeof volume?.value !== 'number' || volume.value <= 0) return undefined;
  return { ...volume, value: volume.value };
}

/** What a volume was measured with. */
export type Measurement = Pick<FindingMethod, 'version' | 'model' | 'settings'>;

/** Settings that decide what of the network's answer is counted. */
const CUTS = ['bloodProbability', 'smallestMl', 'partProbability'] as const;

/**
 * By one version of the pipeline and of its network, with the same thresholds? Else the difference of two volumes may be that
 * of two networks. A server does not tell which graph it runs (digest 'unknown'): its version has to do.
 */
export function isMeasuredAlike(a: Measurement, b: Measurement): boolean {
  if (a.model === null || b.model === null) return false;
  const digests = [a.model.digest, b.model.digest];
  return (
    a.version === b.version &&
    a.model.name === b.model.name &&
    a.model.version === b.model.version &&
    (a.model.digest === b.model.digest || digests.includes('unknown')) &&
    CUTS.every((name) => a.settings[name] === b.settings[name])
  );
}

export interface ComputedHemorrhage {
  /** The finding 'hemorrhage'; its value is 'present', 'uncertain' or 'not-seen'. */
  readonly presence: ImagingFinding;
  /** Of the same study. */
  readonly findings: readonly ImagingFinding[];
}

type OfImaging = Pick<StrokeCase, 'facts' | 'asOf' | 'imaging'>;

/** Of the newest images of this episode; null where none were judged. */
export function computedHemorrhage(stroke: OfImaging): ComputedHemorrhage | null {
  const findings = currentFindings(stroke.imaging, stroke).filter(
    ({ method }) => method.pipeline === HEMORRHAGE_PIPELINE_NAME,
  );
  const presence = findings.find(({ kind }) => kind === 'hemorrhage');
  return presence === undefined ? null : { presence, findings };
}

export const findingOf = ({ findings }: ComputedHemorrhage, kind: FindingKind): ImagingFinding | undefined =>
  findings.find((finding) => finding.kind === kind);

export interface HemorrhageDoubt {
  /**
   * `uncertain`: at least the detection floor, but not in every variant of the images, or not stable under small changes of
   * them. It asks for a look as much as blood that is `seen`, and is told as what it is; its volume is no fact.
   */
  readonly certainty: 'seen' | 'uncertain';
  /**
   * `unreported`: nobody has said anything of these images: no treatment that blood forbids until somebody looked.
   * `against-report`: a person who saw them says that there is no hemorrhage; that counts, and both are shown.
   */
  readonly kind: 'unreported' | 'against-report';
  readonly computed: ComputedHemorrhage;
}

/**
 * Computed blood that no person has confirmed. A recorded 'no hemorrhage' covers images acquired up to its time; images from
 * after it are new. Undated images are shown and decide nothing.
 */
export function hemorrhageDoubt(stroke: OfImaging): HemorrhageDoubt | null {
  const computed = computedHemorrhage(stroke);
  const certainty = computed === null ? null : certaintyOf(computed);
  const acquiredAt = computed?.presence.acquiredAt ?? null;
  if (computed === null || certainty === null || acquiredAt === null) return null;
  const recorded = candidates(stroke.facts.hemorrhageOnImaging);
  if (recorded.some(({ value }) => value)) return null;
  const covers = recorded.some(({ at }) => at !== null && at.latest >= acquiredAt);
  return { certainty, kind: covers ? 'against-report' : 'unreported', computed };
}

/** null for no blood, and for a trace below the detection floor: that is noise as often as blood. */
export function certaintyOf(computed: ComputedHemorrhage): HemorrhageDoubt['certainty'] | null {
  const { value } = computed.presence;
  if (value === 'present') return 'seen';
  const volume = findingOf(computed, 'hemorrhage-volume');
  const isMoreThanTrace = typeof volume?.value === 'number' && volume.value >= (volume.detectionFloor ?? 0);
  return value === 'uncertain' && isMoreThanTrace ? 'uncertain' : null;
}
