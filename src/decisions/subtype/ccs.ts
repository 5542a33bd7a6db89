/**
 * Causative Classification System (SSS-TOAST; Ay 2005, 2007). One evident mechanism, the others looked for: evident. Two
 * evident ones: the one that its own criteria make probable, else unclassified. None evident: a possible one, if single.
 */
import { not } from '../../case/index.ts';
import { and, or } from '../three-valued.ts';
import type { Answer, Answers, FindingId } from './findings.ts';
import type { Conclusion } from './conclusion.ts';
import type { CcsClass, WhyUndetermined } from './classes.ts';

const ORDER = [
  'large-artery-atherosclerosis',
  'cardio-aortic-embolism',
  'small-artery-occlusion',
  'other-cause',
] as const;
type Mechanism = (typeof ORDER)[number];

export const CCS_FINDINGS: Readonly<Record<Mechanism, readonly FindingId[]>> = {
  'large-artery-atherosclerosis': [
    'relevant-stenosis-at-least-50',
    'vulnerable-plaque',
    'infarcts-in-several-territories',
    'relevant-near-occlusion',
    'relevant-plaque-below-50',
    'border-zone-infarcts',
    'several-infarcts-in-one-territory',
    'tia-or-stroke-within-one-month',
  ],
  'cardio-aortic-embolism': [
    'cardiac-source-above-2-percent',
    'cardiac-source-low-or-uncertain',
    'infarcts-in-several-territories',
    'arch-plaque-over-4-mm',
  ],
  'small-artery-occlusion': [
    'penetrating-artery-infarct-below-20-mm',
    'parent-artery-plaque',
    'parent-artery-narrowed',
    'lacunar-syndrome',
    'no-infarct-visible',
    'main-artery-occluded',
  ],
  'other-cause': ['other-cause-of-stroke', 'dissection-within-four-weeks'],
};

interface Evidence {
  readonly evident: Answer;
  readonly probable: Answer;
  readonly possible: Answer;
}

function evidence(a: Answers): Readonly<Record<Mechanism, Evidence>> {
  const diseased = or(a['relevant-stenosis-at-least-50'], a['vulnerable-plaque']);
  // The record does not say in which territory the earlier event was: it can suggest, not show.
  const earlierEvent = a['tia-or-stroke-within-one-month'] === false ? false : undefined;
  return {
    'large-artery-atherosclerosis': {
      evident: and(diseased, not(a['infarcts-in-several-territories'])),
      probable: or(
        a['relevant-near-occlusion'],
        a['border-zone-infarcts'],
        a['several-infarcts-in-one-territory'],
        earlierEvent,
      ),
      possible: and(a['relevant-plaque-below-50'], earlierEvent),
    },
    'cardio-aortic-embolism': {
      evident: a['cardiac-source-above-2-percent'],
      probable: and(a['infarcts-in-several-territories'], not(a['relevant-near-occlusion'])),
      possible: or(a['cardiac-source-low-or-uncertain'], a['arch-plaque-over-4-mm']),
    },
    'small-artery-occlusion': {
      evident: and(
        a['penetrating-artery-infarct-below-20-mm'],
        not(or(a['parent-artery-plaque'], a['parent-artery-narrowed'])),
        not(a['main-artery-occluded']),
      ),
      probable: a['lacunar-syndrome'],
      possible: and(a['lacunar-syndrome'], a['no-infarct-visible'], not(a['main-artery-occluded'])),
    },
    'other-cause': {
      evident: a['other-cause-of-stroke'],
      probable: a['dissection-within-four-weeks'],
      possible: false,
    },
  };
}

export function classifyCcs(a: Answers): Conclusion<CcsClass> {
  const all = evidence(a);
  const causes = Object.fromEntries(ORDER.map((one) => [one, all[one].evident])) as Record<Mechanism, Answer>;
  const undetermined = (why: WhyUndetermined): Conclusion<CcsClass> => ({
    class: 'undetermined',
    level: null,
    undetermined: why,
    causes,
  });
  const evident = ORDER.filter((one) => all[one].evident === true);
  const [first] = evident;
  if (evident.length > 1) {
    const favored = evident.filter((one) => all[one].probable === true);
    const [one] = favored;
    const rivalsOpen = ORDER.some((r) => r !== one && all[r].evident !== false && all[r].probable !== false);
    if (favored.length !== 1 || one === undefined || rivalsOpen) return undetermined('two-or-more-causes');
    return { class: one, level: 'probable', undetermined: null, causes };
  }
  if (first !== undefined) {
    const searched = ORDER.every((one) => one === first || all[one].evident === false);
    return { class: first, level: searched ? 'evident' : 'possible', undetermined: null, causes };
  }
  const possible = ORDER.filter((one) => all[one].possible === true);
  const [only] = possible;
  if (possible.length > 1) return undetermined('two-or-more-causes');
  if (only !== undefined) return { class: only, level: 'possible', undetermined: null, causes };
  const searched = ORDER.every((one) => all[one].evident === false) && a['search-for-cause-complete'] === true;
  return undetermined(searched ? 'negative-evaluation' : 'incomplete-evaluation');
}
