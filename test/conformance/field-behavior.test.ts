import { describe, expect, it } from 'vitest';
import { TOPICS } from '../../src/cds-hooks/cards.ts';
import type { Card } from '../../src/cds-hooks/card.ts';
import { advice, cardDraft, createHarness, hookRequest, LAB_SUGGESTION, PATH } from '../cds-hooks/support/harness.ts';
import { FHIR_SERVER, NOW } from '../cds-hooks/support/tokens.ts';

const EPIC = 'com.epic.cdshooks.request.';

async function cards(): Promise<readonly Card[]> {
  const drafts = [cardDraft({ suggestions: [LAB_SUGGESTION] })];
  const harness = createHarness({ advise: () => Promise.resolve(advice({ cards: drafts })) });
  return ((await harness.post(PATH, hookRequest())).body as { cards: Card[] }).cards;
}

describe('5 field behavior', () => {
  it('#5.1-trigger #5.5.4 tells admission and discharge that arrive as patient-view', async () => {
    const harness = createHarness();
    for (const action of ['26', 27, '60', '999']) {
      const extension = { [`${EPIC}bpa-trigger-action`]: action, [`${EPIC}fhir-version`]: 'R4', 'internal.epic': {} };
      await harness.post(PATH, hookRequest({ extension }));
    }
    expect(harness.advised.map(({ trigger }) => trigger)).toEqual([
      'admission',
      'discharge',
      'chart-opened',
      'chart-opened',
    ]);
    expect(harness.audits.map(({ trigger }) => trigger)).toEqual(harness.advised.map(({ trigger }) => trigger));
  });

  it("#5.1-access takes scopes that are Epic's own names, and a PractitionerRole", async () => {
    const fhirAuthorization = {
      access_token: 'token',
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'PATIENT.READ(R4) OBSERVATION.SEARCH(LABS)(R4)',
      subject: 'client-1',
    };
    const context = { userId: 'PractitionerRole/e-QokEGUJIzyynNdkCFrs9w3', patientId: 'eXoGxqgBaJuNkuahMYmiDhg3' };
    const response = await createHarness().post(
      PATH,
      hookRequest({ fhirServer: FHIR_SERVER, fhirAuthorization, context }),
    );
    expect(response.status).toBe(200);
  });

  it('#5.1-prefetch #5.5.1 hands over what EHRs send for nothing, and keys it did not ask for', async () => {
    const harness = createHarness();
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: '4101' }] };
    const empty = { resourceType: 'Bundle', total: 0, entry: [{ search: { mode: 'outcome' }, resource: outcome }] };
    const prefetch = { conditions: empty, procedures: null, 'conditions-user': { resourceType: 'Bundle' } };
    expect((await harness.post(PATH, hookRequest({ prefetch }))).status).toBe(200);
    expect(harness.advised[0]?.prefetch).toEqual(prefetch);
  });

  it('#5.1-prefetch takes drafts with Medication resources and a category that is an object', async () => {
    const entry = [
      { resource: { resourceType: 'MedicationRequest', id: 'e'.repeat(200), category: { text: 'Inpatient' } } },
      { resource: { resourceType: 'Medication', id: 'm1' } },
    ];
    const draftOrders = { resourceType: 'Bundle', type: 'collection', entry };
    const context = { userId: 'Practitioner/1', patientId: '1', draftOrders };
    expect((await createHarness().post(PATH, hookRequest({ hook: 'order-sign', context }))).status).toBe(200);
  });

  it('#5.1-cards #5.5.2 sends any, one action with a description each, and a static alphanumeric topic', async () => {
    for (const card of await cards()) {
      expect(card.selectionBehavior).toBe('any');
      expect(card.suggestions?.map(({ actions }) => actions.length)).toEqual([1]);
      expect(card.suggestions?.[0]?.actions[0]?.description).not.toBe('');
      expect(card.source.topic.code).toMatch(/^[A-Za-z0-9]{1,100}$/);
      expect(Object.values(TOPICS).map(({ code }) => code)).toContain(card.source.topic.code);
    }
  });

  it('#5.1-jwt takes nbf five minutes before iat, 15 minutes of life and a kid with + / =', async () => {
    const harness = createHarness();
    const claims = { nbf: NOW - 300, exp: NOW + 900, sub: 'client-1' };
    expect((await harness.post(PATH, hookRequest(), { claims })).status).toBe(200);
    // The key is not known under this name, so the refusal shows only that the name itself does no harm.
    expect((await harness.post(PATH, hookRequest(), { header: { kid: 'a+b/c==' } })).status).toBe(401);
    expect(harness.logs()).toContain('"reason":"no-key"');
  });

  it('#5.1-feedback #5.5.5 takes both spellings and the extension', async () => {
    const harness = createHarness();
    const item = { card: 'a', outcome: 'overridden', outcomeTimestamp: '2026-11-23T14:00:00Z' };
    const extension = { 'com.epic.cdshooks.feedback.overrideReason.reasonCategory': '5' };
    const feedback = [
      { ...item, overrideReasons: [{ reason: { code: 'x', system: 'urn:x', display: 'X' }, userComment: 'c' }] },
      { ...item, overrideReason: { extension } },
    ];
    expect((await harness.post(`${PATH}/feedback`, { feedback })).status).toBe(200);
    expect(harness.feedback.map(({ overrideReasons }) => overrideReasons[0]?.code)).toEqual(['x', '5']);
  });

  it('#5.5.3 sends no HTML', async () => {
    const drafts = [cardDraft({ detail: 'Name: <script>alert(1)</script>' })];
    const options = {
      router: { responseMode: 'drop' as const },
      advise: () => Promise.resolve(advice({ cards: drafts })),
    };
    const response = await createHarness(options).post(PATH, hookRequest());
    expect([response.status, response.text.includes('<script>')]).toEqual([200, false]);
  });

  it('#5.5.7 says and records a fault, and never answers it with empty cards', async () => {
    const harness = createHarness({ advise: () => Promise.reject(new Error('fault')) });
    const response = await harness.post(PATH, hookRequest());
    expect([response.status, response.text.includes('cards'), harness.audits[0]?.status]).toEqual([500, false, 500]);
  });

  it('#5.5.8 stays inside its time budget', async () => {
    const harness = createHarness({ router: { deadline: 20 }, advise: () => new Promise(() => undefined) });
    const started = performance.now();
    expect((await harness.post(PATH, hookRequest())).status).toBe(503);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
