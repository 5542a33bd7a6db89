/** Blood pressure: the newest reading and the course of the day. */
import { known, MINUTE, type At, type BloodPressure, type Quantity, type StrokeFacts } from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { choose, sourcesOf, type Candidate } from './choose.ts';
import { LOOK_BACK, RANGE, TARGET } from './quantity-table.ts';
import { ofThisEpisode, parseQuantity } from './quantities.ts';
import { accept, reject, type Parsed, type Reading } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';

interface Halves {
  readonly systolic: Reading[];
  readonly diastolic: Reading[];
}

/** Components and members of one panel belong together; separate readings when they are of the same instant. */
function pairUp(index: RecordIndex): readonly Halves[] {
  const pairs = new Map<string, Halves>();
  const separate: { half: keyof Halves; reading: Reading }[] = [];
  const of = (key: string): Halves => {
    let found = pairs.get(key);
    if (found === undefined) pairs.set(key, (found = { systolic: [], diastolic: [] }));
    return found;
  };
  for (const half of ['systolic', 'diastolic'] as const) {
    for (const reading of readingsOf(index, `observation-${half}`)) {
      // A component lies in an observation that is itself of another code.
      if (isPart(reading)) of(reading.assessment)[half].push(reading);
      else separate.push({ half, reading });
    }
  }
  for (const { half, reading } of separate) {
    const key =
      reading.at !== null && reading.at.earliest === reading.at.latest ? `at ${reading.at.latest}` : reading.reference;
    of(key)[half].push(reading);
  }
  return [...pairs.values()];
}

function isPart(reading: Reading): boolean {
  return reading.assessment !== reading.reference || !('resourceType' in reading.node);
}

function parsePair(systolic: Reading, diastolic: Reading | undefined): Parsed<BloodPressure> {
  const sys = parseQuantity(systolic.node, TARGET.pressure, RANGE.systolic, 'SBP');
  if (!sys.ok) return sys;
  // Half a reading is none, but it may hold the pressure of now: it is never skipped for an older one.
  if (diastolic === undefined) return reject('malformed', `SBP ${sys.value.value} mm[Hg]`);
  const dia = parseQuantity(diastolic.node, TARGET.pressure, RANGE.diastolic, 'DBP');
  if (!dia.ok) return dia;
  if (dia.value.value >= sys.value.value)
    return reject('implausible', `BP ${sys.value.value}/${dia.value.value} mm[Hg]`);
  return accept({ systolic: sys.value as Quantity<'mm[Hg]'>, diastolic: dia.value as Quantity<'mm[Hg]'> });
}

/** A line in an artery, or a monitor, may give the systolic pressure more often: the diastolic of so close by, in ms, goes with it. */
const DIASTOLIC_NEAR = 30 * MINUTE;

/** The diastolic reading that is nearest in time; undefined when none is near, or the time is not known. */
function nearest(systolic: Reading, diastolics: readonly Reading[]): Reading | undefined {
  const { at } = systolic;
  if (at === null) return undefined;
  const apart = (one: Reading): number => (one.at === null ? Infinity : Math.abs(one.at.latest - at.latest));
  return diastolics.filter((one) => apart(one) <= DIASTOLIC_NEAR).toSorted((a, b) => apart(a) - apart(b))[0];
}

function candidates(index: RecordIndex): readonly Candidate<BloodPressure>[] {
  const pairs = pairUp(index);
  const diastolics = pairs.flatMap(({ diastolic }) => diastolic);
  return pairs.flatMap(({ systolic, diastolic }) =>
    systolic.flatMap((s) => {
      const own = diastolic.filter((d) => d.reference === s.reference);
      const partners = own.length > 0 ? own : diastolic;
      return (partners.length > 0 ? partners : [nearest(s, diastolics)]).map((d): Candidate<BloodPressure> => {
        const { at, timeProblem, pending, reference } = s;
        const candidate = { at, pending, reference, result: pending ? reject('pending') : parsePair(s, d) };
        return timeProblem === undefined ? candidate : { ...candidate, timeProblem };
      });
    }),
  );
}

const same = (a: BloodPressure, b: BloodPressure): boolean =>
  a.systolic.value === b.systolic.value && a.diastolic.value === b.diastolic.value;

/** @param since a pressure before the patient was last known well is not the pressure of this stroke */
export function mapBloodPressure(
  scope: Scope,
  index: RecordIndex,
  since: number | null,
): Pick<StrokeFacts, 'bloodPressure' | 'bloodPressureCourse'> {
  const all = candidates(index);
  const bloodPressure = choose(ofThisEpisode(all, since), {
    asOf: scope.at,
    lookBack: LOOK_BACK.bloodPressure,
    same,
    describe: (b) => `BP ${b.systolic.value}/${b.diastolic.value} mm[Hg]`,
    unknown: unknownFact(scope, 'bloodPressure', ['vitalSigns']),
  });
  const course: At<BloodPressure>[] = [];
  for (const { at, result, reference } of all) {
    if (
      !result.ok ||
      at === null ||
      isFutureDated(at, scope.at) ||
      at.latest < scope.at - LOOK_BACK.bloodPressureCourse
    )
      continue;
    const entry = { value: result.value, at, source: { reference } };
    if (
      !course.some((c) => c.source.reference === reference && c.at.latest === at.latest && same(c.value, entry.value))
    )
      course.push(entry);
  }
  course.sort((a, b) => a.at.latest - b.at.latest || (a.source.reference < b.source.reference ? -1 : 1));
  return {
    bloodPressure,
    bloodPressureCourse:
      course.length > 0
        ? known(course, null, sourcesOf(course.map((c) => c.source)))
        : unknownFact(scope, 'bloodPressureCourse', ['vitalSigns'])('not-recorded'),
  };
}
