/** AHA/ASA 2019: cautions that lower a recommendation, many of them only after 3 h, and what does not stand against it. */
import { holds, isAtLeast, isAtMost } from '../../../case/index.ts';
import { and } from '../../three-valued.ts';
import { edges, isWithinHours } from '../../time-windows.ts';
import { aha2019 } from '../citations.ts';
import { isNihssAtLeast, mildButDisabling } from '../deficit.ts';
import { drugFound } from '../drugs.ts';
import { eventFound, isActive } from '../history.ts';
import { valueAbove } from '../measurements.ts';
import { diabetesAndPriorStroke } from '../person.ts';
import { INDIVIDUALIZE, INFORMS } from '../rule.ts';
import type { Evaluate, ThrombolysisRule } from '../rule.ts';
import { NOT_APPLICABLE, changing, openFacts, verdict } from '../verdict.ts';

/** Not applicable within the first 3 h. */
const after3Hours =
  (evaluate: Evaluate): Evaluate =>
  (stroke, at, context) => {
    const { clock } = context;
    if (clock.status === 'unknown') return evaluate(stroke, at, context);
    const early = isWithinHours(clock.since, at, 3) === true;
    return changing(early ? NOT_APPLICABLE : evaluate(stroke, at, context), edges(clock.since, 3), at);
  };

export const CAUTIONS_2019: readonly ThrombolysisRule[] = [
  {
    id: 'age-over-80-after-3-hours',
    class: 'relative',
    data: ['age', 'lastKnownWell', 'witnessedOnset'],
    citation: aha2019('Table 8', 'V1', { cor: '2a' }),
    effect: { kind: 'caps', at: 'reasonable', whenUnknown: 'caps' },
    evaluate: after3Hours(valueAbove('age', 80)),
  },
  {
    id: 'diabetes-and-prior-stroke-after-3-hours',
    class: 'relative',
    data: ['diabetes', 'priorIschemicStroke', 'lastKnownWell', 'witnessedOnset'],
    citation: aha2019('Table 8', 'R', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: after3Hours(diabetesAndPriorStroke),
  },
  {
    id: 'nihss-over-25-after-3-hours',
    class: 'relative',
    data: ['nihss', 'lastKnownWell', 'witnessedOnset'],
    citation: aha2019('Table 8', 'V1', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: after3Hours(({ facts }) => verdict(holds(facts.nihss, isNihssAtLeast(26)), ['nihss'])),
  },
  {
    id: 'mild-disabling-deficit-after-3-hours',
    class: 'relative',
    data: ['nihss', 'nihssItems', 'disablingDeficit', 'lastKnownWell', 'witnessedOnset'],
    citation: aha2019('3.5.2', 'R', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: after3Hours(mildButDisabling),
  },
  {
    // that recommendation was only recalled, so it carries no 'recommended' of its own
    id: 'mild-disabling-deficit',
    class: 'relative',
    data: ['nihss', 'nihssItems', 'disablingDeficit'],
    citation: aha2019('3.5.2', 'R', { cor: '1' }),
    effect: { kind: 'caps', at: 'reasonable', whenUnknown: 'caps' },
    evaluate: mildButDisabling,
  },
  {
    id: 'warfarin-with-inr-at-most-1-7',
    class: 'relative',
    data: ['vitaminKAntagonist', 'inr'],
    citation: aha2019('Table 8', 'V1', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: ({ facts }) =>
      verdict(
        and(
          holds(facts.vitaminKAntagonist, (drugs) => drugs.some(({ active }) => active)),
          holds(facts.inr, (inr) => isAtMost(inr, 1.7)),
        ),
        openFacts(facts, ['vitaminKAntagonist', 'inr']),
      ),
  },
  {
    id: 'unruptured-aneurysm-10-mm-or-more',
    class: 'relative',
    data: ['intracranialAneurysm', 'aneurysmDiameter'],
    citation: aha2019('Table 8', 'V1', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: ({ facts }) =>
      verdict(
        and(
          holds(facts.intracranialAneurysm, (events) => events.some(isActive)),
          holds(facts.aneurysmDiameter, (diameter) => isAtLeast(diameter, 10)),
        ),
        openFacts(facts, ['intracranialAneurysm', 'aneurysmDiameter']),
      ),
  },
];

export const NO_OBSTACLE_2019: readonly ThrombolysisRule[] = [
  {
    id: 'early-ischemic-change',
    class: 'benefit',
    data: ['earlyIschemicChange'],
    citation: aha2019('Table 8', 'R'),
    effect: INFORMS,
    evaluate: ({ facts }) =>
      verdict(
        holds(facts.earlyIschemicChange, (present) => present),
        ['earlyIschemicChange'],
      ),
  },
  {
    id: 'antiplatelet-therapy',
    class: 'benefit',
    data: ['antiplatelet'],
    citation: aha2019('Table 8', 'R'),
    effect: INFORMS,
    evaluate: drugFound('antiplatelet', ({ active }) => active),
  },
  {
    id: 'dialysis-with-normal-aptt',
    class: 'benefit',
    data: ['dialysis', 'aptt'],
    citation: aha2019('Table 8', 'R'),
    effect: INFORMS,
    evaluate: ({ facts }) =>
      verdict(
        and(
          holds(facts.dialysis, (events) => events.some(isActive)),
          holds(facts.aptt, (aptt) => isAtMost(aptt, 40)),
        ),
        openFacts(facts, ['dialysis', 'aptt']),
      ),
  },
  {
    id: 'extracranial-cervical-dissection',
    class: 'benefit',
    data: ['cervicalArteryDissection'],
    citation: aha2019('Table 8', 'R'),
    effect: INFORMS,
    evaluate: eventFound('cervicalArteryDissection', { counts: isActive }),
  },
];
