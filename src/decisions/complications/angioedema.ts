/** Orolingual angioedema after thrombolysis: AHA/ASA 2026 Table 6. ACE inhibitors are not among the facts. */
import { holds } from '../../case/index.ts';
import type { ClinicalEvent, FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { evaluateCriteria } from '../evaluation.ts';
import type { Criterion, Evaluation, RequiredAction } from '../evaluation.ts';
import { or } from '../three-valued.ts';
import { ANGIOEDEMA } from './citations.ts';
import type { ThrombolysisGiven } from './thrombolytic-given.ts';

export const ANGIOEDEMA_CONCLUSIONS = ['present', 'suspected', 'not-recorded', 'undecided'] as const;
export type AngioedemaConclusion = (typeof ANGIOEDEMA_CONCLUSIONS)[number];

/** In the order of the table. */
const STEPS = [
  'secure-airway',
  'stop-thrombolytic-for-angioedema',
  'methylprednisolone',
  'diphenhydramine',
  'famotidine',
  'epinephrine',
  'icatibant-or-c1-inhibitor',
] as const;

/** Undefined when the entry has no date: it may be this reaction or a history of angioedema. */
function follows(event: ClinicalEvent, given: ThrombolysisGiven): boolean | undefined {
  if (!event.active) return false;
  if (event.when === null || given.at === null) return undefined;
  return event.when.latest >= given.at.earliest;
}

const CRITERION: Criterion<ThrombolysisGiven> = {
  id: 'angioedema-after-thrombolysis',
  class: 'absolute',
  data: ['angioedema', 'thrombolyticGiven'],
  citation: ANGIOEDEMA,
  evaluate: ({ facts }, _at, given) => {
    const answer = holds(facts.angioedema, (events) => or(...events.map((event) => follows(event, given))));
    if (answer === undefined) return { status: 'unknown', missing: ['angioedema'] };
    return { status: answer ? 'met' : 'notMet' };
  },
};

export function evaluateAngioedema(
  stroke: StrokeCase,
  at: Instant,
  given: ThrombolysisGiven,
): Evaluation<AngioedemaConclusion> {
  const criteria = evaluateCriteria([CRITERION], stroke, at, given);
  const status = criteria[0]?.status;
  const confirmed = holds(stroke.facts.angioedema, (events) =>
    events.some((event) => event.certainty === 'confirmed' && follows(event, given) === true),
  );
  const conclusion = concludeAngioedema(status, confirmed, stroke.facts.angioedema.status !== 'unknown');
  const acute = conclusion === 'present' || conclusion === 'suspected';
  return {
    decision: 'angioedema',
    guideline: 'aha-asa-2026',
    conclusion,
    strength: null,
    citation: ANGIOEDEMA,
    decidedBy: acute ? [CRITERION.id] : [],
    criteria,
    settledBy: conclusion === 'undecided' ? ['angioedema'] : [],
    before: acute ? STEPS.map(step) : [],
    confirm: [],
    validUntil: null,
  };
}

function concludeAngioedema(
  status: string | undefined,
  confirmed: boolean | undefined,
  recorded: boolean,
): AngioedemaConclusion {
  if (status === 'met') return confirmed === true ? 'present' : 'suspected';
  if (status === 'notMet') return 'not-recorded';
  return recorded ? 'suspected' : 'undecided';
}

const BECAUSE: readonly FactKey[] = ['angioedema', 'thrombolyticGiven'];
const step = (key: (typeof STEPS)[number]): RequiredAction => ({ key, because: BECAUSE, citation: ANGIOEDEMA });
