/** Why did this stroke happen? Four classifications of one stroke, what is missing for them, and the test to do next. */
import { awaitsReader, type FactKey, type Instant, type StrokeCase } from '../../case/index.ts';
import type { CasePredictions } from '../prediction.ts';
import { hemorrhagePresent } from '../intracerebral-hemorrhage/presence.ts';
import { CCS_FINDINGS, classifyCcs } from './ccs.ts';
import { CISS_FINDINGS, cissMechanism, classifyCiss } from './ciss.ts';
import { CCS, CISS, TOAST } from './citations.ts';
import { classification, type RuleSystem } from './conclusion.ts';
import { contradictionsOf } from './contradictions.ts';
import { answersOf, FINDINGS, type Answers, type FindingDefinition } from './findings.ts';
import { investigationStates, nextBestTest } from './investigations.ts';
import { classifyOcsp } from './ocsp.ts';
import type {
  CcsClass,
  CissClass,
  CissClassification,
  Classification,
  FindingResult,
  SubtypeEvaluation,
  ToastClass,
} from './subtype.ts';
import { classifyToast, TOAST_FINDINGS } from './toast.ts';
import { trainedCauses } from './trained.ts';

export * from './subtype.ts';
export { FINDINGS, type FindingId } from './findings.ts';
export { knowsLesion } from './trained.ts';

const TOAST_SYSTEM: RuleSystem<ToastClass> = {
  system: 'toast',
  citation: TOAST,
  classify: classifyToast,
  findings: TOAST_FINDINGS,
  general: ['infarct-cortical-or-over-15-mm', 'penetrating-artery-infarct-below-15-mm', 'search-for-cause-complete'],
};
const CCS_SYSTEM: RuleSystem<CcsClass> = {
  system: 'ccs',
  citation: CCS,
  classify: classifyCcs,
  findings: CCS_FINDINGS,
  general: ['search-for-cause-complete'],
};
const CISS_SYSTEM: RuleSystem<CissClass> = {
  system: 'ciss',
  citation: CISS,
  classify: classifyCiss,
  findings: CISS_FINDINGS,
  general: ['penetrating-artery-infarct', 'arch-plaque-over-4-mm', 'search-for-cause-complete'],
};

const isOpenFact = (stroke: StrokeCase, key: FactKey): boolean => {
  const fact = stroke.facts[key];
  return fact.status !== 'known' || awaitsReader(key, stroke.facts);
};

function findingResult(stroke: StrokeCase, answers: Answers, definition: (typeof FINDINGS)[number]): FindingResult {
  const { id, data, citation }: FindingDefinition & { id: typeof definition.id } = definition;
  const { openBecause }: FindingDefinition = definition;
  const answer = answers[id];
  if (answer !== undefined) {
    const confirm = !answer && data.some((key) => isNotRecorded(stroke, key));
    return { id, data, citation, status: answer ? 'met' : 'notMet', ...(confirm ? { confirm } : {}) };
  }
  const missing = data.filter((key) => isOpenFact(stroke, key));
  const note = openBecause?.(stroke);
  return { id, data, citation, status: 'unknown', missing, ...(note === undefined ? {} : { note }) };
}

function isNotRecorded(stroke: StrokeCase, key: FactKey): boolean {
  const fact = stroke.facts[key];
  return fact.status === 'known' && fact.basis === 'not-recorded';
}

/** Facts behind the findings that would change the class, each once, in the order of the findings. */
function settledBy(stroke: StrokeCase, { wouldChange }: Classification): readonly FactKey[] {
  const ids = new Set<string>(wouldChange.map(({ finding }) => finding));
  const keys = FINDINGS.filter(({ id }) => ids.has(id)).flatMap(({ data }): readonly FactKey[] => data);
  return [...new Set(keys)].filter((key) => isOpenFact(stroke, key));
}

function ciss(answers: Answers): CissClassification {
  const step1 = classification(CISS_SYSTEM, answers);
  const { mechanism, because } = cissMechanism(step1.class, answers);
  return { ...step1, mechanism, mechanismBecause: because };
}

/** Was the artery reopened, or tried to? A hemorrhage seen after that is a complication: the stroke was ischemic. */
const treatedAsIschemic = ({ facts: { thrombolyticGiven, thrombectomyDone } }: StrokeCase): boolean =>
  [thrombolyticGiven, thrombectomyDone].some((fact) => fact.status === 'known' && fact.value.length > 0);

/**
 * @param at the instant of the decision: four weeks and one month are counted back from it
 * @param predictions trained probabilities, carried beside the rules; they change none of them
 */
export function evaluateSubtype(stroke: StrokeCase, at: Instant, predictions?: CasePredictions): SubtypeEvaluation {
  const hemorrhage = hemorrhagePresent(stroke);
  if (hemorrhage === true && !treatedAsIschemic(stroke)) {
    return {
      status: 'not-applicable',
      decision: 'subtype',
      why: 'hemorrhagic-stroke',
      data: ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage'],
    };
  }
  const answers = answersOf(stroke, at);
  const toast = classification(TOAST_SYSTEM, answers);
  const chinese = ciss(answers);
  const investigations = investigationStates(stroke, answers, { toast, ciss: chinese });
  return {
    status: 'classified',
    decision: 'subtype',
    assumesIschemic: hemorrhage === undefined,
    toast,
    ccs: classification(CCS_SYSTEM, answers),
    ciss: chinese,
    ocsp: classifyOcsp(stroke.facts),
    findings: FINDINGS.map((definition) => findingResult(stroke, answers, definition)),
    contradictions: contradictionsOf(stroke, answers),
    investigations,
    nextBestTest: nextBestTest(investigations),
    settledBy: settledBy(stroke, toast),
    prediction: trainedCauses(predictions),
  };
}
