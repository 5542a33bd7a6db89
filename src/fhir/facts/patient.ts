/** Age, sex and weight. */
import type { Fact, Known, Quantity, Sex, StrokeFacts, Unknown, Weight } from '../../case/index.ts';
import { known, quantity } from '../../case/index.ts';
import { calendarDate } from '../time.ts';
import { choose } from './choose.ts';
import { LOOK_BACK, RANGE, TARGET } from './quantity-table.ts';
import { parseQuantity, sameQuantity } from './quantities.ts';
import type { Parsed, Reading } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';
import { candidatesOf } from './values.ts';

const OLDEST = 125;

/** Completed years. A date of birth without day or month leaves two ages possible: both are given. */
function age(scope: Scope, index: RecordIndex): Fact<Quantity<'a'>> {
  const { birthDate, reference } = index.patient;
  const lacking = unknownFact(scope, 'age', ['patient']);
  const sources = [{ reference }];
  if (birthDate === undefined) return lacking('not-recorded');
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(birthDate);
  if (parts === null) return lacking('malformed', undefined, sources);
  const [year, month, day] = [Number(parts[1]), Number(parts[2] ?? NaN), Number(parts[3] ?? NaN)];
  const [thisYear, thisMonth, today] = calendarDate(scope.at, scope.timeZone);
  const before = (m: number, d: number): boolean => thisMonth < m || (thisMonth === m && today < d);
  const years = (m: number, d: number): number => thisYear - year - (before(m, d) ? 1 : 0);
  const oldest = years(Number.isNaN(month) ? 1 : month, Number.isNaN(day) ? 1 : day);
  const youngest = years(Number.isNaN(month) ? 12 : month, Number.isNaN(day) ? 31 : day);
  if (oldest > OLDEST) return lacking('implausible', `age ${oldest} a`, sources);
  if (oldest < 0) return lacking('future-dated', undefined, sources);
  const one = (value: number): Known<Quantity<'a'>> =>
    known(quantity(Math.max(0, value), 'a'), null, sources, 'derived');
  return oldest === youngest ? one(oldest) : { status: 'conflicting', values: [one(youngest), one(oldest)] };
}

function sex(scope: Scope, index: RecordIndex): Fact<Sex> {
  const { gender, reference } = index.patient;
  if (gender === 'female' || gender === 'male' || gender === 'other') return known(gender, null, [{ reference }]);
  return unknownFact(scope, 'sex', ['patient'])('not-recorded');
}

const METHODS = [
  ['observation-weight-measured', 'measured'],
  ['observation-weight', 'unspecified'],
  ['observation-weight-stated', 'stated'],
  ['observation-weight-estimated', 'estimated'],
] as const;

function parseWeight(reading: Reading['node'], provenance: Weight['provenance']): Parsed<Weight> {
  const parsed = parseQuantity(reading, TARGET.weight, RANGE.weight, 'weight');
  return parsed.ok ? { ok: true, value: { quantity: parsed.value as Quantity<'kg'>, provenance } } : parsed;
}

/** Within this stay a measured weight outranks a stated or estimated one, whichever came later; else the newest counts. */
function weight(scope: Scope, index: RecordIndex): Fact<Weight> {
  const candidates = METHODS.map(([group, provenance]) =>
    candidatesOf(readingsOf(index, group), (node) => parseWeight(node, provenance)),
  );
  const choice = (lookBack: number): Parameters<typeof choose<Weight>>[1] => ({
    asOf: scope.at,
    lookBack,
    same: (a, b) => sameQuantity(a.quantity, b.quantity),
    describe: (w) => `weight ${w.quantity.value} kg`,
    unknown: unknownFact(scope, 'weight', ['vitalSigns']),
  });
  let refused: Unknown | undefined;
  for (const ofMethod of candidates) {
    const fact = choose(ofMethod, choice(LOOK_BACK.weightOfStay));
    if (fact.status !== 'unknown') return fact;
    // An implausible entry of a better method is shown, not passed over in silence, unless another method has a value.
    if (fact.why === 'implausible' || fact.why === 'unit-not-understood') refused ??= fact;
  }
  return refused ?? choose(candidates.flat(), choice(LOOK_BACK.weight));
}

export function mapPatient(scope: Scope, index: RecordIndex): Pick<StrokeFacts, 'age' | 'sex' | 'weight'> {
  return { age: age(scope, index), sex: sex(scope, index), weight: weight(scope, index) };
}
