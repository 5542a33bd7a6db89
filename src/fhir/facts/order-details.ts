/** What an order of a drug says beyond the drug: the reason and the time of the first dose. */
import type { Condition, MedicationRequest } from 'fhir/r4.js';
import type { TimeSpan } from '../../case/index.ts';
import { fhirTime } from '../time.ts';
import { namesStroke } from './index-context.ts';
import { codingsOf } from './reading.ts';
import type { Scope } from './scope.ts';

export interface OrderDetails {
  /** The coded reason is another disease than a stroke. */
  readonly forOtherDisease: boolean;
  /** An entry of what the patient takes by report, not an order to give it. */
  readonly reported: boolean;
  /** When the first dose is planned; null when the order does not say. */
  readonly startsAt: TimeSpan | null;
}

export function orderDetails(resource: MedicationRequest, scope: Scope): OrderDetails {
  const timing = resource.dosageInstruction?.[0]?.timing;
  const start = timing?.event?.[0] ?? timing?.repeat?.boundsPeriod?.start;
  return {
    forOtherDisease: isForOtherDisease(resource, scope),
    reported: resource.reportedBoolean === true || resource.reportedReference !== undefined,
    startsAt: fhirTime(start, scope.timeZone) ?? null,
  };
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
