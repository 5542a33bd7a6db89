/**
 * The case as it was when the thrombolytic was given. The scores read values from before treatment; a later NIHSS may
 * show the hemorrhage itself, a later CT the finished infarct. Where only a later value is recorded, it counts as unknown.
 */
import { candidates, known, unknown } from '../../case/index.ts';
import type { At, Fact, FactKey, StrokeCase, StrokeFacts, TimeSpan } from '../../case/index.ts';

const READ_BEFORE_TREATMENT = [
  'nihss',
  'bloodPressure',
  'glucose',
  'earlyIschemicChange',
  'hyperdenseArtery',
  'hypodensityExtent',
] as const satisfies readonly FactKey[];

export interface CaseAtTreatment {
  readonly stroke: StrokeCase;
  /** Facts recorded only from after treatment; unknown in `stroke`. */
  readonly measuredAfter: readonly FactKey[];
}

/** @param readAsWell further facts that must be from before treatment */
export function caseAtTreatment(
  stroke: StrokeCase,
  treatedAt: TimeSpan,
  readAsWell: readonly FactKey[] = [],
): CaseAtTreatment {
  const { facts } = stroke;
  const before: StrokeFacts = {
    ...facts,
    nihss: lastBefore(facts.nihss, facts.nihssCourse, treatedAt),
    bloodPressure: lastBefore(facts.bloodPressure, facts.bloodPressureCourse, treatedAt),
  };
  const measuredAfter = [...READ_BEFORE_TREATMENT, ...readAsWell].filter((key) => isAfter(before[key], treatedAt));
  const without = Object.fromEntries(measuredAfter.map((key) => [key, unknown('not-recorded')]));
  return { stroke: { ...stroke, facts: { ...before, ...without } }, measuredAfter };
}

/** Every value of it is later than the treatment. A value without a time is taken as it is. */
function isAfter(fact: Fact<unknown>, treatedAt: TimeSpan): boolean {
  const values = candidates(fact);
  return values.length > 0 && values.every(({ at }) => at !== null && at.earliest > treatedAt.latest);
}

function lastBefore<T>(fact: Fact<T>, course: Fact<readonly At<T>[]>, treatedAt: TimeSpan): Fact<T> {
  if (!isAfter(fact, treatedAt) || course.status !== 'known') return fact;
  const last = course.value.filter(({ at }) => at.earliest <= treatedAt.latest).at(-1);
  return last === undefined ? fact : known(last.value, last.at, [last.source]);
}
