/** What was done to find the cause, what was not, and which test comes next: the first that bears on a cause still open. */
import { isBelow, holds } from '../../case/index.ts';
import type { StrokeCase } from '../../case/index.ts';
import type { Message } from '../evaluation.ts';
import type { Answers } from './findings.ts';
import { INVESTIGATIONS } from './subtype.ts';
import type {
  Cause,
  CissClassification,
  Classification,
  InvestigationId,
  InvestigationState,
  ToastClass,
} from './subtype.ts';
import { isDone } from './work-up.ts';

/** Younger than this a rare cause is looked for early. The age is ours; papers draw it between 45 and 55. */
const YOUNG = 50;

/** What the rules say so far. */
interface SoFar {
  readonly toast: Classification<ToastClass>;
  readonly ciss: CissClassification;
}

interface Purpose {
  readonly tells: readonly Cause[];
  readonly reason: Message;
  /** Is it worth doing for this patient? */
  readonly asked: (answers: Answers, stroke: StrokeCase, so: SoFar) => boolean;
}

const LARGE = 'large-artery-atherosclerosis';
const HEART = 'cardioembolism';
const SMALL = 'small-vessel-occlusion';
const OTHER = 'other-determined-cause';

const heartOpen = (a: Answers): boolean =>
  a['high-risk-cardiac-source'] === undefined || a['cardiac-source-above-2-percent'] === undefined;

/** In the order in which they are done. */
const PURPOSES: Readonly<Record<InvestigationId, Purpose>> = {
  'intracranial-vessel-imaging': {
    tells: [LARGE, SMALL],
    reason: { key: 'arteries-inside-the-skull' },
    asked: (a) => a['relevant-stenosis-at-least-50'] === undefined,
  },
  'extracranial-vessel-imaging': {
    tells: [LARGE],
    reason: { key: 'arteries-of-the-neck' },
    asked: (a) => a['relevant-stenosis-at-least-50'] === undefined,
  },
  electrocardiogram: { tells: [HEART], reason: { key: 'rhythm-now' }, asked: heartOpen },
  'brain-mri': {
    tells: [LARGE, HEART, SMALL],
    reason: { key: 'mri-shows-the-pattern' },
    asked: (a) => a['penetrating-artery-infarct'] === undefined || a['no-infarct-visible'] !== false,
  },
  'transthoracic-echocardiography': { tells: [HEART], reason: { key: 'source-in-the-heart' }, asked: heartOpen },
  'rhythm-monitoring': {
    tells: [HEART],
    reason: { key: 'paroxysmal-fibrillation' },
    asked: (a) => a['cardiac-source-above-2-percent'] !== true,
  },
  'vessel-wall-imaging': {
    tells: [LARGE, SMALL],
    reason: { key: 'plaque-at-the-origin' },
    asked: (a) => a['penetrating-artery-infarct'] === true && a['parent-artery-plaque'] === undefined,
  },
  'transesophageal-echocardiography': {
    tells: [HEART, LARGE],
    reason: { key: 'arch-and-atrium' },
    asked: (a, _stroke, { toast }) =>
      toast.class === 'undetermined' &&
      a['aortic-arch-examined'] !== true &&
      (a['infarcts-in-several-territories'] === true || a['search-for-cause-complete'] === true) &&
      a['cardiac-source-above-2-percent'] !== true,
  },
  'microembolic-monitoring': {
    tells: [LARGE],
    reason: { key: 'emboli-from-the-artery' },
    asked: (a, _stroke, { ciss }) =>
      ciss.class === 'intracranial-extracranial-atherosclerosis' && a['penetrating-artery-infarct'] !== true,
  },
  'coagulation-and-vasculitis-screen': {
    tells: [OTHER],
    reason: { key: 'rare-cause-in-the-young' },
    asked: (a, { facts }, { toast }) =>
      toast.class === 'undetermined' &&
      a['other-cause-of-stroke'] !== true &&
      (holds(facts.age, (age) => isBelow(age, YOUNG)) === true || a['search-for-cause-complete'] === true),
  },
};

export function investigationStates(stroke: StrokeCase, answers: Answers, so: SoFar): readonly InvestigationState[] {
  return INVESTIGATIONS.map((id) => {
    const done = isDone(stroke.facts, id);
    const { tells, reason, asked } = PURPOSES[id];
    const wanted = !done && asked(answers, stroke, so);
    return { id, done, tells: wanted ? tells : [], reason: wanted ? reason : null };
  });
}

/** The first that is not done and worth doing, in the order in which they are done. */
export function nextBestTest(states: readonly InvestigationState[]): InvestigationState | null {
  const order = Object.keys(PURPOSES) as readonly InvestigationId[];
  const wanted = states.filter(({ reason }) => reason !== null);
  return wanted.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))[0] ?? null;
}
