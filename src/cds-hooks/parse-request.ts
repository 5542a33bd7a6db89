/** From unknown JSON to a `HookRequest`, once, at the edge. */
import { invalid, problem } from './problem.ts';
import { HOOK_NAMES } from './request.ts';
import type { FhirAuthorization, HookName, HookRequest, HookTrigger } from './request.ts';
import { checks } from './validation.ts';

type Json = Readonly<Record<string, unknown>>;

const EPIC_TRIGGER = 'com.epic.cdshooks.request.bpa-trigger-action';
/** Epic fires `patient-view` for other events too and says which in an extension (protocol 5.1). */
const EPIC_TRIGGERS: ReadonlyMap<string, HookTrigger> = new Map([
  ['26', 'admission'],
  ['27', 'discharge'],
]);

const TRIGGERS: Readonly<Record<HookName, HookTrigger>> = {
  'patient-view': 'chart-opened',
  'encounter-start': 'admission',
  'encounter-discharge': 'discharge',
  'order-select': 'order-selected',
  'order-sign': 'order-signed',
  'order-dispatch': 'order-dispatched',
  'problem-list-item-create': 'problem-added',
};

const ENVELOPE_MEMBERS = [
  'hook',
  'hookInstance',
  'fhirServer',
  'fhirAuthorization',
  'context',
  'prefetch',
  'extension',
];
const CONTEXT_MEMBERS = [
  'userId',
  'patientId',
  'encounterId',
  'selections',
  'draftOrders',
  'dispatchedOrders',
  'performer',
  'fulfillmentTasks',
  'conditions',
];

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Keeps the members that the specification defines. `null` and `''` are not allowed in a request (rule 2), but EHRs send
 * them for 'none': an optional member is then absent, and a required one is reported as missing.
 */
function pick(from: Json, names: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    if (value !== undefined && value !== null && value !== '') picked[name] = value;
  }
  return picked;
}

function contextOf(raw: Json): Json {
  // The example of the hook library spells it differently from its own table.
  const misspelled = raw['fulfillment-tasks'];
  const complete = raw['fulfillmentTasks'] === undefined ? { ...raw, fulfillmentTasks: misspelled } : raw;
  return Object.freeze(pick(complete, CONTEXT_MEMBERS));
}

const LONGEST_URL = 2_048;
const MOST_ITEMS = 1_000;
const MOST_ENTRIES = 5_000;

/** Before the schemas, which look at every item and would write down what is wrong with each. */
function refuseTooMuch(envelope: Json, context: Json): void {
  const { fhirServer } = envelope;
  if (typeof fhirServer === 'string' && fhirServer.length > LONGEST_URL) {
    throw problem(400, 'too-long', `/fhirServer must not exceed ${LONGEST_URL} characters`, '/fhirServer');
  }
  for (const [name, value] of Object.entries(context)) {
    const entries = isObject(value) ? value['entry'] : undefined;
    if (Array.isArray(value) && value.length > MOST_ITEMS) {
      throw problem(400, 'too-long', `/context/${name} must hold at most ${MOST_ITEMS} items`, `/context/${name}`);
    }
    if (Array.isArray(entries) && entries.length > MOST_ENTRIES) {
      const pointer = `/context/${name}/entry`;
      throw problem(400, 'too-long', `${pointer} must hold at most ${MOST_ENTRIES} entries`, pointer);
    }
  }
}

function triggerOf(hook: HookName, extension: unknown): HookTrigger {
  const code: unknown = hook === 'patient-view' && isObject(extension) ? extension[EPIC_TRIGGER] : undefined;
  const known = typeof code === 'string' || typeof code === 'number' ? EPIC_TRIGGERS.get(String(code)) : undefined;
  return known ?? TRIGGERS[hook];
}

function authorizationOf(raw: Json): FhirAuthorization {
  const { access_token: accessToken, expires_in: expiresIn, scope, subject, patient } = raw;
  const visible = { expiresIn, scope, subject, ...(typeof patient === 'string' ? { patient } : {}) };
  // Not enumerable, so that a spread, a log line or an audit record cannot carry it away.
  return Object.freeze(Object.defineProperty(visible, 'accessToken', { value: accessToken })) as FhirAuthorization;
}

function hookOf(value: unknown, hooks: readonly string[]): HookName {
  const hook = HOOK_NAMES.find((name) => name === value && hooks.includes(name));
  if (hook === undefined) {
    throw problem(400, 'value', `/hook must be a hook of this service: ${hooks.join(', ')}`, '/hook');
  }
  return hook;
}

/**
 * @param body parsed JSON of the request
 * @param hooks the hooks of the service that was called (rule 27)
 * @throws HttpProblem with status 400 and JSON pointers; never with values of the request
 */
export function parseHookRequest(body: unknown, hooks: readonly string[]): HookRequest {
  const envelope = isObject(body) ? pick(body, ENVELOPE_MEMBERS) : body;
  if (isObject(envelope) && isObject(envelope['fhirAuthorization'])) {
    const { fhirAuthorization } = envelope;
    const members = ['access_token', 'token_type', 'expires_in', 'scope', 'subject', 'patient'];
    (envelope as Record<string, unknown>)['fhirAuthorization'] = pick(fhirAuthorization, members);
  }
  const context = isObject(envelope) && isObject(envelope['context']) ? contextOf(envelope['context']) : {};
  if (isObject(envelope)) refuseTooMuch(envelope, context);
  const wrong = checks().request(envelope);
  if (wrong.length > 0) throw invalid(wrong);

  const { hook: name, hookInstance, fhirServer, fhirAuthorization, prefetch, extension } = envelope as Json;
  const hook = hookOf(name, hooks);
  const wrongContext = checks().context[hook](context);
  if (wrongContext.length > 0) {
    throw invalid(wrongContext.map((found) => ({ ...found, pointer: `/context${found.pointer}` })));
  }
  if (fhirAuthorization !== undefined && fhirServer === undefined) {
    throw problem(400, 'required', '/fhirServer is required where fhirAuthorization is sent (cds-r-1)', '/fhirServer');
  }
  const authorization = fhirAuthorization === undefined ? undefined : authorizationOf(fhirAuthorization as Json);
  if (authorization?.patient !== undefined && authorization.patient !== context['patientId']) {
    const pointer = '/fhirAuthorization/patient';
    throw problem(400, 'invariant', `${pointer} must be the patient of the context (cds-r-2)`, pointer);
  }
  // The schemas above have checked every member that is taken over.
  const request: unknown = Object.freeze({
    hook,
    hookInstance,
    trigger: triggerOf(hook, extension),
    context,
    ...(fhirServer === undefined ? {} : { fhirServer }),
    ...(authorization === undefined ? {} : { fhirAuthorization: authorization }),
    ...(prefetch === undefined ? {} : { prefetch: Object.freeze(prefetch) }),
    ...(extension === undefined ? {} : { extension }),
  });
  return request as HookRequest;
}
