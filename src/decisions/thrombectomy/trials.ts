/** Selection criteria of the trials behind the table: evidence on the card, never part of the conclusion. */
import type { FactKey, StrokeCase } from '../../case/index.ts';
import type { Citation, Criterion, Verdict } from '../evaluation.ts';
import type { StrokeClock } from '../stroke-state/clock.ts';
import { ANGEL_ASPECT, DAWN, DEFUSE_3, SELECT2 } from './citations.ts';
import { borderlineLimits, borderlineMismatch } from '../borderline.ts';
import { atAllCorners, nihssRange, quantityRange } from '../possible-values.ts';
import { meetsDawn, meetsDefuse3 } from './mismatch.ts';
import {
  ageBetween,
  conjunction,
  largeCore,
  nihssAtLeast,
  partResult,
  preStrokeMrsIs,
  siteIs,
  timeWithin,
} from './parts.ts';
import type { PartCheck } from './parts.ts';

/** Wider than any measured volume, mL. */
const VOLUMES = { low: 0, high: 3000 };
const ADULT_YEARS = { low: 18, high: 130 };
/** mL, by age and NIHSS, all exclusive. */
const DAWN_CORE_LIMITS = [21, 31, 51];
const DAWN_STEP = 1e-3;
const DEFUSE_3_LIMITS = { ratio: 1.8, differenceMl: 15, coreMl: 70 };

const icaOrM1 = siteIs('internal-carotid', 'M1');

const open = (facts: StrokeCase['facts'], keys: readonly FactKey[]): FactKey[] =>
  keys.filter((key) => facts[key].status !== 'known');

const clinicalCoreMismatch: PartCheck = ({ facts }) => {
  const person = [quantityRange(facts.age, ADULT_YEARS), nihssRange(facts.nihss)];
  const answer = atAllCorners(
    [...person, quantityRange(facts.coreVolume, VOLUMES)],
    (age = NaN, nihss = NaN, core = NaN) => meetsDawn(age, nihss, core),
  );
  const missing = open(facts, ['age', 'nihss', 'coreVolume']);
  // Which limit matters depends on age and NIHSS; the others may lie inside the interval and mean nothing.
  const matters = (limit: number): boolean =>
    atAllCorners(
      person,
      (age = NaN, nihss = NaN) => meetsDawn(age, nihss, limit - DAWN_STEP) === meetsDawn(age, nihss, limit),
    ) !== true;
  const limits = answer === undefined ? DAWN_CORE_LIMITS.filter(matters) : [];
  const borderline = borderlineLimits(facts, 'coreVolume', limits);
  const unsettled: readonly FactKey[] = borderline.length > 0 ? ['coreVolume'] : ['nihss'];
  return partResult('mismatch', answer, missing.length > 0 ? missing : unsettled, undefined, borderline);
};

/** A measured core of 0 mL makes the ratio infinite, which passes; a core that nobody measured keeps it open. */
const perfusionMismatch: PartCheck = ({ facts }) => {
  const answer = atAllCorners(
    [quantityRange(facts.coreVolume, VOLUMES), quantityRange(facts.hypoperfusionVolume, VOLUMES)],
    (core = NaN, hypoperfusion = NaN) => meetsDefuse3(core, hypoperfusion),
  );
  const missing = open(facts, ['coreVolume', 'hypoperfusionVolume']);
  const borderline = answer === undefined ? borderlineMismatch(facts, DEFUSE_3_LIMITS) : [];
  return partResult(
    'mismatch',
    answer,
    missing.length > 0 ? missing : ['coreVolume'],
    answer === undefined && borderline.length === 0 ? { key: 'mismatch-not-computable' } : undefined,
    borderline,
  );
};

function trial(
  id: string,
  citation: Citation,
  data: readonly FactKey[],
  parts: readonly PartCheck[],
): Criterion<StrokeClock> {
  return {
    id,
    class: 'benefit',
    data,
    citation,
    evaluate: (stroke, at, clock): Verdict => {
      const verdict = conjunction(parts, stroke, at, clock);
      const remark = { key: citation.grade === 'R' ? 'criteria-partly-recalled' : 'trial-evidence-only' };
      return verdict.note === undefined ? { ...verdict, note: remark } : verdict;
    },
  };
}

const CLOCK: readonly FactKey[] = ['lastKnownWell', 'witnessedOnset', 'wakeUpStroke'];

export const TRIAL_CRITERIA: readonly Criterion<StrokeClock>[] = [
  trial(
    'dawn-criteria',
    DAWN,
    ['occlusionSite', ...CLOCK, 'age', 'nihss', 'coreVolume'],
    [icaOrM1, timeWithin(6, 24), clinicalCoreMismatch],
  ),
  // Pre-stroke mRS 0–2 and age 18–90 are recalled, not verified against the paper.
  trial(
    'defuse-3-criteria',
    DEFUSE_3,
    ['occlusionSite', ...CLOCK, 'nihss', 'preStrokeMrs', 'age', 'coreVolume', 'hypoperfusionVolume'],
    [icaOrM1, timeWithin(6, 16), nihssAtLeast(6), preStrokeMrsIs(0, 1, 2), ageBetween(18, 90), perfusionMismatch],
  ),
  trial(
    'select2-criteria',
    SELECT2,
    ['occlusionSite', ...CLOCK, 'aspects', 'coreVolume'],
    [icaOrM1, timeWithin(0, 24), largeCore(3, 5, 50, null)],
  ),
  trial(
    'angel-aspect-criteria',
    ANGEL_ASPECT,
    ['occlusionSite', ...CLOCK, 'aspects', 'coreVolume'],
    [icaOrM1, timeWithin(0, 24), largeCore(3, 5, 70, 100)],
  ),
];

export const TRIAL_IDS: ReadonlySet<string> = new Set(TRIAL_CRITERIA.map(({ id }) => id));
