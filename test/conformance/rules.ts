/**
 * Every numbered rule of our protocol checklist that concerns a service, and where it is kept honest.
 * Numbers 1–140: CDS Hooks 2.0, 3.0 and the hook library, in the order of the specification; 5.x: how EHRs behave.
 * `rules.test.ts` keeps this table and the test titles ('#27 …') in step.
 */
export type Rule =
  | { readonly rule: string; readonly testedBy: string }
  /** Kept by another part of the product and tested there. */
  | { readonly rule: string; readonly testedIn: string }
  | { readonly rule: string; readonly notTestedBecause: string };

const DISCOVERY = 'discovery.test.ts';
const REQUEST = 'request.test.ts';
const HOOKS = 'hooks.test.ts';
const RESPONSE = 'response.test.ts';
const FEEDBACK = 'feedback.test.ts';
const SECURITY = 'security.test.ts';
const FIELD = 'field-behavior.test.ts';

const tested = (rule: string, testedBy: string): Rule => ({ rule, testedBy });
const elsewhere = (rule: string, testedIn: string): Rule => ({ rule, testedIn });
const not = (rule: string, notTestedBecause: string): Rule => ({ rule, notTestedBecause });

const CLIENT = 'it is a duty of the client';
const NOT_SENT = 'the service never sends it';
const OPTIONAL_3 = 'an addition of 3.0 that a 2.0 service leaves out';

