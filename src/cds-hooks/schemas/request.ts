/** The request envelope and the context of each hook (CDS Hooks 2.0 and the HL7 hook library). */
import type { HookName } from '../request.ts';
import { bundle, extension, httpUrl, logicalId, reference, resource, text, userReference, uuid } from './common.ts';
import type { JsonSchema } from './common.ts';

const fhirAuthorization = {
  type: 'object',
  description: 'an object with access_token, token_type, expires_in, scope and subject',
  required: ['access_token', 'token_type', 'expires_in', 'scope', 'subject'],
  properties: {
    access_token: text,
    token_type: { type: 'string', pattern: '^[Bb]earer$', description: "'Bearer'" },
    expires_in: { type: 'integer', description: 'an integer number of seconds' },
    scope: { type: 'string', description: 'a string of scopes separated by spaces' },
    subject: text,
    patient: logicalId,
  },
} as const;

export const requestSchema = {
  type: 'object',
  description: 'a JSON object',
  required: ['hook', 'hookInstance', 'context'],
  properties: {
    hook: text,
    hookInstance: uuid,
    fhirServer: httpUrl,
    fhirAuthorization,
    context: { type: 'object', description: 'the context object of the hook' },
    prefetch: { type: 'object', description: 'an object by prefetch key' },
    extension,
  },
} as const;

const ids = { userId: userReference, patientId: logicalId, encounterId: logicalId };
const references = {
  type: 'array',
  maxItems: 1000,
  items: reference,
  description: "an array of relative references 'Type/id'",
} as const;

function context(required: readonly string[], properties: JsonSchema): JsonSchema {
  return { type: 'object', description: 'the context object of the hook', required, properties };
}

/** Protocol rules 128–135. Members that a hook does not define are ignored. */
export const contextSchemas: Readonly<Record<HookName, JsonSchema>> = {
  'patient-view': context(['userId', 'patientId'], ids),
  'encounter-start': context(['userId', 'patientId', 'encounterId'], ids),
  'encounter-discharge': context(['userId', 'patientId', 'encounterId'], ids),
  'order-select': context(['userId', 'patientId', 'selections', 'draftOrders'], {
    ...ids,
    selections: references,
    draftOrders: bundle,
  }),
  'order-sign': context(['userId', 'patientId', 'draftOrders'], { ...ids, draftOrders: bundle }),
  'order-dispatch': context(['patientId', 'dispatchedOrders', 'performer'], {
    patientId: logicalId,
    dispatchedOrders: { ...references, minItems: 1 },
    performer: reference,
    fulfillmentTasks: { type: 'array', items: resource, description: 'an array of Task resources' },
  }),
  'problem-list-item-create': context(['userId', 'patientId', 'conditions'], { ...ids, conditions: bundle }),
};
