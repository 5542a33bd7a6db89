/** Symptomatic hemorrhage after thrombolysis: is it there or suspected, and the steps of AHA/ASA 2026 Table 5. */
import { candidates, holds, HOUR, isBelow, plus } from '../../case/index.ts';
import type { ClinicalEvent, FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { evaluateCriteria } from '../evaluation.ts';
import type { Criterion, CriterionResult, Evaluation, RequiredAction, Verdict } from '../evaluation.ts';
import { or } from '../three-valued.ts';
import { HEMORRHAGE_AFTER_THROMBOLYSIS, NIHSS_RISE } from './citations.ts';
import { nihssRise } from './nihss-rise.ts';
import type { NihssRise } from './nihss-rise.ts';
import type { ThrombolysisGiven } from './thrombolytic-given.ts';

export const HEMORRHAGE_CONCLUSIONS = ['confirmed', 'suspected', 'not-suspected', 'undecided'] as const;
export type HemorrhageConclusion = (typeof HEMORRHAGE_CONCLUSIONS)[number];

/** Goal of replacement, mg/dL. */
const FIBRINOGEN_GOAL = 150;

const since = (given: ThrombolysisGiven): Instant | null => given.at?.earliest ?? null;

/** An event counts unless it certainly lies before the dose. */
const mayFollow = (event: ClinicalEvent, given: ThrombolysisGiven): boolean =>
  event.active && (event.when === null || given.at === null || event.when.latest >= given.at.earliest);

function found({ facts }: StrokeCase, _at: Instant, given: ThrombolysisGiven): Verdict {
  // Hemorrhage on any imaging counts, even on one before the dose: then it was given in spite of it.
  const answer = or(
    holds(facts.hemorrhageOnImaging, (present) => present),
    holds(facts.acuteIntracranialHemorrhage, (events) =>
      events.some((event) => event.certainty === 'confirmed' && mayFollow(event, given)),
    ),
  );
  const missing: FactKey[] = ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage'];
  return answer === undefined
    ? { status: 'unknown', missing: missing.filter((key) => facts[key].status !== 'known') }
    : { status: answer ? 'met' : 'notMet' };
}

function suspectedDiagnosis({ facts }: StrokeCase, _at: Instant, given: ThrombolysisGiven): Verdict {
  const answer = holds(facts.acuteIntracranialHemorrhage, (events) =>
    events.some((event) => event.certainty !== 'confirmed' && mayFollow(event, given)),
  );
  return answer === undefined
    ? { status: 'unknown', missing: ['acuteIntracranialHemorrhage'] }
    : { status: answer ? 'met' : 'notMet' };
}

/** Who saw the blood may be right: it is suspected until they agree. */
function readersDisagree({ facts: { hemorrhageOnImaging: fact } }: StrokeCase): Verdict {
  return { status: fact.status === 'conflicting' && fact.values.some(({ value }) => value) ? 'met' : 'notMet' };
}

function riseOf({ facts }: StrokeCase, given: ThrombolysisGiven): NihssRise | null | undefined {
  if (facts.nihssCourse.status !== 'known') return undefined;
  return nihssRise(facts.nihssCourse.value, since(given));
}

function rise(stroke: StrokeCase, _at: Instant, given: ThrombolysisGiven): Verdict {
  const result = riseOf(stroke, given);
  if (result === undefined) return { status: 'unknown', missing: ['nihssCourse'] };
  if (result === null) return { status: 'notMet' };
  const { from, to, at } = result;
  return { status: 'met', note: { key: 'nihss-rise', params: { from, to, at: { instant: at.latest } } } };
}

function cleared(stroke: StrokeCase, _at: Instant, given: ThrombolysisGiven): Verdict {
  const result = riseOf(stroke, given);
  if (result === undefined || result === null) return { status: 'notApplicable' };
  const answer = holds(stroke.facts.hemorrhageOnImaging, (present, known) => {
    if (present) return false;
    return known.at === null ? undefined : known.at.earliest >= result.at.latest;
  });
  return answer === undefined
    ? { status: 'unknown', missing: ['hemorrhageOnImaging'] }
    : { status: answer ? 'met' : 'notMet' };
}

function withinDay(_stroke: StrokeCase, at: Instant, given: ThrombolysisGiven): Verdict {
  if (given.at === null) return { status: 'unknown', missing: ['thrombolyticGiven'] };
  const end = plus(given.at.latest, 24 * HOUR);
  return at <= end ? { status: 'met', changesAt: [end] } : { status: 'notMet' };
}

/** Fibrinogen in mg/dL taken after the dose; a value from before says nothing about it. */
function fibrinogenAfter({ facts }: StrokeCase, given: ThrombolysisGiven): number | undefined {
  const after = candidates(facts.fibrinogen).find(
    ({ at }) => at !== null && given.at !== null && at.earliest >= given.at.earliest,
  );
  return after?.value.value;
}

function lowFibrinogen(stroke: StrokeCase, _at: Instant, given: ThrombolysisGiven): Verdict {
  const { fibrinogen } = stroke.facts;
  if (fibrinogenAfter(stroke, given) === undefined) {
    const note = candidates(fibrinogen).length > 0 ? { note: { key: 'fibrinogen-before-thrombolysis' } } : {};
    return { status: 'unknown', missing: ['fibrinogen'], ...note };
  }
  const answer = holds(fibrinogen, (value) => isBelow(value, FIBRINOGEN_GOAL));
  return answer === undefined ? { status: 'unknown', missing: ['fibrinogen'] } : { status: answer ? 'met' : 'notMet' };
}

const CITATION = HEMORRHAGE_AFTER_THROMBOLYSIS;

const CRITERIA: readonly Criterion<ThrombolysisGiven>[] = [
  {
    id: 'hemorrhage-found-after-thrombolysis',
    class: 'absolute',
    data: ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage', 'thrombolyticGiven'],
    citation: CITATION,
    evaluate: found,
  },
  {
    id: 'hemorrhage-diagnosis-suspected-after-thrombolysis',
    class: 'relative',
    data: ['acuteIntracranialHemorrhage', 'thrombolyticGiven'],
    citation: CITATION,
    evaluate: suspectedDiagnosis,
  },
  {
    id: 'hemorrhage-readings-disagree-after-thrombolysis',
    class: 'relative',
    data: ['hemorrhageOnImaging'],
    citation: CITATION,
    evaluate: readersDisagree,
  },
  {
    id: 'nihss-rise-of-4-after-thrombolysis',
    class: 'relative',
    data: ['nihssCourse', 'thrombolyticGiven'],
    citation: NIHSS_RISE,
    evaluate: rise,
  },
  {
    id: 'imaging-after-deterioration-shows-no-hemorrhage',
    class: 'benefit',
    data: ['hemorrhageOnImaging', 'nihssCourse'],
    citation: CITATION,
    evaluate: cleared,
  },
  {
    id: 'within-24h-of-thrombolysis',
    class: 'window',
    data: ['thrombolyticGiven'],
    citation: CITATION,
    evaluate: withinDay,
  },
  {
    id: 'fibrinogen-below-150-after-thrombolysis',
    class: 'gate',
    data: ['fibrinogen', 'thrombolyticGiven'],
    citation: CITATION,
    evaluate: lowFibrinogen,
  },
];

const FOUND = 'hemorrhage-found-after-thrombolysis';
const RISE = 'nihss-rise-of-4-after-thrombolysis';
const SUSPICIONS = [
  'hemorrhage-diagnosis-suspected-after-thrombolysis',
  RISE,
  'hemorrhage-readings-disagree-after-thrombolysis',
];
const CLEARED = 'imaging-after-deterioration-shows-no-hemorrhage';

/** Total over the statuses. Imaging after the deterioration clears a rise, never a suspected diagnosis. */
function conclude(
  results: readonly CriterionResult[],
): Pick<Evaluation<HemorrhageConclusion>, 'conclusion' | 'decidedBy'> {
  const is = (id: string, status: Verdict['status']): boolean =>
    results.some((row) => row.id === id && row.status === status);
  if (is(FOUND, 'met')) return { conclusion: 'confirmed', decidedBy: [FOUND] };
  const isCleared = is(CLEARED, 'met');
  const suspicions = SUSPICIONS.filter((id) => is(id, 'met') && !(isCleared && id === RISE));
  if (suspicions.length > 0) return { conclusion: 'suspected', decidedBy: suspicions };
  const open = [FOUND, ...SUSPICIONS].filter((id) => is(id, 'unknown'));
  if (open.length > 0) return { conclusion: 'undecided', decidedBy: open };
  return { conclusion: 'not-suspected', decidedBy: isCleared ? [CLEARED] : [] };
}

export function evaluateHemorrhageAfterThrombolysis(
  stroke: StrokeCase,
  at: Instant,
  given: ThrombolysisGiven,
): Evaluation<HemorrhageConclusion> {
  const criteria = evaluateCriteria(CRITERIA, stroke, at, given);
  const { conclusion, decidedBy } = conclude(criteria);
  const open = criteria.filter((row) => decidedBy.includes(row.id)).flatMap((row) => row.missing ?? []);
  return {
    decision: 'post-thrombolysis-hemorrhage',
    guideline: 'aha-asa-2026',
    conclusion,
    strength: null,
    citation: CITATION,
    decidedBy,
    criteria,
    settledBy:
      conclusion === 'suspected' ? ['hemorrhageOnImaging'] : conclusion === 'undecided' ? [...new Set(open)] : [],
    before: steps(stroke, given, conclusion, criteria),
    confirm: [],
    validUntil: null,
  };
}

function steps(
  stroke: StrokeCase,
  given: ThrombolysisGiven,
  conclusion: HemorrhageConclusion,
  criteria: readonly CriterionResult[],
): RequiredAction[] {
  if (conclusion !== 'confirmed' && conclusion !== 'suspected') return [];
  const step = (key: string, because: readonly FactKey[], params?: RequiredAction['params']): RequiredAction => ({
    key,
    because,
    citation: CITATION,
    ...(params === undefined ? {} : { params }),
  });
  const signs: readonly FactKey[] =
    conclusion === 'confirmed' ? ['hemorrhageOnImaging', 'thrombolyticGiven'] : ['nihssCourse', 'thrombolyticGiven'];
  const actions = [step('stop-thrombolytic-infusion', signs), step('hemorrhage-laboratory', signs)];
  if (conclusion === 'suspected') return [...actions, step('emergency-brain-imaging', signs)];
  // Reversal is written for the first 24 h; a dose at an unknown time may lie within them.
  if (criteria.some((row) => row.id === 'within-24h-of-thrombolysis' && row.status === 'notMet')) return actions;
  const fibrinogen = fibrinogenAfter(stroke, given);
  return [
    ...actions,
    fibrinogen === undefined
      ? step('cryoprecipitate', ['fibrinogen', ...signs])
      : step('cryoprecipitate-fibrinogen-known', ['fibrinogen', ...signs], { fibrinogen }),
    step('antifibrinolytic', signs),
  ];
}