export const RULES: Readonly<Record<string, Rule>> = {
  // 1.1 General exchange
  '1': tested('exchange is JSON (over TLS: rule 111)', RESPONSE),
  '2': tested('no member is null or empty', RESPONSE),
  '3': tested('an optional member without value is omitted', RESPONSE),
  '4': tested('no comments or trailing commas are sent', RESPONSE),
  '5': elsewhere('embedded FHIR is standard FHIR JSON', 'test/explanation'),
  '6': not('resources of a context are of one FHIR version', `${CLIENT}; the mapper reads R4`),
  '7': tested('extension may appear anywhere', REQUEST),
  '8': tested('extension is an object', REQUEST),
  '9': not('extension keys are globally unique', NOT_SENT),
  '10': tested('unknown extensions and members are ignored', REQUEST),
  '11': not('supported features are documented for people', 'it is prose: the README and the page at /'),
  // 1.2 Discovery
  '12': tested('discovery is always available', DISCOVERY),
  '13': tested('200 with a services array', DISCOVERY),
  '14': tested('each service names its hook', DISCOVERY),
  '15': tested('title', DISCOVERY),
  '16': tested('description', DISCOVERY),
  '17': tested('id is that of the address', DISCOVERY),
  '18': tested('prefetch is an object of queries', DISCOVERY),
  '19': tested('usageRequirements', DISCOVERY),
  '20': not('version of the specification', OPTIONAL_3),
  '21': not('hookVersion', OPTIONAL_3),
  '22': tested('one id for several hooks', DISCOVERY),
  '23': not(
    'negotiate hooks on which safety depends',
    'it is an agreement between people; no advice depends on one hook alone',
  ),
  '24': not('other 4xx and 5xx on discovery', 'it allows, and asks nothing'),
  '25': tested('discovery may ask for a token', DISCOVERY),
  // 1.3 Request handling
  '26': tested('the endpoint is base + /cds-services/ + id', REQUEST),
  '27': tested('the hook is one of the id', REQUEST),
  '28': tested('hookInstance is a UUID', REQUEST),
  '29': tested('fhirServer goes with fhirAuthorization', REQUEST),
  '30': tested('fhirAuthorization is complete', REQUEST),
  '31': tested('the token is for the patient of the context', REQUEST),
  '32': tested('any scope syntax', REQUEST),
  '33': tested('context is required', REQUEST),
  '34': tested('prefetch may be absent', REQUEST),
  '35': elsewhere('answer in about 500 ms', 'test/load'),
  '36': tested('prefetch or FHIR server', REQUEST),
  '37': tested('hookInstance ties the records together', REQUEST),
  // 1.4 Prefetch
  '38': elsewhere('any subset of keys may be honored', 'test/fhir'),
  '39': tested('an absent key was not supplied', REQUEST),
  '40': tested('a null key means no data', REQUEST),
  '41': elsewhere('an OperationOutcome is no data', 'test/fhir'),
  '42': elsewhere('the service fetches what is missing', 'test/fhir'),
  '43': tested('412 when required data cannot be had', REQUEST),
  '44': elsewhere('page one is not the whole', 'test/fhir'),
  '45': tested('tokens stand in double braces', DISCOVERY),
  '46': tested('tokens are context fields or user ids', DISCOVERY),
  '47': tested('tokens are root-level primitives', DISCOVERY),
  '48': elsewhere('queries keep to the subset', 'test/fhir'),
  '49': not('FHIRPath in tokens', OPTIONAL_3),
  '50': tested('templates keep to 2.0 tokens', DISCOVERY),
  '51': elsewhere('templates for a stroke', 'test/fhir'),
  // 1.5 FHIR access
  '52': elsewhere('FHIR access as authorized', 'test/fhir'),
  '53': elsewhere('every FHIR call carries the token', 'test/fhir'),
  '54': tested('the token is transient', REQUEST),
  '55': tested('the token is not stored, shared or logged', REQUEST),
  '56': elsewhere('the token goes to no other origin', 'test/fhir'),
  '57': tested('fhirServer is allow-listed', REQUEST),
  // 1.6 HTTP response
  '58': tested('200 with cards', RESPONSE),
  '59': tested('no guidance is an empty array', RESPONSE),
  '60': tested('412', REQUEST),
  '61': tested('other 4xx and 5xx', RESPONSE),
  '62': tested('refusals are OperationOutcomes', RESPONSE),
  '63': tested('401 is bare', SECURITY),
  // 1.7 Card
  '64': tested('uuid', RESPONSE),
  '65': tested('summary under 140 characters', RESPONSE),
  '66': tested('detail is Markdown without HTML', RESPONSE),
  '67': tested('indicator', RESPONSE),
  '68': tested('source', RESPONSE),
  '69': tested('source.label', RESPONSE),
  '70': tested('source.url is absolute', RESPONSE),
  '71': not('source.icon', NOT_SENT),
  '72': tested('source.topic', RESPONSE),
  '73': tested('a Coding has code and system', RESPONSE),
  '74': tested('cards are checked before they are sent', RESPONSE),
  // 1.8 Suggestions
  '75': tested('suggestions', RESPONSE),
  '76': tested('selectionBehavior goes with suggestions', RESPONSE),
  '77': tested('selectionBehavior has two values', RESPONSE),
  '78': tested('suggestion.label', RESPONSE),
  '79': tested('suggestion.uuid', RESPONSE),
  '80': tested('isRecommended', RESPONSE),
  '81': tested('actions are omitted, not empty', RESPONSE),
  '82': tested('actions of a suggestion belong together', RESPONSE),
  '83': tested('action.type', RESPONSE),
  '84': tested('action.description', RESPONSE),
  '85': tested('create holds the resource', RESPONSE),
  '86': tested('update holds the whole resource', RESPONSE),
  '87': tested('delete holds resourceId', RESPONSE),
  '88': tested('actionSelectionBehavior is not used', RESPONSE),
  '89': tested('orders are drafts with patient and intent', RESPONSE),
  // 1.9 Override reasons, links
  '90': tested('overrideReasons', RESPONSE),
  '91': tested('reasons have display', RESPONSE),
  '92': tested('reasons of the HL7 code system', RESPONSE),
  '93': tested('links', RESPONSE),
  '94': tested('link has label, url, type', RESPONSE),
  '95': tested('absolute links are absolute', RESPONSE),
  '96': not('deep link parameters', 'it allows, and asks nothing'),
  '97': tested('appContext for smart only', RESPONSE),
  '98': tested('autolaunchable is not used', RESPONSE),
  '99': not('launch by a Task', OPTIONAL_3),
  '100': tested('systemActions are not used', RESPONSE),
  // 1.10 Feedback
  '101': tested('feedback is supported', FEEDBACK),
  '102': tested('an object with feedback', FEEDBACK),
  '103': tested('card, outcome, time', FEEDBACK),
  '104': tested('acceptedSuggestions', FEEDBACK),
  '105': tested('overrideReason', FEEDBACK),
  '106': tested('batches and repeats', FEEDBACK),
  '107': not('ignored cards are not reported', CLIENT),
  '108': not('feedback on systemActions', NOT_SENT),
  '109': tested('same token rules, own audience', FEEDBACK),
  '110': tested('userComment may hold patient data', FEEDBACK),
  // 1.11 Security
  '111': not('TLS on every channel', 'the proxy in front ends TLS; the service refuses key addresses without it'),
  '112': tested('clients are authenticated', SECURITY),
  '113': tested('a token on every call', SECURITY),
  '114': tested('header alg, kid, typ', SECURITY),
  '115': tested('claims iss, aud, exp, iat, jti', SECURITY),
  '116': tested('allow-listed iss and jku', SECURITY),
  '117': tested('keys out of band', SECURITY),
  '118': tested('ES384 and RS384, configurable', SECURITY),
  '119': tested('never none, never symmetric', SECURITY),
  '120': tested('verified, and used once', SECURITY),
  '121': tested('the token is not stored or logged', SECURITY),
  '122': tested('401 without detail', SECURITY),
  '123': tested('bounded lifetime', SECURITY),
  '124': tested('CORS by explicit origins', SECURITY),
  '125': tested('audit', SECURITY),
  '126': elsewhere('data times stand in the card', 'test/explanation'),
  '127': elsewhere('the worked example of a token', 'test/cds-hooks'),
  // 1.12 Hooks
  '128': tested('patient-view', HOOKS),
  '129': tested('order-select', HOOKS),
  '130': tested('order-sign', HOOKS),
  '131': tested('order-dispatch', HOOKS),
  '132': tested('encounter-start', HOOKS),
  '133': tested('encounter-discharge', HOOKS),
  '134': not('appointment-book', 'no stroke is booked; the hook is refused as any other that is not served'),
  '135': tested('problem-list-item-create', HOOKS),
  '136': not('medication-refill', 'the service does not offer it'),
  '137': not('allergyintolerance-create', 'the service does not offer it'),
  '138': not('medication-verify', 'the service does not offer it'),
  '139': tested('deprecated hooks are not offered', DISCOVERY),
  '140': not('own hooks have reverse-domain names', 'the service defines none'),
  // 5 Field behavior
  '5.1-trigger': tested('Epic: admission and discharge as patient-view', FIELD),
  '5.1-access': tested('Epic: own scopes, PractitionerRole', FIELD),
  '5.1-prefetch': tested('Epic: odd prefetch', FIELD),
  '5.1-cards': tested('Epic: any, one action, alphanumeric topic', FIELD),
  '5.1-jwt': tested('Epic: nbf, lifetime, kid', FIELD),
  '5.1-feedback': tested('Epic: overrideReasons and extension', FIELD),
  '5.2': not('Oracle Health', 'its later state is known from third parties only; its trust record is configuration'),
  '5.3': not('athenahealth', 'its hooks are not confirmed by the vendor'),
  '5.4': elsewhere('windows of 500 ms to 2 s', 'test/load'),
  '5.5.1': tested('prefetch missing, null, empty, with outcomes', FIELD),
  '5.5.2': tested('static topic, any, one action', FIELD),
  '5.5.3': tested('no HTML', FIELD),
  '5.5.4': tested('one id for several hooks, triggers told apart', FIELD),
  '5.5.5': tested('feedback tolerant and stored once', FIELD),
  '5.5.6': elsewhere('one trust record for each client', 'test/cds-hooks'),
  '5.5.7': tested('faults are said and recorded', FIELD),
  '5.5.8': tested('a time budget', FIELD),
  '5.5.9': elsewhere('an EHR configuration sheet', 'test/config'),
};
