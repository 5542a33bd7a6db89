/**
 * TOAST (Adams 1993). One cause shown and every other excluded: probable. One cause shown, others not yet looked for:
 * possible, provided that infarct or syndrome speak for it. Two shown: undetermined.
 */
import { not } from '../../case/index.ts';
import { and, or } from '../three-valued.ts';
import type { Answer, Answers, FindingId } from './findings.ts';
import type { Conclusion } from './conclusion.ts';
import type { Cause, ToastClass, WhyUndetermined } from './classes.ts';

/** The findings behind each cause, for the rows of a card. */
export const TOAST_FINDINGS: Readonly<Record<Cause, readonly FindingId[]>> = {
  'large-artery-atherosclerosis': ['relevant-stenosis-over-50', 'infarct-cortical-or-over-15-mm'],
  cardioembolism: ['high-risk-cardiac-source', 'medium-risk-cardiac-source'],
  'small-vessel-occlusion': [
    'penetrating-artery-infarct-below-15-mm',
    'no-infarct-visible',
    'lacunar-syndrome',
    'main-artery-occluded',
  ],
  'other-determined-cause': ['other-cause-of-stroke'],
};

/** Does the image fit the occlusion of a large artery? */
const imageFits = (a: Answers): Answer => or(a['infarct-cortical-or-over-15-mm'], a['main-artery-occluded']);

/** The same, where the image is silent by a syndrome that is not lacunar. */
function pictureFits(a: Answers): Answer {
  const image = imageFits(a);
  if (image === true) return true;
  const small = a['penetrating-artery-infarct-below-15-mm'] === true;
  return a['lacunar-syndrome'] === false && !small ? true : image;
}

/** A lacunar syndrome with a small deep infarct, or with none to be seen, and no main artery occluded. */
function looksLacunar(a: Answers): Answer {
  return and(
    a['lacunar-syndrome'],
    or(a['penetrating-artery-infarct-below-15-mm'], a['no-infarct-visible']),
    not(a['main-artery-occluded']),
  );
}

const ORDER = [
  'large-artery-atherosclerosis',
  'cardioembolism',
  'small-vessel-occlusion',
  'other-determined-cause',
] as const;

const undetermined = (why: WhyUndetermined, causes: Conclusion<ToastClass>['causes']): Conclusion<ToastClass> => ({
  class: 'undetermined',
  level: null,
  undetermined: why,
  causes,
});

/** Everything else excluded, image and cause in agreement, and for the heart a source of high risk. */
function isProbable(cause: Cause, causes: Readonly<Record<Cause, Answer>>, a: Answers): boolean {
  if (!ORDER.every((one) => one === cause || causes[one] === false)) return false;
  if (cause === 'cardioembolism') return a['high-risk-cardiac-source'] === true && imageFits(a) === true;
  return cause !== 'large-artery-atherosclerosis' || imageFits(a) === true;
}

export function classifyToast(a: Answers): Conclusion<ToastClass> {
  const causes: Record<Cause, Answer> = {
    'large-artery-atherosclerosis': a['relevant-stenosis-over-50'],
    cardioembolism: or(a['high-risk-cardiac-source'], a['medium-risk-cardiac-source']),
    'small-vessel-occlusion': looksLacunar(a),
    'other-determined-cause': a['other-cause-of-stroke'],
  };
  const shown = ORDER.filter((cause) => causes[cause] === true);
  const [cause] = shown;
  if (shown.length > 1) return undetermined('two-or-more-causes', causes);
  if (cause === undefined) {
    const searched = ORDER.every((one) => causes[one] === false) && a['search-for-cause-complete'] === true;
    return undetermined(searched ? 'negative-evaluation' : 'incomplete-evaluation', causes);
  }
  if (cause === 'large-artery-atherosclerosis' || cause === 'cardioembolism') {
    // A source or a stenosis beside an infarct that it does not explain.
    const fits = pictureFits(a);
    if (fits === false) return undetermined('contradictory', causes);
    if (fits === undefined) return undetermined('incomplete-evaluation', causes);
  }
  return { class: cause, level: isProbable(cause, causes, a) ? 'probable' : 'possible', undetermined: null, causes };
}
