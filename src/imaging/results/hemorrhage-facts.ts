/**
 * Facts that a computed hemorrhage gives. Only what was seen becomes a fact: blood in the ventricles that the network does
 * not see stays unknown, since below its detection floor it sees nothing. A sign of expansion is judged inside a hematoma
 * that was found, so its absence counts. Whether there is a hemorrhage at all is never taken from here: see
 * `hemorrhageDoubt` in `case`.
 */
import { exactly, imagingReference, known } from '../../case/index.ts';
import type { Fact, FindingKind, HematomaLocation, ImagingFinding, StrokeFacts } from '../../case/index.ts';

const LOCATIONS: readonly string[] = ['lobar', 'deep', 'brainstem', 'cerebellar'] satisfies readonly HematomaLocation[];

/** Is this volume that of a hematoma which was found, not a trace below the detection floor? */
export function isHematoma(
  { value, detectionFloor, studyUid }: ImagingFinding,
  all: readonly ImagingFinding[],
): boolean {
  return typeof value === 'number' && value >= (detectionFloor ?? 0) && isPresent(all, studyUid);
}

const isPresent = (all: readonly ImagingFinding[], studyUid: string): boolean =>
  all.some((finding) => finding.studyUid === studyUid && finding.kind === 'hemorrhage' && finding.value === 'present');

export function hemorrhageFacts(findings: readonly ImagingFinding[]): Partial<StrokeFacts> {
  const of = (kind: FindingKind): ImagingFinding | undefined =>
    findings.find((finding) => finding.kind === kind && isPresent(findings, finding.studyUid));
  const [place, ventricles] = [of('hematoma-location'), of('intraventricular-volume')];
  const blend = signFact(of('blend-sign'));
  const hypodensity = signFact(of('hypodensity-sign'));
  const spot = of('spot-sign');
  return {
    // Several places leave open which of them the scores mean.
    ...(place !== undefined && LOCATIONS.includes(String(place.value))
      ? { hematomaLocation: fact(place, place.value as HematomaLocation) }
      : {}),
    ...(ventricles !== undefined && isHematoma(ventricles, findings)
      ? { intraventricularHemorrhage: fact(ventricles, true) }
      : {}),
    ...(blend === null ? {} : { blendSign: blend }),
    ...(hypodensity === null ? {} : { hematomaHypodensity: hypodensity }),
    // A spot that is not seen may be outside of the phase of contrast.
    ...(spot?.value === 'present' ? { spotSign: fact(spot, true) } : {}),
  };
}

function signFact(finding: ImagingFinding | undefined): Fact<boolean> | null {
  if (finding?.value !== 'present' && finding?.value !== 'absent') return null;
  return fact(finding, finding.value === 'present');
}

/** Without the time of the images nobody can tell that they show this episode. */
function fact<T>(finding: ImagingFinding, value: T): Fact<T> {
  const sources = [{ reference: imagingReference(finding) }];
  return finding.acquiredAt === null
    ? { status: 'unknown', why: 'undated', sources, wouldBeFoundIn: [] }
    : known(value, exactly(finding.acquiredAt), sources, 'derived');
}
