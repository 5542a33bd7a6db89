import { createHash } from 'node:crypto';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { anonymousDevelopmentClient } from '../../src/cds-hooks/client-authentication.ts';
import { NothingToSay } from '../../src/cds-hooks/hook-service.ts';
import {
  advice,
  cardDraft,
  createHarness,
  EVALUATION_ID,
  hookRequest,
  LAB_SUGGESTION,
  PATH,
} from './support/harness.ts';
import { FHIR_SERVER } from './support/tokens.ts';

interface Outcome {
  readonly resourceType: string;
  readonly issue: readonly {
    readonly code: string;
    readonly details: { readonly text: string };
    readonly diagnostics?: string;
  }[];
}

describe('no advice is given when', () => {
  it('it cannot be recorded: 503, and no card leaves', async () => {
    const audit = { recordInvocation: () => Promise.reject(new Error('disk full')) };
    const harness = createHarness({ router: { audit } });
    const response = await harness.post(PATH, hookRequest());
    expect([response.status, (response.body as Outcome).resourceType]).toEqual([503, 'OperationOutcome']);
    expect(response.text).not.toContain('recommended');
    expect(await harness.metrics.registry.metrics()).toContain('cds_hooks_audit_failures_total 1');
  });

  it('the record is not durable yet', async () => {
    let release: () => void = () => undefined;
    const durable = new Promise<void>((resolve) => (release = resolve));
    const harness = createHarness({ router: { audit: { recordInvocation: () => durable } } });
    let answered = false;
    const pending = harness.post(PATH, hookRequest()).then((response) => {
      answered = true;
      return response;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([harness.advised.length, answered]).toEqual([1, false]);
    release();
    expect((await pending).status).toBe(200);
  });

  it('it is not ready at the deadline: 503, the work is told to stop, and it is recorded', async () => {
    const harness = createHarness({ router: { deadline: 30 }, advise: () => new Promise(() => undefined) });
    const response = await harness.post(PATH, hookRequest());
    expect([response.status, (response.body as Outcome).issue[0]?.code]).toEqual([503, 'timeout']);
    expect(harness.contexts[0]?.signal.aborted).toBe(true);
    expect(harness.audits).toMatchObject([{ status: 503, failure: 'deadline', cards: [], hook: 'patient-view' }]);
  });

  it('computing it fails: 500 without the reason, recorded', async () => {
    const harness = createHarness({ advise: () => Promise.reject(new Error('CANARY')) });
    const response = await harness.post(PATH, hookRequest());
    expect(response.status).toBe(500);
    expect(response.text + harness.logs()).not.toContain('CANARY');
    expect(harness.audits).toMatchObject([{ status: 500, failure: 'fault', patientReference: 'Patient/1288992' }]);
  });

  it('computing it fails where the site asks for empty cards: 200 without cards, the fault recorded and logged', async () => {
    const failing = { advise: () => Promise.reject(new Error('CANARY')), router: { onFault: 'empty-cards' as const } };
    const harness = createHarness(failing);
    const response = await harness.post(PATH, hookRequest());
    expect([response.status, response.body]).toEqual([200, { cards: [] }]);
    expect(harness.audits).toMatchObject([{ status: 500, failure: 'fault' }]);
    expect(harness.logs()).toContain('answered without cards');
    expect(harness.logs()).not.toContain('CANARY');
  });

  it('empty cards never hide that the record could not be written: 503', async () => {
    const audit = { recordInvocation: () => Promise.reject(new Error('disk full')) };
    for (const advise of [undefined, () => Promise.reject(new Error('fault'))]) {
      const harness = createHarness({ router: { onFault: 'empty-cards', audit }, ...(advise ? { advise } : {}) });
      expect((await harness.post(PATH, hookRequest())).status).toBeGreaterThanOrEqual(500);
    }
  });

  it('the FHIR server is not one of the client: 403 before anything is read, without repeating it', async () => {
    const harness = createHarness();
    const response = await harness.post(PATH, hookRequest({ fhirServer: 'https://169.254.169.254/fhir' }));
    expect(response.status).toBe(403);
    expect(response.text).not.toContain('169.254');
    expect(harness.advised).toEqual([]);
    expect(harness.audits).toMatchObject([{ status: 403 }]);
  });

  it('a card fails its check in development: 500', async () => {
    const cards = [cardDraft({ summary: 'x'.repeat(140) })];
    const harness = createHarness({ advise: () => Promise.resolve(advice({ cards })) });
    expect((await harness.post(PATH, hookRequest())).status).toBe(500);
  });
});

describe('a hook call', () => {
  it('keeps the good cards when one fails its check in production, and records which one did', async () => {
    const cards = [cardDraft({ topic: 'hemorrhage', detail: '<b>' }), cardDraft()];
    const harness = createHarness({
      router: { responseMode: 'drop' },
      advise: () => Promise.resolve(advice({ cards })),
    });
    const response = await harness.post(PATH, hookRequest());
    const { cards: sent } = response.body as { cards: { summary: string; source: { topic: { code: string } } }[] };
    expect(sent.map(({ source }) => source.topic.code)).toEqual(['thrombolysis', 'incomplete']);
    expect(harness.audits[0]?.droppedCards).toEqual([
      { topic: 'hemorrhage', summary: cards[0]?.summary, reasons: ['/detail must hold no HTML'] },
    ]);
    expect(await harness.metrics.registry.metrics()).toContain('cds_hooks_cards_dropped_total{topic="hemorrhage"} 1');
  });

  it('is recorded with who, when, what came in and what went out', async () => {
    const cards = [cardDraft({ suggestions: [LAB_SUGGESTION] })];
    const degradations = [{ where: 'laboratory', why: 'time-out' as const }];
    const harness = createHarness({ advise: () => Promise.resolve(advice({ cards, degradations })) });
    const body = JSON.stringify(hookRequest());
    const response = await harness.post(PATH, body);
    const { cards: sent } = response.body as { cards: { uuid: string; suggestions: { uuid: string }[] }[] };
    const [entry] = harness.audits;
    expect(entry).toMatchObject({
      clientId: 'example-ehr',
      serviceId: 'stroke',
      userReference: 'Practitioner/example',
      patientReference: 'Patient/1288992',
      encounterReference: 'Encounter/89284',
      hook: 'patient-view',
      trigger: 'chart-opened',
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      at: Date.parse('2026-11-23T14:00:00Z'),
      bodyHash: createHash('sha256').update(body).digest('hex'),
      evaluationId: EVALUATION_ID,
      status: 200,
      locale: 'en',
      record: { facts: 1 },
      degradations,
    });
    expect(entry?.cards).toEqual([
      {
        uuid: sent[0]?.uuid,
        topic: 'thrombolysis',
        summary: cards[0]?.summary,
        indicator: 'warning',
        suggestions: [{ uuid: sent[0]?.suggestions[0]?.uuid, id: 'order-inr' }],
      },
    ]);
    expect(entry?.timings.total).toBeGreaterThanOrEqual(entry?.timings.advise ?? Infinity);
    expect(entry?.requestId).toBe(response.get('x-request-id'));
  });

  it('that is malformed is recorded with the hash of what came in', async () => {
    const harness = createHarness();
    await harness.post(PATH, '{"hook": ');
    await harness.post(PATH, {});
    expect(harness.audits.map(({ status, bodyHash }) => [status, bodyHash?.length])).toEqual([
      [400, 64],
      [400, 64],
    ]);
  });

  it('may name a FHIR server of its trust record', async () => {
    const harness = createHarness();
    expect((await harness.post(PATH, hookRequest({ fhirServer: FHIR_SERVER }))).status).toBe(200);
    expect(harness.advised[0]?.fhirServer).toBe(FHIR_SERVER);
  });

  it('needs no token in open mode', async () => {
    const anonymous = anonymousDevelopmentClient({ fhirServers: [], origins: ['https://sandbox.example'] });
    const { app, audits } = createHarness({ router: { clients: [], anonymous } });
    expect((await request(app).post(PATH).send(hookRequest())).status).toBe(200);
    expect(audits[0]?.clientId).toBe('anonymous-development-client');
  });
});

describe('a body is refused', () => {
  it('before it is read when the caller is unknown', async () => {
    const { app, audits } = createHarness();
    const response = await request(app).post(PATH).set('content-type', 'application/json').send('{"CANARY');
    expect([response.status, response.text]).toEqual([401, '']);
    expect(audits).toEqual([]);
  });

  it('when it is not JSON, with the position and without its content', async () => {
    const response = await createHarness().post(PATH, '{"patientName": CANARY}');
    const { issue } = response.body as Outcome;
    expect([response.status, issue[0]?.details.text]).toEqual([
      400,
      'the body is not valid JSON at character 16: send one JSON object without comments or trailing commas',
    ]);
    expect(response.text).not.toContain('CANARY');
  });

  it('when it nests deeper than anything that walks through it, and it is recorded', async () => {
    const { post, audits } = createHarness();
    const nested = `{"prefetch":{"patient":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    const response = await post(PATH, nested);
    const { issue } = response.body as Outcome;
    expect([response.status, issue[0]?.details.text]).toEqual([400, 'the body must not nest deeper than 100 levels']);
    expect(audits).toMatchObject([{ status: 400, bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown }]);
  });

  it('when it is long and not JSON, without a search for the place', async () => {
    const { issue } = (await createHarness().post(PATH, `[${'1,'.repeat(200_000)}`)).body as Outcome;
    expect(issue[0]?.details.text).toMatch(/^the body is not valid JSON: /);
  });

  it.each([
    ['a number', '5', 400],
    ['empty', '', 400],
    ['too large', JSON.stringify({ padding: 'x'.repeat(3000) }), 413],
  ])('when it is %s', async (_name, body, status) => {
    const response = await createHarness({ router: { bodyLimit: 2048 } }).post(PATH, body);
    expect([response.status, (response.body as Outcome).resourceType]).toEqual([status, 'OperationOutcome']);
  });

  it.each([['text/plain'], ['application/xml'], ['application/json; charset=latin1']])('as %s', async (type) => {
    const { app, token } = createHarness();
    const call = request(app)
      .post(PATH)
      .set('authorization', `Bearer ${await token(PATH)}`);
    const response = await call.set('content-type', type).send('{}');
    expect([response.status, (response.body as Outcome).resourceType]).toEqual([415, 'OperationOutcome']);
  });
});

describe('an address', () => {
  it.each([
    ['get', PATH, 405, 'POST, OPTIONS'],
    ['put', PATH, 405, 'POST, OPTIONS'],
    ['post', '/cds-services', 405, 'GET, OPTIONS'],
    ['get', `${PATH}/feedback`, 405, 'POST, OPTIONS'],
    ['post', '/cds-services/other', 404, undefined],
    ['get', '/nowhere', 404, undefined],
    ['get', '/cds-services/%E0%A4%A', 400, undefined],
  ] as const)('answers %s %s with %i', async (method, path, status, allow) => {
    const { app } = createHarness();
    const response = await request(app)[method](path);
    expect([response.status, (response.body as Outcome).resourceType]).toEqual([status, 'OperationOutcome']);
    expect(response.get('allow')).toBe(allow);
  });
});

describe('the routes cannot be built', () => {
  it.each<[string, Parameters<typeof createHarness>[0], RegExp]>([
    ['with a hook that is not served', { service: { hooks: ['order-review'] } }, /not served/],
    ['with an id that needs escaping', { service: { id: 'a/b' } }, /discovery/],
  ])('%s', (_name, options, message) => {
    expect(() => createHarness(options)).toThrow(message);
  });
});

describe('feedback', () => {
  const body = { feedback: [{ card: 'a', outcome: 'accepted', outcomeTimestamp: '2026-11-23T13:00:00Z' }] };

  it('that cannot be stored is asked for again: 503', async () => {
    const feedbackStore = { record: () => Promise.reject(new Error('disk full')) };
    expect((await createHarness({ router: { feedbackStore } }).post(`${PATH}/feedback`, body)).status).toBe(503);
  });

  it('for a card that was never sent is accepted and said in the log', async () => {
    const feedbackStore = { record: () => Promise.resolve({ unknownCards: 1 }) };
    const harness = createHarness({ router: { feedbackStore } });
    expect((await harness.post(`${PATH}/feedback`, body)).status).toBe(200);
    expect(harness.logs()).toContain('"unknownCards":1');
  });
});

describe('a replay store that fails', () => {
  it('lets nobody in: 503, nothing recorded, no card', async () => {
    const jtiStore = { remember: () => Promise.reject(new Error('down')) };
    const harness = createHarness({ router: { jtiStore } });
    const response = await harness.post(PATH, hookRequest());
    expect(response.status).toBe(503);
    expect(response.text).not.toContain('recommended');
    expect(harness.audits).toEqual([]);
  });
});

describe('a token that was used before', () => {
  const used = { remember: () => Promise.resolve(false) };

  it('is a bare 401, whatever the request is worth: nothing is told or recorded', async () => {
    for (const body of [hookRequest(), hookRequest({ context: {} }), '{"hook":']) {
      const harness = createHarness({ router: { jtiStore: used } });
      const response = await harness.post(PATH, body);
      expect([response.status, response.text]).toEqual([401, '']);
      expect(harness.audits).toEqual([]);
    }
  });

  it('is told to the advising side before it acts for the caller', async () => {
    let acted = false;
    const harness = createHarness({
      router: { jtiStore: used },
      advise: async (_request, { tokenIsFresh }) => {
        await tokenIsFresh;
        acted = true;
        return advice();
      },
    });
    expect((await harness.post(PATH, hookRequest())).status).toBe(401);
    expect(acted).toBe(false);
    expect(await harness.metrics.registry.metrics()).toContain('reason="replay"} 1');
  });
});

describe('nothing to say', () => {
  it('is 412 without the reason of the advising side', async () => {
    const harness = createHarness({ advise: () => Promise.reject(new NothingToSay('CANARY')) });
    const response = await harness.post(PATH, hookRequest());
    expect([response.status, (response.body as Outcome).issue[0]?.code]).toEqual([412, 'incomplete']);
    expect(response.text).not.toContain('CANARY');
    expect(harness.audits).toMatchObject([{ status: 412, failure: 'nothing-to-say' }]);
  });
});
