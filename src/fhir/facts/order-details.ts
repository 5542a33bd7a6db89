/** What an order of a drug says beyond the drug: the reason, the time of the first dose, and how much is to be given. */
import type { Condition, Dosage, MedicationRequest, Quantity } from 'fhir/r4.js';
import type { OrderedDose, TimeSpan } from '../../case/index.ts';
import { fhirTime } from '../time.ts';
import { convert } from '../units.ts';
import { namesStroke } from './index-context.ts';
import { codingsOf } from './reading.ts';
import type { Scope } from './scope.ts';

export interface OrderDetails {
  readonly completed: boolean;
  /** The coded reason is another disease than a stroke. */
  readonly forOtherDisease: boolean;
  /** An entry of what the patient takes by report, not an order to give it. */
  readonly reported: boolean;
  /** When the first dose is planned; null when the order does not say. */
  readonly startsAt: TimeSpan | null;
  /** In the parts of the order; null when one cannot be read as mg or mg/kg, or none is told. */
  readonly doses: readonly OrderedDose[] | null;
}

export function orderDetails(resource: MedicationRequest, scope: Scope): OrderDetails {
  const timing = resource.dosageInstruction?.[0]?.timing;
  const start = timing?.event?.[0] ?? timing?.repeat?.boundsPeriod?.start;
  return {
    completed: resource.status === 'completed',
    forOtherDisease: isForOtherDisease(resource, scope),
    reported: resource.reportedBoolean === true || resource.reportedReference !== undefined,
    startsAt: fhirTime(start, scope.timeZone) ?? null,
    doses: dosesOf(resource.dosageInstruction ?? []),
  };
}

function dosesOf(parts: readonly Dosage[]): readonly OrderedDose[] | null {
  const doses = parts.map(doseOf).filter((dose) => dose !== null);
  return doses.length === 0 || doses.length < parts.length ? null : doses;
}

function doseOf({ doseAndRate, maxDosePerAdministration }: Dosage): OrderedDose | null {
  const dose = doseAndRate?.[0]?.doseQuantity;
  const mg = milligrams(dose);
  if (mg !== undefined) return { value: mg, unit: 'mg' };
  const byWeight = /^([^/]+)\/kg$/.exec(unitOf(dose) ?? '');
  const perKg = milligrams({ ...dose, code: byWeight?.[1] ?? '' });
  if (perKg === undefined) return null;
  const atMostMg = milligrams(maxDosePerAdministration);
  return { value: perKg, unit: 'mg/kg', ...(atMostMg === undefined ? {} : { atMostMg }) };
}

const unitOf = (dose: Quantity | undefined): string | undefined => dose?.code ?? dose?.unit;

function milligrams(dose: Quantity | undefined): number | undefined {
  return typeof dose?.value === 'number' ? convert(dose.value, unitOf(dose), { unit: 'mg' }) : undefined;
}

const OTHER_DISEASES: ReadonlySet<string> = new Set([
  'event-st-elevation-myocardial-infarction',
  'event-myocardial-infarction',
  'event-other-thromboembolism',
]);

/**
 * A reason of a disease that thrombolytics treat, and none of a stroke. Coded reasons only: free text decides nothing, and
 * an order without a reason is taken as one for a stroke.
 */
function isForOtherDisease({ reasonCode = [], reasonReference = [] }: MedicationRequest, scope: Scope): boolean {
  const reasons = [...reasonCode, ...reasonReference.map(({ reference }) => conditionOf(reference, scope)?.code)];
  return reasons.some((reason) => isOther(reason, scope)) && !reasons.some((reason) => namesStroke(reason, scope));
}

function isOther(reason: unknown, scope: Scope): boolean {
  return codingsOf(reason).some(({ system, code }) =>
    scope.terminology.groupsOf(system, code).some((group) => OTHER_DISEASES.has(group)),
  );
}

function conditionOf(reference: unknown, { record }: Scope): Condition | undefined {
  const id = typeof reference === 'string' ? /Condition\/([^/]+)/.exec(reference)?.[1] : undefined;
  return record.resources.find((r): r is Condition => r.resourceType === 'Condition' && r.id === id);
}
