/** What the record must hold for a fact: the same ValueSets by which the mappers recognize it. */
import type { DataRequirement } from 'fhir/r4.js';
import type { FactKey } from '../case/index.ts';
import { FACT_GROUPS } from '../fhir/facts/fact-groups.ts';
import { EVENT_SOURCES, type EventKey } from '../fhir/facts/history-kinds.ts';
import { canonical, unique } from './common.ts';

interface Place {
  readonly type: DataRequirement['type'];
  /** Coded element; simple FHIRPath on the type. */
  readonly path: string;
}

const DRUG_LISTS: readonly Place[] = [
  { type: 'MedicationRequest', path: 'medication' },
  { type: 'MedicationStatement', path: 'medication' },
  { type: 'MedicationAdministration', path: 'medication' },
];
const CONDITION: Place = { type: 'Condition', path: 'code' };
const PROCEDURE: Place = { type: 'Procedure', path: 'code' };

/** By the first word of a ValueSet's name. */
const PLACES: Readonly<Record<string, readonly Place[]>> = {
  observation: [{ type: 'Observation', path: 'code' }],
  drug: DRUG_LISTS,
  imaging: [
    { type: 'ImagingStudy', path: 'procedureCode' },
    { type: 'DiagnosticReport', path: 'code' },
  ],
  conclusion: [{ type: 'DiagnosticReport', path: 'conclusionCode' }],
  category: [{ type: 'Procedure', path: 'category' }],
};

/** Facts that are read without a code, or by a further code. */
const FURTHER: Partial<Readonly<Record<FactKey, readonly DataRequirement[]>>> = {
  age: [{ type: 'Patient', mustSupport: ['birthDate'] }],
  sex: [{ type: 'Patient', mustSupport: ['gender'] }],
  arrival: [{ type: 'Encounter', mustSupport: ['period'] }],
  directOralAnticoagulant: [byCode({ type: 'Observation', path: 'code' }, 'observation-anticoagulant-last-intake')],
};

function byCode({ type, path }: Place, group: string): DataRequirement {
  return { type, codeFilter: [{ path, valueSet: canonical('ValueSet', group) }] };
}

const isEventKey = (fact: FactKey): fact is EventKey => fact in EVENT_SOURCES;

function placesOf(fact: FactKey, group: string): readonly Place[] {
  const [kind = ''] = group.split('-');
  if (kind !== 'event') return PLACES[kind] ?? [];
  if (group === 'event-delivery') return [CONDITION, PROCEDURE];
  if (!isEventKey(fact)) return [CONDITION];
  return EVENT_SOURCES[fact].lists.map((list) => (list === 'procedures' ? PROCEDURE : CONDITION));
}

/** The ValueSets (ids) behind these facts, each once. */
export function valueSetsOf(facts: readonly FactKey[]): string[] {
  return unique(facts.flatMap((fact) => FACT_GROUPS[fact])).sort();
}

/** One requirement per fact, ValueSet and type of resource; none twice. */
export function dataRequirements(facts: readonly FactKey[]): DataRequirement[] {
  const all = facts.flatMap((fact) => [
    ...FACT_GROUPS[fact].flatMap((group) => placesOf(fact, group).map((place) => byCode(place, group))),
    ...(FURTHER[fact] ?? []),
  ]);
  return [...new Map(all.map((requirement) => [JSON.stringify(requirement), requirement])).values()];
}
