/** Thresholds on laboratory values, blood pressure and counts. */
import { candidates, holds, isAbove, isAtLeast, isAtMost, isBelow } from '../../case/index.ts';
import type { DrugExposure, Fact, Quantity, StrokeCase, UnknownReason } from '../../case/index.ts';
import type { QuantityKey } from '../borderline.ts';
import type { RequiredAction, Verdict } from '../evaluation.ts';
import { and } from '../three-valued.ts';
import type { Evaluate } from './rule.ts';
import { MET, NOT_APPLICABLE, NOT_MET, verdict } from './verdict.ts';

type Test = (value: Quantity, limit: number) => boolean | undefined;

const compared =
  (test: Test) =>
  (key: QuantityKey, limit: number): Evaluate =>
  ({ facts }) =>
    verdict(
      holds<Quantity>(facts[key], (value) => test(value, limit)),
      [key],
    );

/** exclusive */
export const valueAbove = compared(isAbove);
/** exclusive */
export const valueBelow = compared(isBelow);

/** The same test reported another way (prothrombin time and INR): one answer is enough. */
interface SameTest {
  readonly key: QuantityKey;
  readonly limit: number;
}

/** Not back, or not sent. Every other reason (implausible, unit, not read …) may hide an abnormal result. */
const AWAITED: readonly UnknownReason[] = ['not-recorded', 'pending'];

/**
 * A coagulation result. Without one it is not applicable where `sameTest` gives the answer. An entry that cannot be
 * used, or that contradicts another across the limit, is open and never `awaited`.
 */
const laboratory =
  (test: Test) =>
  (key: QuantityKey, limit: number, sameTest?: SameTest): Evaluate =>
  ({ facts }) => {
    const fact: Fact<Quantity> = facts[key];
    const answer = holds(fact, (value) => test(value, limit));
    if (answer !== undefined) return answer ? MET : NOT_MET;
    if (!isAwaited(fact)) return { status: 'unknown', missing: [key] };
    if (sameTest === undefined) return { status: 'unknown', missing: [key], awaited: true };
    const other: Fact<Quantity> = facts[sameTest.key];
    if (holds(other, (value) => test(value, sameTest.limit)) !== undefined) return NOT_APPLICABLE;
    // with neither there, the INR is asked for once
    return { status: 'unknown', missing: [isAwaited(other) ? 'inr' : key], awaited: true };
  };

const isAwaited = (fact: Fact<Quantity>): boolean => fact.status === 'unknown' && AWAITED.includes(fact.why);

/** exclusive */
export const resultAbove = laboratory(isAbove);

/** Lists of drugs that lengthen the aPTT within minutes. */
const LENGTHENS_APTT = ['unfractionatedHeparin', 'otherAnticoagulant'] as const;

/** Was the sample taken before the last dose of a list began? Then it does not show what the dose does. */
function precedesDose(fact: Fact<Quantity>, doses: Fact<readonly DrugExposure[]>): boolean {
  const sampled = candidates(fact).flatMap(({ at }) => (at === null ? [] : [at.latest]));
  const newest = Math.max(...sampled);
  return candidates(doses).some(({ value }) =>
    value.some(
      ({ lastIntake, intent }) =>
        intent !== 'prophylactic' && candidates(lastIntake).some(({ value: dose }) => dose.earliest > newest),
    ),
  );
}

/** Limit in seconds, exclusive. A normal aPTT from before heparin or a thrombin inhibitor was given clears nothing. */
export const apttAbove = (limit: number): Evaluate => {
  const above = resultAbove('aptt', limit);
  return (stroke, at, context) => {
    const found = above(stroke, at, context);
    const { facts } = stroke;
    return found.status === 'notMet' && LENGTHENS_APTT.some((list) => precedesDose(facts.aptt, facts[list]))
      ? { status: 'unknown', missing: ['aptt'], note: { key: 'aptt-before-last-dose' } }
      : found;
  };
};

/** exclusive */
export const resultBelow = laboratory(isBelow);

/** Both limits inclusive. */
export const valueBetween =
  (key: QuantityKey, low: number, high: number): Evaluate =>
  ({ facts }) =>
    verdict(
      holds<Quantity>(facts[key], (value) => and(isAtLeast(value, low), isAtMost(value, high))),
      [key],
    );

/**
 * The reading to go by is the newest one that the case holds.
 * @param limitCounts whether 185/110 itself passes ('at most') or not ('below')
 */
export const pressureUnder =
  (systolic: number, diastolic: number, limitCounts: boolean): Evaluate =>
  ({ facts }): Verdict => {
    const passes: Test = limitCounts ? isAtMost : isBelow;
    return verdict(
      holds(facts.bloodPressure, (bp) => and(passes(bp.systolic, systolic), passes(bp.diastolic, diastolic))),
      ['bloodPressure'],
    );
  };

type Step = Pick<RequiredAction, 'key' | 'params'>;

export function lowerPressure({ facts }: StrokeCase): Step {
  const [newest] = candidates(facts.bloodPressure);
  if (newest === undefined) return { key: 'lower-blood-pressure' };
  const { systolic, diastolic } = newest.value;
  return { key: 'lower-blood-pressure', params: { systolic: systolic.value, diastolic: diastolic.value } };
}

export function correctGlucose({ facts }: StrokeCase): Step {
  const [newest] = candidates(facts.glucose);
  if (newest === undefined) return { key: 'correct-glucose-and-re-examine' };
  return { key: 'correct-glucose-and-re-examine', params: { glucose: newest.value.value } };
}
