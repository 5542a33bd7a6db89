/**
 * What the diffusion pipeline knows beyond volumes: the lesion in template space, its pattern, the share of the MCA territory,
 * and whether FLAIR shows the lesion. What lies across a limit, or is borderline, is no fact: the finding is shown. Pure.
 */
import {
  exactly,
  imagingReference,
  INFARCT_PATTERNS,
  known,
  LESION_FEATURE_NAMES,
  LESION_FEATURES,
  unknown,
  type Fact,
  type ImagingFinding,
  type LesionFeatures,
  type StrokeFacts,
} from '../../case/index.ts';

/** WAKE-UP, and the guidelines after it: less than one third of the territory. */
const ONE_THIRD_PERCENT = 100 / 3;

type LesionFacts = Pick<
  StrokeFacts,
  'ischemicLesion' | 'infarctPattern' | 'dwiFlairMismatch' | 'dwiLesionUnderOneThirdMca'
>;

/** @param findings that count, of this episode */
export function lesionFacts(findings: readonly ImagingFinding[]): Partial<LesionFacts> {
  const of = (kind: ImagingFinding['kind']): ImagingFinding | undefined => findings.find((one) => one.kind === kind);
  const [lesion, share, mismatch] = [of('ischemic-lesion'), of('dwi-lesion-mca-share'), of('dwi-flair-mismatch')];
  const found = of('infarct-pattern');
  const pattern = INFARCT_PATTERNS.find((one) => one === found?.value);
  const features = lesion === undefined ? null : completeFeatures(lesion);
  const isSmall = share === undefined ? null : belowOneThird(share);
  return {
    ...(lesion === undefined || features === null ? {} : { ischemicLesion: factOf(lesion, features) }),
    ...(found === undefined || pattern === undefined ? {} : { infarctPattern: factOf(found, pattern) }),
    ...(share === undefined || isSmall === null ? {} : { dwiLesionUnderOneThirdMca: factOf(share, isSmall) }),
    ...(mismatch?.value === 'present' || mismatch?.value === 'absent'
      ? { dwiFlairMismatch: factOf(mismatch, mismatch.value === 'present') }
      : {}),
  };
}

function factOf<T>(finding: ImagingFinding, value: T): Fact<T> {
  const sources = [{ reference: imagingReference(finding) }];
  // Without the time of the images nobody can tell that they show this episode.
  if (finding.acquiredAt === null) return { ...unknown('undated'), sources };
  return known(value, exactly(finding.acquiredAt), sources, 'derived');
}

/** All of them within their bounds, or none: a model must not be given a part. */
function completeFeatures({ features }: ImagingFinding): LesionFeatures | null {
  const isWhole = LESION_FEATURE_NAMES.every((name) => {
    const value = features?.[name];
    const { low, high } = LESION_FEATURES[name];
    return value !== undefined && value >= low && value <= high;
  });
  return isWhole ? (features as LesionFeatures) : null;
}

/** null where the interval reaches over the limit. */
function belowOneThird({ value, interval }: ImagingFinding): boolean | null {
  if (typeof value !== 'number' || interval === null) return null;
  if (interval.high < ONE_THIRD_PERCENT) return true;
  return interval.low >= ONE_THIRD_PERCENT ? false : null;
}
