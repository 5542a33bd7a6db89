/** Is a thrombolytic ordered for something else than a stroke? Coded reasons only: free text decides nothing. */
import type { Condition, MedicationRequest } from 'fhir/r4.js';
import { namesStroke } from './index-context.ts';
import { codingsOf } from './reading.ts';
import type { Scope } from './scope.ts';

const OTHER_DISEASES: ReadonlySet<string> = new Set([
  'event-st-elevation-myocardial-infarction',
  'event-myocardial-infarction',
  'event-other-thromboembolism',
]);

/** A reason of a disease that thrombolytics treat, and none of a stroke; an order without such a reason is for a stroke. */
export function isForOtherDisease({ reasonCode = [], reasonReference = [] }: MedicationRequest, scope: Scope): boolean {
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
