/**
 * A hook request after it was checked: frozen, typed by hook, with unknown members left out.
 * Made by `parseHookRequest` only.
 */
import type { Bundle, FhirResource } from 'fhir/r4.js';

export const HOOK_NAMES = [
  'patient-view',
  'encounter-start',
  'order-select',
  'order-sign',
  'order-dispatch',
  'encounter-discharge',
  'problem-list-item-create',
] as const;
export type HookName = (typeof HOOK_NAMES)[number];

interface UserContext {
  /** Relative reference: 'Practitioner/abc', also PractitionerRole, Patient, RelatedPerson. */
  readonly userId: string;
  /** Logical id, without 'Patient/'. */
  readonly patientId: string;
}

export interface PatientViewContext extends UserContext {
  readonly encounterId?: string;
}

export interface EncounterContext extends UserContext {
  readonly encounterId: string;
}

export interface OrderSignContext extends UserContext {
  readonly encounterId?: string;
  readonly draftOrders: Bundle<FhirResource>;
}

export interface OrderSelectContext extends OrderSignContext {
  /** Relative references of the drafts just selected: 'MedicationRequest/103'. */
  readonly selections: readonly string[];
}

/** The only hook without a user and an encounter. */
export interface OrderDispatchContext {
  readonly patientId: string;
  /** Relative references: 'ServiceRequest/proc002'. */
  readonly dispatchedOrders: readonly string[];
  /** Relative reference of who is to carry it out. */
  readonly performer: string;
  readonly fulfillmentTasks?: readonly FhirResource[];
}

export interface ProblemListItemCreateContext extends UserContext {
  readonly encounterId?: string;
  readonly conditions: Bundle<FhirResource>;
}

export interface HookContexts {
  readonly 'patient-view': PatientViewContext;
  readonly 'encounter-start': EncounterContext;
  readonly 'order-select': OrderSelectContext;
  readonly 'order-sign': OrderSignContext;
  readonly 'order-dispatch': OrderDispatchContext;
  readonly 'encounter-discharge': EncounterContext;
  readonly 'problem-list-item-create': ProblemListItemCreateContext;
}

/** What happened in the EHR, whatever hook carried it: Epic sends admission and discharge as `patient-view`. */
export type HookTrigger =
  'chart-opened' | 'admission' | 'discharge' | 'order-selected' | 'order-signed' | 'order-dispatched' | 'problem-added';

export interface FhirAuthorization {
  /** Bearer token. Not enumerable: it does not travel with spreads, JSON or logs; read it where the FHIR call is made. */
  readonly accessToken: string;
  /** Seconds from the moment of the request. */
  readonly expiresIn: number;
  /** Space-separated; SMART v1 or v2 names, or the vendor's own. */
  readonly scope: string;
  readonly subject: string;
  readonly patient?: string;
}

interface Envelope {
  /** UUID of this trigger in the EHR. */
  readonly hookInstance: string;
  readonly trigger: HookTrigger;
  readonly fhirServer?: string;
  readonly fhirAuthorization?: FhirAuthorization;
  /**
   * By prefetch key; may be wholly absent. A missing key was not supplied; `null` means that the EHR knows of no data.
   * The resources inside are not checked here.
   */
  readonly prefetch?: Readonly<Record<string, unknown>>;
  readonly extension?: Readonly<Record<string, unknown>>;
}

/** Discriminated by `hook`. */
export type HookRequest = {
  [Hook in HookName]: Envelope & { readonly hook: Hook; readonly context: HookContexts[Hook] };
}[HookName];

export interface HookSubject {
  /** Logical id. */
  readonly patientId: string;
  readonly encounterId: string | null;
  /** Relative reference of the user, for the audit record. */
  readonly userReference: string | null;
  /** Draft orders, fulfillment tasks or new conditions that the hook carries. */
  readonly drafts: readonly FhirResource[];
}

function resourcesOf(bundle: Bundle<FhirResource>): FhirResource[] {
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
}

function draftsOf(request: HookRequest): readonly FhirResource[] {
  switch (request.hook) {
    case 'order-select':
    case 'order-sign':
      return resourcesOf(request.context.draftOrders);
    case 'order-dispatch':
      return request.context.fulfillmentTasks ?? [];
    case 'problem-list-item-create':
      return resourcesOf(request.context.conditions);
    case 'patient-view':
    case 'encounter-start':
    case 'encounter-discharge':
      return [];
  }
}

/** Whom the request is about, the same for every hook. */
export function hookSubject(request: HookRequest): HookSubject {
  const drafts = draftsOf(request);
  const { patientId } = request.context;
  if (request.hook === 'order-dispatch') return { patientId, encounterId: null, userReference: null, drafts };
  const { encounterId, userId } = request.context;
  return { patientId, encounterId: encounterId ?? null, userReference: userId, drafts };
}
