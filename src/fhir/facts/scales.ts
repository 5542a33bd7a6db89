/** Coma scale, Rankin grades, and the judgements of a clinician. */
import { known, quantity, type Fact, type MrsGrade, type Quantity, type StrokeFacts } from '../../case/index.ts';
import { choose, sourcesOf, type Candidate } from './choose.ts';
import { sameQuantity } from './quantities.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { accept, type Parsed, type Reading } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';
import { candidatesOf, parseWhole, yesNoFact } from './values.ts';

type ScaleKey = 'gcs' | 'preStrokeMrs' | 'currentMrs' | 'disablingDeficit' | 'preStrokeCognitiveImpairment';

const PARTS = [
  ['observation-gcs-eye', 4],
  ['observation-gcs-motor', 6],
  ['observation-gcs-verbal', 5],
] as const;

function score(parsed: Parsed<number>): Parsed<Quantity<'{score}'>> {
  return parsed.ok ? accept(quantity(parsed.value, '{score}')) : parsed;
}

/** The recorded total; where none was recorded, the sum of the three parts of one instant. */
function gcs(scope: Scope, index: RecordIndex): Fact<Quantity<'{score}'>> {
  const choice = {
    asOf: scope.at,
    lookBack: LOOK_BACK.gcs,
    same: sameQuantity,
    describe: (q: Quantity): string => `GCS ${q.value}`,
    unknown: unknownFact(scope, 'gcs', ['strokeObservations', 'vitalSigns']),
  };
  const panels = readingsOf(index, 'observation-gcs').filter(
    (r) => r.node.valueQuantity ?? r.node.valueInteger ?? r.node.dataAbsentReason ?? r.pending,
  );
  const totals = candidatesOf(panels, (node) => score(parseWhole(node, 3, 15, 'GCS')));
  const fact = choose(totals, choice);
  if (fact.status !== 'unknown' || totals.length > 0) return fact;
  const [eyes, motors, verbals] = PARTS.map(([group, highest]) =>
    candidatesOf(readingsOf(index, group), (node) => parseWhole(node, 1, highest, 'GCS')),
  );
  const sums = (eyes ?? []).flatMap((eye): Candidate<Quantity<'{score}'>>[] => {
    const at = eye.at;
    const together = (c: Candidate<number>): boolean => c.at !== null && at !== null && c.at.latest === at.latest;
    const motor = motors?.find(together);
    const verbal = verbals?.find(together);
    if (motor?.result.ok !== true || verbal?.result.ok !== true || !eye.result.ok) return [];
    return [
      {
        at,
        reference: eye.reference,
        result: accept(quantity(eye.result.value + motor.result.value + verbal.result.value, '{score}')),
      },
    ];
  });
  const derived = choose(sums, choice);
  return derived.status === 'known' ? { ...derived, basis: 'derived' } : derived;
}

/** An extension with a value coded 'pre-stroke' (or a common synonym) puts the grade before the stroke. */
const BEFORE = /^(pre-?stroke|premorbid|baseline-pre-stroke)$/i;

function saysBefore(reading: Reading, scope: Scope): boolean {
  const extensions: unknown = reading.node.extension;
  if (!Array.isArray(extensions)) return false;
  return extensions.some((extension: unknown) => {
    const { valueCode, valueCoding, valueCodeableConcept } = fields(extension);
    const { coding } = fields(valueCodeableConcept);
    const listed: readonly unknown[] = Array.isArray(coding) ? coding : [];
    return [{ code: valueCode }, valueCoding, ...listed].some((candidate) => {
      const { code, system } = fields(candidate);
      if (typeof code !== 'string') return false;
      return (
        BEFORE.test(code) ||
        (typeof system === 'string' && scope.terminology.groupsOf(system, code).includes('context-pre-stroke'))
      );
    });
  });
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Rankin grades: before the stroke by code, context or date before last known well; all others are the present state. */
function rankin(
  scope: Scope,
  index: RecordIndex,
  wellUntil: number | null,
): Pick<StrokeFacts, 'preStrokeMrs' | 'currentMrs'> {
  const before: Reading[] = [...readingsOf(index, 'observation-pre-stroke-mrs')];
  const now: Reading[] = [];
  for (const reading of readingsOf(index, 'observation-mrs')) {
    if (before.some((b) => b.reference === reading.reference)) continue;
    const earlier = wellUntil !== null && reading.at !== null && reading.at.latest <= wellUntil;
    (earlier || saysBefore(reading, scope) ? before : now).push(reading);
  }
  const grade = (readings: readonly Reading[], fact: 'preStrokeMrs' | 'currentMrs', highest: number): Fact<MrsGrade> =>
    choose(
      candidatesOf(readings, (node) => parseWhole(node, 0, highest, 'mRS') as Parsed<MrsGrade>),
      { asOf: scope.at, lookBack: LOOK_BACK.mrs, unknown: unknownFact(scope, fact, ['strokeObservations']) },
    );
  return { preStrokeMrs: grade(before, 'preStrokeMrs', 5), currentMrs: grade(now, 'currentMrs', 6) };
}

/** A clinician's statement, else dementia in the history. A list without it says nothing: milder impairment is seldom listed. */
function cognition(scope: Scope, index: RecordIndex, dementia: StrokeFacts['dementia']): Fact<boolean> {
  const stated = yesNoFact(
    scope,
    readingsOf(index, 'observation-cognitive-impairment'),
    'preStrokeCognitiveImpairment',
    LOOK_BACK.cognition,
  );
  if (stated.status !== 'unknown' || dementia.status !== 'known') return stated;
  const confirmed = dementia.value.filter((e) => e.certainty === 'confirmed');
  return confirmed.length > 0 ? known(true, null, sourcesOf(confirmed.map((e) => e.source)), 'derived') : stated;
}

export function mapScales(
  scope: Scope,
  index: RecordIndex,
  wellUntil: number | null,
  dementia: StrokeFacts['dementia'],
): Pick<StrokeFacts, ScaleKey> {
  return {
    gcs: gcs(scope, index),
    ...rankin(scope, index, wellUntil),
    disablingDeficit: yesNoFact(
      scope,
      readingsOf(index, 'observation-disabling-deficit'),
      'disablingDeficit',
      LOOK_BACK.judgement,
    ),
    preStrokeCognitiveImpairment: cognition(scope, index, dementia),
  };
}
