import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHookRequest } from '../../src/cds-hooks/parse-request.ts';
import { HttpProblem } from '../../src/cds-hooks/problem.ts';
import { HOOK_NAMES, hookSubject } from '../../src/cds-hooks/request.ts';
import { hookRequest } from './support/harness.ts';
import { listShared, readShared } from './support/shared-data.ts';
import { FHIR_SERVER } from './support/tokens.ts';

const CONTEXT = { userId: 'Practitioner/example', patientId: '1288992' };
const AUTHORIZATION = { access_token: 'token', token_type: 'Bearer', expires_in: 300, scope: 'a b', subject: 'cds' };

function pointers(body: unknown, hooks: readonly string[] = HOOK_NAMES): readonly (string | undefined)[] {
  try {
    parseHookRequest(body, hooks);
    return [];
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status !== 400) throw error;
    return error.issues.map(({ pointer }) => pointer);
  }
}

function authorized(changes: object): Record<string, unknown> {
  return hookRequest({ fhirServer: FHIR_SERVER, fhirAuthorization: { ...AUTHORIZATION, ...changes } });
}

describe('a request is refused with the place that is wrong when', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['it is an array', [], ['']],
    ['members are missing', {}, ['/hook', '/hookInstance', '/context']],
    ['hookInstance is no UUID', hookRequest({ hookInstance: '1234' }), ['/hookInstance']],
    ['fhirServer is no URL', hookRequest({ fhirServer: 'ehr' }), ['/fhirServer', '/fhirServer']],
    [
      'fhirServer is longer than any address',
      hookRequest({ fhirServer: `http://h/${'/'.repeat(3e5)}x` }),
      ['/fhirServer'],
    ],
    [
      'it selects more orders than anybody can',
      { ...hookRequest({ context: { selections: Array(1001).fill(1) } }), hook: 'order-select' },
      ['/context/selections'],
    ],
    [
      'it drafts more orders than anybody can',
      { ...hookRequest({ context: { draftOrders: { entry: Array(5001).fill(1) } } }), hook: 'order-sign' },
      ['/context/draftOrders/entry'],
    ],
    ['fhirServer carries a password', hookRequest({ fhirServer: 'https://u:p@ehr.example' }), ['/fhirServer']],
    ['prefetch is an array', hookRequest({ prefetch: [] }), ['/prefetch']],
    ['the user is missing', hookRequest({ context: { patientId: '1' } }), ['/context/userId']],
    ['the user has no type', hookRequest({ context: { ...CONTEXT, userId: 'abc' } }), ['/context/userId']],
    ['the user is a device', hookRequest({ context: { ...CONTEXT, userId: 'Device/1' } }), ['/context/userId']],
    [
      'the patient has a type',
      hookRequest({ context: { ...CONTEXT, patientId: 'Patient/1' } }),
      ['/context/patientId'],
    ],
    [
      'the patient would climb a path',
      hookRequest({ context: { ...CONTEXT, patientId: '../1' } }),
      ['/context/patientId'],
    ],
    ['an authorization has no server', hookRequest({ fhirAuthorization: AUTHORIZATION }), ['/fhirServer']],
    ['the token is missing', authorized({ access_token: undefined }), ['/fhirAuthorization/access_token']],
    ['the token type is not Bearer', authorized({ token_type: 'mac' }), ['/fhirAuthorization/token_type']],
    ['the lifetime is text', authorized({ expires_in: '300' }), ['/fhirAuthorization/expires_in']],
    ['the token is for another patient', authorized({ patient: '2' }), ['/fhirAuthorization/patient']],
  ])('%s', (_name, body, expected) => {
    expect(pointers(body)).toEqual(expected);
  });

  it.each(HOOK_NAMES)('%s comes without its context', (hook) => {
    expect(pointers({ ...hookRequest({ context: {} }), hook })).toContain('/context/patientId');
  });

  it('the hook is not one of this service', () => {
    expect(pointers(hookRequest(), ['order-sign'])).toEqual(['/hook']);
    expect(pointers(hookRequest({ hook: 'medication-prescribe' }))).toEqual(['/hook']);
    expect(pointers(hookRequest({ hook: '__proto__' }), ['__proto__'])).toEqual(['/hook']);
  });
});

