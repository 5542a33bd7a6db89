/**
 * Chinese Ischemic Stroke Subclassification (Gao 2011), two steps: the cause, then for intra- and extracranial
 * atherosclerosis the mechanism. The paper grades only cardiogenic stroke (definite when an arch plaque is excluded, else
 * possible); the other causes are called definite here when the rest was looked for and excluded, else possible.
 */
import { not } from '../../case/index.ts';
import { and, or } from '../three-valued.ts';
import type { Conclusion } from './conclusion.ts';
import type { Answer, Answers, FindingId } from './findings.ts';
import type { CissClass, CissMechanism, WhyUndetermined } from './classes.ts';

const ORDER = [
  'aortic-arch-atherosclerosis',
  'intracranial-extracranial-atherosclerosis',
  'cardiogenic-stroke',
  'penetrating-artery-disease',
  'other-etiology',
] as const;
type Etiology = (typeof ORDER)[number];

const OF_THE_ARTERY: readonly FindingId[] = ['relevant-stenosis-at-least-50', 'vulnerable-plaque'];
const OF_THE_PARENT: readonly FindingId[] = ['parent-artery-plaque', 'parent-artery-narrowed'];

export const CISS_FINDINGS: Readonly<Record<Etiology, readonly FindingId[]>> = {
  'aortic-arch-atherosclerosis': [
    'arch-plaque-over-4-mm',
    'infarcts-in-several-territories',
    ...OF_THE_ARTERY,
    'potential-cardiogenic-cause',
    'other-cause-of-stroke',
  ],
  'intracranial-extracranial-atherosclerosis': ['penetrating-artery-infarct', ...OF_THE_ARTERY, ...OF_THE_PARENT],
  'cardiogenic-stroke': ['potential-cardiogenic-cause'],
  'penetrating-artery-disease': ['penetrating-artery-infarct', ...OF_THE_PARENT],
  'other-etiology': ['other-cause-of-stroke'],
};

const parentDiseased = (a: Answers): Answer => or(a['parent-artery-plaque'], a['parent-artery-narrowed']);
const arteryDiseased = (a: Answers): Answer => or(a['relevant-stenosis-at-least-50'], a['vulnerable-plaque']);

function etiologies(a: Answers): Readonly<Record<Etiology, Answer>> {
  const penetrating = a['penetrating-artery-infarct'];
  return {
    'aortic-arch-atherosclerosis': and(
      a['arch-plaque-over-4-mm'],
      a['infarcts-in-several-territories'],
      not(arteryDiseased(a)),
      not(a['potential-cardiogenic-cause']),
      not(a['other-cause-of-stroke']),
    ),
    // Any infarct but that of one penetrating artery, beyond a diseased artery; or that one, beyond a diseased parent.
    'intracranial-extracranial-atherosclerosis': or(
      and(not(penetrating), arteryDiseased(a)),
      and(penetrating, parentDiseased(a)),
    ),
    'cardiogenic-stroke': a['potential-cardiogenic-cause'],
    'penetrating-artery-disease': and(penetrating, not(parentDiseased(a))),
    'other-etiology': a['other-cause-of-stroke'],
  };
}

const NO_PLAQUE_SEEN = 'possible' as const;

/** High-resolution MRI is rarely done: without it and without any narrowing the disease of the penetrator is possible. */
function penetratorPossible(a: Answers): boolean {
  return (
    a['penetrating-artery-infarct'] === true &&
    a['parent-artery-narrowed'] === false &&
    a['parent-artery-plaque'] === undefined
  );
}

export function classifyCiss(a: Answers): Conclusion<CissClass> {
  const causes = etiologies(a);
  const undetermined = (why: WhyUndetermined): Conclusion<CissClass> => ({
    class: 'undetermined',
    level: null,
    undetermined: why,
    causes,
  });
  const shown = ORDER.filter((one) => causes[one] === true);
  const [only] = shown;
  // A wide artery above a penetrator's infarct whose own parent is healthy is a second possible cause.
  const upstream = and(a['penetrating-artery-infarct'], arteryDiseased(a), not(parentDiseased(a)));
  if (shown.length > 1 || upstream === true) return undetermined('two-or-more-causes');
  if (only === undefined) {
    if (penetratorPossible(a) && arteryDiseased(a) !== true) {
      return { class: 'penetrating-artery-disease', level: NO_PLAQUE_SEEN, undetermined: null, causes };
    }
    const searched = ORDER.every((one) => causes[one] === false) && a['search-for-cause-complete'] === true;
    return undetermined(searched ? 'negative-evaluation' : 'incomplete-evaluation');
  }
  if (only === 'cardiogenic-stroke' && a['penetrating-artery-infarct'] !== false) {
    // A source in the heart beside the infarct of one penetrating artery: the one does not explain the other.
    return undetermined(a['penetrating-artery-infarct'] === true ? 'two-or-more-causes' : 'incomplete-evaluation');
  }
  const alone = ORDER.every((one) => one === only || causes[one] === false);
  const archExcluded = only !== 'cardiogenic-stroke' || a['arch-plaque-over-4-mm'] === false;
  // Where it is open whether a diseased artery supplies the infarct, the second cause is open, too.
  const level = alone && archExcluded && upstream === false ? 'definite' : 'possible';
  return { class: only, level, undetermined: null, causes };
}

export interface MechanismResult {
  readonly mechanism: CissMechanism | null;
  readonly because: readonly FindingId[];
}

const NONE: MechanismResult = { mechanism: null, because: [] };

/**
 * Step 2, from the pattern of the infarcts. Microembolic signals support an embolism and are not needed for it; beside
 * border-zone infarcts they make it several mechanisms. Poor perfusion is not asked for: the pattern is the criterion.
 */
export function cissMechanism(step1: CissClass, a: Answers): MechanismResult {
  if (step1 !== 'intracranial-extracranial-atherosclerosis') return NONE;
  const emboli: readonly FindingId[] = a['microembolic-signals'] === true ? ['microembolic-signals'] : [];
  if (a['penetrating-artery-infarct'] === true) {
    return {
      mechanism: 'parent-artery-occluding-penetrating-artery',
      because: ['penetrating-artery-infarct', ...OF_THE_PARENT.filter((id) => a[id] === true)],
    };
  }
  if (a['border-zone-infarcts'] === true) {
    const mechanism = emboli.length > 0 ? 'multiple-mechanisms' : 'hypoperfusion-impaired-clearance';
    return { mechanism, because: ['border-zone-infarcts', ...emboli] };
  }
  if (a['several-infarcts-in-one-territory'] === true) {
    return { mechanism: 'artery-to-artery-embolism', because: ['several-infarcts-in-one-territory', ...emboli] };
  }
  if (a['single-territorial-infarct'] === true) {
    return { mechanism: 'artery-to-artery-embolism', because: ['single-territorial-infarct', ...emboli] };
  }
  return NONE;
}
