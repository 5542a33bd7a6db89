/** Observations and their components as readings, by the ValueSets of their codes. */
import type { Observation } from 'fhir/r4.js';
import type { TimeSpan, UnknownReason } from '../../case/index.ts';
import { fhirTime } from '../time.ts';
import { isComputed } from './computed-observation.ts';
import { codingsOf, type Reading, type ValueNode } from './reading.ts';
import { periodSpan, type Scope } from './scope.ts';

/** Member reference → the panel that names it. */
export type Members = Map<string, { readonly panel: string; readonly at: TimeSpan | null }>;

/** Never used: withdrawn or never done. 'preliminary' is used: in acute stroke nobody waits for the final result. */
const NOT_USED: ReadonlySet<unknown> = new Set(['entered-in-error', 'cancelled']);

export function addReading(readings: Map<string, Reading[]>, group: string, reading: Reading): void {
  const list = readings.get(group);
  if (list === undefined) readings.set(group, [reading]);
  else list.push(reading);
}

interface When {
  readonly at: TimeSpan | null;
  readonly timeProblem?: UnknownReason;
}

const MALFORMED: When = { at: null, timeProblem: 'malformed' };

/** The clinically relevant time. `issued` is no substitute: it can be long after the sample. */
function effective(resource: Observation, scope: Scope): When {
  const text = resource.effectiveDateTime ?? resource.effectiveInstant;
  if (text !== undefined) {
    const at = fhirTime(text, scope.timeZone);
    return at === undefined ? MALFORMED : { at };
  }
  if (resource.effectivePeriod === undefined) return { at: null };
  const at = periodSpan(resource.effectivePeriod, scope);
  return at === undefined ? MALFORMED : { at };
}

export function indexObservation(
  resource: Observation,
  reference: string,
  scope: Scope,
  readings: Map<string, Reading[]>,
  members: Members,
): void {
  if (NOT_USED.has(resource.status)) return;
  const pending = resource.status === 'registered';
  const preliminary = resource.status === 'preliminary' ? ({ preliminary: true } as const) : undefined;
  let when: When | undefined;
  let computed: boolean | undefined;
  const add = (group: string, node: ValueNode): void => {
    when ??= effective(resource, scope);
    const { at, timeProblem } = when;
    computed ??= isComputed(resource);
    const plain = { node, reference, assessment: reference, at, pending, ...preliminary };
    const reading: Reading = computed ? { ...plain, computed } : plain;
    addReading(readings, group, timeProblem === undefined ? reading : { ...reading, timeProblem });
  };
  let known = false;
  for (const { system, code } of codingsOf(resource.code)) {
    for (const group of scope.terminology.groupsOf(system, code)) {
      if (!group.startsWith('observation-')) continue;
      known = true;
      add(group, resource);
    }
  }
  for (const component of resource.component ?? []) {
    for (const { system, code } of codingsOf(component.code)) {
      for (const group of scope.terminology.groupsOf(system, code)) {
        if (group.startsWith('observation-')) add(group, component);
      }
    }
  }
  if (!known) return;
  for (const member of resource.hasMember ?? []) {
    if (typeof member.reference !== 'string') continue;
    when ??= effective(resource, scope);
    members.set(member.reference, { panel: reference, at: when.at });
  }
}

/** Members of a panel belong to one assessment and take its time where they have none. */
export function linkMembers(readings: Map<string, Reading[]>, members: Members): void {
  if (members.size === 0) return;
  for (const [group, list] of readings) {
    readings.set(
      group,
      list.map((reading) => {
        const panel = members.get(reading.reference);
        return panel === undefined
          ? reading
          : {
              ...reading,
              assessment: panel.panel,
              at: reading.at ?? (reading.timeProblem === undefined ? panel.at : null),
            };
      }),
    );
  }
}
