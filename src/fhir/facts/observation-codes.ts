/** The codes to search for, so that the prefetch plan and the mapper cannot drift apart. */
import type { Terminology } from '../terminology/terminology.ts';
import { QUANTITIES } from './quantity-table.ts';

const VITAL_SIGNS = new Set(
  ['blood-pressure', 'systolic', 'diastolic', 'weight', 'weight-measured', 'weight-stated', 'weight-estimated'].map(
    (n) => `observation-${n}`,
  ),
);
const LABORATORY = new Set(
  Object.values(QUANTITIES)
    .filter((q) => q.list === 'laboratory')
    .map((q) => q.group),
);

/** Search tokens 'system|code' for each of the record's lists of observations. */
export function observationCodes(terminology: Terminology): {
  readonly strokeObservations: string[];
  readonly vitalSigns: string[];
  readonly laboratory: string[];
} {
  const lists = { strokeObservations: new Set<string>(), vitalSigns: new Set<string>(), laboratory: new Set<string>() };
  for (const group of terminology.groups) {
    if (!group.startsWith('observation-')) continue;
    const list = VITAL_SIGNS.has(group) ? 'vitalSigns' : LABORATORY.has(group) ? 'laboratory' : 'strokeObservations';
    for (const code of terminology.codesOf(group)) lists[list].add(code);
  }
  return {
    strokeObservations: [...lists.strokeObservations].sort(),
    vitalSigns: [...lists.vitalSigns].sort(),
    laboratory: [...lists.laboratory].sort(),
  };
}
