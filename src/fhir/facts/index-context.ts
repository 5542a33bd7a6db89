/** The person and the encounters. */
import type { Encounter, Patient } from 'fhir/r4.js';
import type { TimeSpan } from '../../case/index.ts';
import { fhirTime } from '../time.ts';
import { codingsOf } from './reading.ts';
import { periodSpan, type Scope } from './scope.ts';

export interface PatientEntry {
  readonly reference: string;
  readonly gender?: string;
  /** As recorded: year, month or day. */
  readonly birthDate?: string;
  readonly deceased?: boolean;
}

export function indexPatient(resource: Patient, reference: string, scope: Scope): PatientEntry {
  const { gender, birthDate, deceasedBoolean, deceasedDateTime } = resource;
  const died = deceasedBoolean === true || fhirTime(deceasedDateTime, scope.timeZone) !== undefined;
  return {
    reference,
    ...(typeof gender === 'string' ? { gender } : {}),
    ...(typeof birthDate === 'string' ? { birthDate } : {}),
    ...(died ? { deceased: true } : {}),
  };
}

export interface EncounterEntry {
  readonly id: string;
  readonly reference: string;
  readonly period: TimeSpan | null;
  /** Start of the status 'arrived', else of the encounter. */
  readonly arrival: TimeSpan | null;
  /** Reason, type or service names a suspected stroke. */
  readonly strokeReason: boolean;
  /** References of the conditions it lists as diagnoses. */
  readonly diagnoses: ReadonlySet<string>;
}

const REASON_GROUPS: ReadonlySet<string> = new Set([
  'event-stroke-suspected',
  'event-ischemic-stroke',
  'event-transient-ischemic-attack',
  'event-intracerebral-hemorrhage',
  'event-subarachnoid-hemorrhage',
  'event-other-intracranial-hemorrhage',
]);

export function namesStroke(concept: unknown, scope: Scope): boolean {
  return codingsOf(concept).some(({ system, code }) =>
    scope.terminology.groupsOf(system, code).some((g) => REASON_GROUPS.has(g)),
  );
}

const NOT_HAPPENED: ReadonlySet<unknown> = new Set(['cancelled', 'entered-in-error', 'planned']);

export function indexEncounter(resource: Encounter, reference: string, scope: Scope): EncounterEntry {
  const happened = !NOT_HAPPENED.has(resource.status);
  const start = fhirTime(resource.period?.start, scope.timeZone) ?? null;
  const arrived = (resource.statusHistory ?? []).find((s) => s.status === 'arrived');
  return {
    id: resource.id ?? '',
    reference,
    period: happened ? (periodSpan(resource.period, scope) ?? null) : null,
    arrival: happened ? (fhirTime(arrived?.period.start, scope.timeZone) ?? start) : null,
    strokeReason:
      happened && [...(resource.reasonCode ?? []), ...(resource.type ?? [])].some((c) => namesStroke(c, scope)),
    diagnoses: new Set((resource.diagnosis ?? []).flatMap((d) => d.condition.reference ?? [])),
  };
}
