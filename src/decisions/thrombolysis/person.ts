/** Age, pregnancy, disability before the stroke. */
import { holds, isAbove } from '../../case/index.ts';
import { and, or } from '../three-valued.ts';
import type { Evaluate } from './rule.ts';
import { NOT_APPLICABLE, openFacts, verdict } from './verdict.ts';

/** Above this age a pregnancy is not asked for. */
const PREGNANCY_AGE_LIMIT = 55;

/** Recorded pregnancy or the 14 days after; not asked for in men and above 55 years. */
export const pregnantOrPostpartum: Evaluate = ({ facts }) => {
  const recorded = holds(facts.pregnancy, (state) => state !== 'not-pregnant');
  if (recorded !== undefined) return verdict(recorded, []);
  const impossible = or(
    holds(facts.sex, (sex) => sex === 'male'),
    holds(facts.age, (age) => isAbove(age, PREGNANCY_AGE_LIMIT)),
  );
  return facts.pregnancy.status === 'unknown' && impossible === true
    ? NOT_APPLICABLE
    : verdict(undefined, ['pregnancy']);
};

/** Pre-stroke mRS of 2 or more. */
export const preExistingDisability: Evaluate = ({ facts }) =>
  verdict(
    holds(facts.preStrokeMrs, (grade) => grade >= 2),
    ['preStrokeMrs'],
  );

export const diabetesAndPriorStroke: Evaluate = ({ facts }) =>
  verdict(
    and(
      holds(facts.diabetes, (events) => events.length > 0),
      holds(facts.priorIschemicStroke, (events) => events.length > 0),
    ),
    openFacts(facts, ['diabetes', 'priorIschemicStroke']),
  );