describe('a request is understood although', () => {
  it('optional members are null or empty', () => {
    const body = hookRequest({
      fhirServer: null,
      prefetch: null,
      extension: null,
      context: { ...CONTEXT, encounterId: '' },
    });
    const request = parseHookRequest(body, HOOK_NAMES);
    expect(request).not.toHaveProperty('fhirServer');
    expect(request).not.toHaveProperty('prefetch');
    expect(request.context).toEqual(CONTEXT);
  });

  it('it holds members and extensions that nobody knows', () => {
    const extra = { '...': 'snipped', context: { ...CONTEXT, future: { a: [null] } }, extension: { 'com.example': 1 } };
    expect(pointers(hookRequest(extra))).toEqual([]);
  });

  it('a prefetch key is null: that says that there are no data', () => {
    expect(parseHookRequest(hookRequest({ prefetch: { conditions: null } }), HOOK_NAMES).prefetch).toEqual({
      conditions: null,
    });
  });

  it('fulfillmentTasks is misspelled as in the example of the library', () => {
    const task = { resourceType: 'Task', status: 'draft', intent: 'order' };
    const context = {
      patientId: '1',
      dispatchedOrders: ['ServiceRequest/2'],
      performer: 'Organization/3',
      'fulfillment-tasks': [task],
    };
    const request = parseHookRequest(hookRequest({ hook: 'order-dispatch', context }), HOOK_NAMES);
    expect(hookSubject(request)).toEqual({ patientId: '1', encounterId: null, userReference: null, drafts: [task] });
  });
});

describe('a parsed request', () => {
  it.each(['constructor', '__proto__', 'toString'])('takes no trigger from what every object inherits: %s', (code) => {
    const extension = { 'com.epic.cdshooks.request.bpa-trigger-action': code };
    expect(parseHookRequest(hookRequest({ extension }), HOOK_NAMES).trigger).toBe('chart-opened');
  });

  it('is frozen', () => {
    const request = parseHookRequest(authorized({ patient: '1288992' }), HOOK_NAMES);
    expect([request, request.context, request.fhirAuthorization].every(Object.isFrozen)).toBe(true);
  });

  it('gives the token to who asks for it, and to no log, spread or JSON', () => {
    const { fhirAuthorization } = parseHookRequest(authorized({ access_token: 'secret-token' }), HOOK_NAMES);
    expect(fhirAuthorization?.accessToken).toBe('secret-token');
    expect(JSON.stringify({ ...fhirAuthorization })).not.toContain('secret-token');
  });

  it.each([
    ['26', 'admission'],
    [27, 'discharge'],
    ['60', 'chart-opened'],
    [undefined, 'chart-opened'],
  ])('says for the Epic trigger %s of patient-view: %s', (code, trigger) => {
    const extension = { 'com.epic.cdshooks.request.bpa-trigger-action': code };
    expect(parseHookRequest(hookRequest({ extension }), HOOK_NAMES).trigger).toBe(trigger);
  });

  it('names drafts of orders and of problems', () => {
    const order = { resourceType: 'MedicationRequest', id: '103' };
    const draftOrders = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: order }, {}] };
    const selections = ['MedicationRequest/103'];
    const context = { ...CONTEXT, draftOrders, selections };
    expect(hookSubject(parseHookRequest(hookRequest({ hook: 'order-select', context }), HOOK_NAMES)).drafts).toEqual([
      order,
    ]);
    const conditions = { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Condition' } }] };
    const problem = hookRequest({ hook: 'problem-list-item-create', context: { ...CONTEXT, conditions } });
    expect(hookSubject(parseHookRequest(problem, HOOK_NAMES)).drafts).toHaveLength(1);
  });

  it('never repeats a value of the request in a refusal', () => {
    const hostile = fc.constantFrom('fhirServer', 'hookInstance', 'hook', 'context', 'prefetch', 'fhirAuthorization');
    fc.assert(
      fc.property(hostile, fc.anything(), (member, value) => {
        const canary = { CANARY: ['CANARY-77', value], nested: 'CANARY-77' };
        try {
          parseHookRequest({ ...hookRequest(), [member]: canary }, HOOK_NAMES);
        } catch (error) {
          expect(error).toBeInstanceOf(HttpProblem);
          expect(JSON.stringify((error as HttpProblem).issues)).not.toContain('CANARY');
        }
      }),
      { numRuns: 100 },
    );
  });
});

const EXAMPLES = [
  ...listShared('library-hook-contexts', new RegExp(`/?(${HOOK_NAMES.join('|')})-`)),
  ...listShared('inferno', /request-(encounter|order)/),
];

describe.skipIf(EXAMPLES.length === 0)('published examples', () => {
  it.each(EXAMPLES.length === 0 ? ['none'] : EXAMPLES)('%s', (path) => {
    const hook = HOOK_NAMES.find((name) => path.includes(`/${name}`) || path.includes(`-${name}-request`));
    const content = readShared(path);
    const bodies = (Array.isArray(content) ? content : [content]) as Record<string, unknown>[];
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) {
      const request = parseHookRequest({ ...hookRequest({ hook }), ...body }, HOOK_NAMES);
      expect(request.hook).toBe(hook);
      expect(hookSubject(request).patientId).not.toBe('');
    }
  });
});
