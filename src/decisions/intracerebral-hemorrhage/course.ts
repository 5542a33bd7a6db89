/** Two computed scans of one episode: has the hematoma grown, has blood entered the ventricles, has it become darker inside? */
import {
  COMPARED_WITH,
  HEMORRHAGE_PIPELINE_NAME,
  HOUR,
  LONGEST_COURSE_MS,
  candidates,
  certaintyOf,
  isMeasuredAlike,
} from '../../case/index.ts';
import type { FindingKind, ImagingFinding, Instant, StrokeCase } from '../../case/index.ts';
import type { SitePolicy } from '../evaluation.ts';
import { isHematomaExpansion } from './expansion.ts';

export interface HematomaCourse {
  readonly from: ImagingFinding;
  readonly to: ImagingFinding;
  /** Hours between the two scans. */
  readonly hours: number;
  readonly growthMl: number;
  /** null from nothing. */
  readonly growthPercent: number | null;
  /** Growth by 6 mL or 33 % with the site's operator. */
  readonly isExpansion: boolean;
  /** The intervals of the two volumes overlap, or one of the results is uncertain: the growth may be the measurement's. */
  readonly isWithinUncertainty: boolean;
  /** The software is not certain of the blood on one of the two: growth still has to be looked at. */
  readonly isUncertain: boolean;
  readonly newIntraventricular: boolean;
  readonly newHypodensity: boolean;
  /** null: the scans were not laid on each other, and all of this is from the findings of each. */
  readonly registered: RegisteredCourse | null;
  /** By one version of the software; else the difference may be that of two versions, and nothing is suspected from it. */
  readonly isMeasuredAlike: boolean;
  /** Any of the three, measured alike. Growth within the uncertainty counts too: looking costs less than bleeding. */
  readonly activeBleedingSuspected: boolean;
}

/** What the two scans laid on each other show. */
export interface RegisteredCourse {
  /** Blood beyond the earlier hematoma, mL. */
  readonly newBloodMl: number;
  /** Of the two heads. */
  readonly correlation: number;
  /** At the hematoma, mm; a lower bound. */
  readonly errorMm: number;
}

const VOLUME = 'intraparenchymal-volume' satisfies FindingKind;

interface Scan {
  readonly at: Instant;
  readonly volume: ImagingFinding;
  readonly findings: readonly ImagingFinding[];
  readonly isUncertain: boolean;
}

/**
 * The first scan of the episode with an intraparenchymal hemorrhage against the newest one: where the analysis laid the newest
 * on the first, by the voxels of both; else by what was found on each. Only final and preliminary results of dated images
 * count.
 * @returns null with fewer than two
 */
export function hematomaCourse(
  { imaging, facts, asOf }: Pick<StrokeCase, 'imaging' | 'facts' | 'asOf'>,
  { hematomaExpansionOperator: operator }: Pick<SitePolicy, 'hematomaExpansionOperator'>,
): HematomaCourse | null {
  const well = Math.min(...candidates(facts.lastKnownWell).map(({ value }) => value.earliest), Infinity);
  const oldest = Math.max(asOf - LONGEST_COURSE_MS, Number.isFinite(well) ? well : -Infinity);
  const scans = scansOf(imaging.findings).filter(({ at }) => at >= oldest && at <= asOf);
  const [first, ...later] = scans;
  const last = later.at(-1);
  if (first === undefined || last === undefined) return null;
  const [before, after] = [Number(first.volume.value), Number(last.volume.value)];
  const isUncertain = first.isUncertain || last.isUncertain;
  const isExpansion = isHematomaExpansion(before, after, operator);
  const isAlike = isMeasuredAlike(first.volume.method, last.volume.method);
  const laid = laidOn(first, last);
  const newIntraventricular =
    laid === null
      ? !isSeen(first, 'intraventricular-volume') && isSeen(last, 'intraventricular-volume')
      : laid.newIntraventricularMl > 0 && laid.newIntraventricularMl >= floorOf(last);
  const sign = (scan: Scan): unknown => scan.findings.find(({ kind }) => kind === 'hypodensity-sign')?.value;
  const newHypodensity =
    laid === null || laid.newHypodensityMl === null
      ? sign(first) === 'absent' && sign(last) === 'present'
      : laid.newHypodensityMl > 0;
  return {
    from: first.volume,
    to: last.volume,
    hours: (last.at - first.at) / HOUR,
    growthMl: after - before,
    growthPercent: before > 0 ? (100 * (after - before)) / before : null,
    isExpansion,
    isUncertain,
    isWithinUncertainty: isUncertain || (first.volume.interval?.high ?? before) >= (last.volume.interval?.low ?? after),
    newIntraventricular,
    newHypodensity,
    registered: laid?.registered ?? null,
    isMeasuredAlike: isAlike,
    activeBleedingSuspected: isAlike && (isExpansion || newIntraventricular || newHypodensity),
  };
}

function scansOf(findings: readonly ImagingFinding[]): readonly Scan[] {
  const standing = findings.filter(
    ({ method, state, acquiredAt }) =>
      method.pipeline === HEMORRHAGE_PIPELINE_NAME &&
      (state === 'final' || state === 'preliminary') &&
      acquiredAt !== null,
  );
  const studies = [...new Set(standing.map(({ studyUid }) => studyUid))];
  return studies
    .flatMap((studyUid): Scan[] => {
      const own = standing.filter((finding) => finding.studyUid === studyUid);
      const volume = own.find(({ kind }) => kind === VOLUME);
      const at = volume?.acquiredAt;
      if (volume === undefined || at === undefined || at === null || typeof volume.value !== 'number') return [];
      const presence = own.find(({ kind }) => kind === 'hemorrhage');
      const certainty = presence === undefined ? null : certaintyOf({ presence, findings: own });
      return certainty === null ? [] : [{ at, volume, findings: own, isUncertain: certainty === 'uncertain' }];
    })
    .toSorted((a, b) => a.at - b.at);
}

interface Laid {
  readonly newIntraventricularMl: number;
  /** null where density says nothing. */
  readonly newHypodensityMl: number | null;
  readonly registered: RegisteredCourse;
}

/** null unless the newer scan was laid on this very result of the earlier one: another result outlines another hematoma. */
function laidOn(first: Scan, last: Scan): Laid | null {
  const of = (kind: FindingKind): ImagingFinding | undefined =>
    last.findings.find(
      (finding) => finding.kind === kind && finding.method.settings[COMPARED_WITH] === first.volume.id,
    );
  const [blood, ventricles] = [of('hematoma-new-blood-volume'), of('new-intraventricular-volume')];
  const hypodensity = of('new-hypodensity-volume')?.value;
  const { correlation, registrationErrorMm } = blood?.method.settings ?? {};
  if (typeof blood?.value !== 'number' || typeof ventricles?.value !== 'number') return null;
  return {
    newIntraventricularMl: ventricles.value,
    newHypodensityMl: typeof hypodensity === 'number' ? hypodensity : null,
    registered: {
      newBloodMl: blood.value,
      correlation: Number(correlation),
      errorMm: Number(registrationErrorMm),
    },
  };
}

/** Below it the network takes noise for blood as often. */
const floorOf = ({ findings }: Scan): number =>
  findings.find(({ kind }) => kind === 'hemorrhage-volume')?.detectionFloor ?? 0;

function isSeen({ findings }: Scan, kind: FindingKind): boolean {
  const found = findings.find((finding) => finding.kind === kind);
  return typeof found?.value === 'number' && found.value >= (found.detectionFloor ?? 0) && found.value > 0;
}
