/** Identifiers are fed into every place where a request can carry them; none may come out in a log, an error or a metric. */
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { Harness, HarnessOptions } from '../cds-hooks/support/harness.ts';
import { createHarness, hookRequest, PATH } from '../cds-hooks/support/harness.ts';
import { FHIR_SERVER } from '../cds-hooks/support/tokens.ts';

const CANARY = 'CANARY-mrn-8841907';

async function leaks(harness: Harness, ...answers: readonly { text: string; headers: unknown }[]): Promise<string[]> {
  const places = {
    logs: harness.logs(),
    metrics: await harness.metrics.registry.metrics(),
    answers: JSON.stringify(answers.map(({ text, headers }) => [text, headers])),
  };
  expect(places.logs.length).toBeGreaterThan(0);
  return Object.entries(places).flatMap(([place, text]) => (/canary|8841907/i.test(text) ? [place] : []));
}

/** Members with the canary as value, as a key, and deep inside. */
const BODIES: readonly [string, Record<string, unknown>][] = [
  ['hook', hookRequest({ hook: CANARY })],
  ['hookInstance', hookRequest({ hookInstance: CANARY })],
  ['patient', hookRequest({ context: { userId: 'Practitioner/1', patientId: `Patient/${CANARY}` } })],
  ['user', hookRequest({ context: { userId: CANARY, patientId: '1' } })],
  ['context', hookRequest({ context: CANARY })],
  ['fhirServer', hookRequest({ fhirServer: `https://${CANARY}.example/fhir` })],
  ['scope', hookRequest({ fhirAuthorization: { access_token: CANARY, scope: CANARY } })],
  ['token', hookRequest({ fhirServer: FHIR_SERVER, fhirAuthorization: { access_token: CANARY, token_type: CANARY } })],
  ['unknown key', { [CANARY]: CANARY, context: { [CANARY]: CANARY } }],
  ['prefetch of the wrong type', hookRequest({ prefetch: [CANARY] })],
  [
    'draft',
    hookRequest({
      hook: 'order-sign',
      context: { userId: 'Practitioner/1', patientId: '1', draftOrders: { [CANARY]: 1 } },
    }),
  ],
];

/** An error such as libraries throw: the canary in message, cause, code and name. */
function leakyError(): Error {
  const error = new TypeError(`cannot read ${CANARY}`, { cause: new Error(`{"name":"${CANARY}"}`) });
  return Object.assign(error, {
    code: CANARY,
    body: CANARY,
    response: { data: CANARY },
    url: `https://x/Patient/${CANARY}`,
  });
}

const FAULTS: readonly [string, HarnessOptions][] = [
  ['the advice', { advise: () => Promise.reject(leakyError()) }],
  ['the audit', { router: { audit: { recordInvocation: () => Promise.reject(leakyError()) } } }],
  [
    'the audit of a failure',
    {
      advise: () => Promise.reject(leakyError()),
      router: { audit: { recordInvocation: () => Promise.reject(leakyError()) } },
    },
  ],
  ['the replay store', { router: { jtiStore: { remember: () => Promise.reject(leakyError()) } } }],
  ['the FHIR server check', { router: { assertAllowedFhirServer: () => Promise.reject(leakyError()) } }],
  ['something that is no error', { advise: () => Promise.reject(Object(CANARY) as Error) }],
];

describe('no identifier of a request comes out when', () => {
  it.each(BODIES)('the body is refused: %s', async (_name, body) => {
    const harness = createHarness();
    const response = await harness.post(PATH, body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await leaks(harness, response)).toEqual([]);
  });

  it('the body is accepted', async () => {
    const harness = createHarness();
    const patientId = CANARY;
    const prefetch = { [CANARY]: { resourceType: 'Patient', id: CANARY, name: [{ family: CANARY }] } };
    const fhirAuthorization = {
      access_token: CANARY,
      token_type: 'Bearer',
      expires_in: 300,
      scope: CANARY,
      subject: CANARY,
    };
    const context = { userId: `Practitioner/${CANARY}`, patientId };
    const response = await harness.post(
      PATH,
      hookRequest({ context, prefetch, fhirServer: FHIR_SERVER, fhirAuthorization }),
    );
    expect([response.status, harness.advised[0]?.context.patientId]).toEqual([200, CANARY]);
    expect(await leaks(harness, response)).toEqual([]);
  });

  it.each([`{"name": ${CANARY}`, `{"name": "${CANARY}`, CANARY, `"${CANARY}"`])(
    'the body is no JSON: %s',
    async (body) => {
      const harness = createHarness();
      const response = await harness.post(PATH, body);
      expect(response.status).toBe(400);
      expect(await leaks(harness, response)).toEqual([]);
    },
  );

  it('it stands in an address or a query', async () => {
    const harness = createHarness();
    const paths = [`/${CANARY}`, `/cds-services/${CANARY}`, `/basis/${CANARY}?lang=${CANARY}`, `/?name=${CANARY}`];
    const answers = [];
    for (const path of paths) answers.push(await request(harness.app).get(path), await request(harness.app).post(path));
    expect(await leaks(harness, ...answers)).toEqual([]);
  });

  it('it stands in a header', async () => {
    const harness = createHarness();
    const names = [
      'x-request-id',
      'user-agent',
      'referer',
      'cookie',
      'origin',
      'x-forwarded-for',
      'accept-language',
      'host',
    ];
    const headers = Object.fromEntries(names.map((name) => [name, CANARY]));
    const authorization = `Bearer ${await harness.token(PATH)}`;
    const calls = [
      { ...headers, authorization },
      { ...headers, authorization: `Bearer ${CANARY}` },
      { ...headers, 'content-type': CANARY, authorization },
    ];
    const answers = [];
    for (const set of calls)
      answers.push(await request(harness.app).post(PATH).set(set).send(JSON.stringify(hookRequest())));
    expect(await leaks(harness, ...answers)).toEqual([]);
  });

  it('it stands in a token, verified or not', async () => {
    const harness = createHarness();
    const claims = { sub: CANARY, tenant: CANARY, patient: CANARY, jti: CANARY };
    const accepted = await harness.post(PATH, hookRequest(), { claims });
    expect(accepted.status).toBe(200);
    const refused = [];
    for (const name of ['iss', 'aud', 'jti', 'exp']) {
      refused.push(await harness.post(PATH, hookRequest(), { claims: { [name]: name === 'jti' ? CANARY : [CANARY] } }));
    }
    refused.push(await harness.post(PATH, hookRequest(), { header: { kid: CANARY, jku: `https://${CANARY}` } }));
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const token = await harness.token(PATH, { claims });
    const [, payload] = token.split('.');
    expect(harness.logs()).not.toContain(payload);
    expect(await leaks(harness, accepted, ...refused)).toEqual([]);
  });

  it('it stands in feedback', async () => {
    const harness = createHarness();
    const item = {
      card: CANARY,
      outcome: 'overridden',
      overrideReason: { reason: { code: CANARY }, userComment: CANARY },
    };
    const good = await harness.post(`${PATH}/feedback`, { feedback: [item] });
    const bad = await harness.post(`${PATH}/feedback`, { feedback: [{ ...item, outcome: CANARY }] });
    expect([good.status, bad.status]).toEqual([200, 400]);
    expect(harness.feedback[0]?.userComment).toBe(CANARY);
    expect(await leaks(harness, good, bad)).toEqual([]);
  });

  it.each(FAULTS)('%s fails', async (_name, options) => {
    const harness = createHarness(options);
    const response = await harness.post(PATH, hookRequest({ fhirServer: FHIR_SERVER }));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await leaks(harness, response)).toEqual([]);
  });
});
