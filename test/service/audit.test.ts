/** What the whole service leaves behind, and what it refuses to do when it cannot leave it. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLog, createFeedbackStore, createFreeTextVault } from '../../src/audit/index.ts';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { tamper } from '../support/database.ts';
import { ACCESS_TOKEN, startService, type TestService } from '../support/service.ts';

const FEEDBACK = '/cds-services/acute-stroke/feedback';
const PATIENT = 'early-large-vessel-occlusion';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const invocations = async (): Promise<readonly Record<string, unknown>[]> => {
  const rows = await service.database.sql
    .selectFrom('audit_record')
    .select('payload')
    .where('kind', '=', 'invocation')
    .orderBy('sequence')
    .execute();
  return rows.map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);
};

describe('the audit record', () => {
  it('holds one record for each call, whole, and the chain verifies', async () => {
    const before = (await invocations()).length;
    const stories = exampleStories();
    const answers = await Promise.all(
      stories.map(({ id }, index) => service.open(id, index % 2 === 0 ? {} : { prefetch: 'full' })),
    );
    const records = (await invocations()).slice(before);
    expect(records).toHaveLength(stories.length);
    for (const [index, { id }] of stories.entries()) {
      const record = records.find(({ patientReference }) => patientReference === `Patient/${id}`);
      expect(record).toMatchObject({
        clientId: 'hospital',
        serviceId: 'acute-stroke',
        status: 200,
        hook: 'patient-view',
        userReference: 'Practitioner/doctor',
        encounterReference: `Encounter/${id}`,
        droppedCards: [],
        timings: { total: expect.any(Number) as number, advise: expect.any(Number) as number },
        bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        cards: (answers[index]?.cards ?? []).map(({ uuid, summary }) => ({ uuid, summary })),
      });
      const text = JSON.stringify(record);
      // The facts with their sources, the rules and the content that spoke.
      for (const part of ['versions', 'policy', 'stroke']) expect(text).toContain(`"${part}"`);
      if (id !== 'only-a-stroke-code' && id !== 'no-stroke') expect(text).toContain(`Observation/${id}`);
    }
    expect(await createAuditLog(service.database).verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('holds the refused calls too', async () => {
    const before = (await invocations()).length;
    await service.open(PATIENT, { fhirServer: 'https://fhir.example.com/r4' });
    await service.open(PATIENT, { fhirServer: null });
    await service.post('/cds-services/acute-stroke', '{"hook":');
    const records = (await invocations()).slice(before);
    expect(records.map(({ status, clientId }) => [status, clientId])).toEqual([
      [403, 'hospital'],
      [412, 'hospital'],
      [400, 'hospital'],
    ]);
  });

  it('begins with the start of the service: versions, policy, models', async () => {
    const start = await service.database.sql
      .selectFrom('audit_record')
      .select(['kind', 'payload'])
      .orderBy('sequence')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect([start.kind, JSON.parse(start.payload)]).toEqual([
      'startup',
      expect.objectContaining({ version: expect.any(String) as string, open: false }),
    ]);
  });
});

describe('feedback', () => {
  it('joins the evaluation that the card came from', async () => {
    const { cards } = await service.open(PATIENT);
    const [card] = cards;
    const evaluation = /basis\/([^?]+)/.exec(card?.links?.[0]?.url ?? '')?.[1] ?? '';
    const suggestion = cards.flatMap(({ suggestions = [] }) => suggestions)[0]?.uuid ?? '';
    const items = [
      { card: card?.uuid, outcome: 'accepted', acceptedSuggestions: [{ id: suggestion }] },
      {
        card: cards[1]?.uuid,
        outcome: 'overridden',
        overrideReason: { reason: { code: 'goals-of-care' }, userComment: 'spoke with the family' },
      },
    ];
    const sent = await service.post(FEEDBACK, JSON.stringify({ feedback: items }));
    const again = await service.post(FEEDBACK, JSON.stringify({ feedback: items }));
    expect([sent.status, again.status]).toEqual([200, 200]);

    const log = createAuditLog(service.database);
    const kinds = (await log.byEvaluation(evaluation)).map(({ kind }) => kind);
    expect(kinds).toEqual(['invocation', 'feedback', 'feedback']);
    const store = createFeedbackStore(service.database, log, createFreeTextVault({ mode: 'drop' }));
    const kept = await store.ofEvaluation(evaluation);
    expect(kept.map(({ outcome, timesReceived, userComment }) => [outcome, timesReceived, userComment])).toEqual([
      ['accepted', 2, null],
      ['overridden', 2, null],
    ]);
  });

  it('about a card that was never sent is kept, and joins nothing', async () => {
    const card = randomUUID();
    const sent = await service.post(FEEDBACK, JSON.stringify({ feedback: [{ card, outcome: 'accepted' }] }));
    const row = await service.database.sql
      .selectFrom('feedback')
      .select('evaluation_id')
      .where('card', '=', card)
      .executeTakeFirst();
    expect([sent.status, row]).toEqual([200, { evaluation_id: null }]);
  });
});

describe('a token', () => {
  it('is good for one call, also after a restart', async () => {
    const token = await service.token();
    expect((await service.open(PATIENT, { token })).status).toBe(200);
    expect((await service.open(PATIENT, { token })).status).toBe(401);
    await service.restart();
    const replayed = await service.open(PATIENT, { token });
    expect([replayed.status, replayed.text]).toEqual([401, '']);
    expect((await service.open(PATIENT)).status).toBe(200);
  });

  it('for the hook is none for feedback', async () => {
    const { status } = await service.post(FEEDBACK, '{"feedback":[]}', await service.token());
    expect(status).toBe(401);
  });

  it('that is used ten times at once is accepted once', async () => {
    const token = await service.token();
    const answers = await Promise.all(Array.from({ length: 10 }, () => service.open(PATIENT, { token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 401)]);
  });
});

describe('the basis page', () => {
  it('outlives a restart', async () => {
    const { cards } = await service.open(PATIENT);
    const path = new URL(cards[0]?.links?.[0]?.url ?? '').pathname;
    await service.restart();
    expect((await service.get(path)).status).toBe(200);
  });
});

// These break the database of the service, so they come last.
describe('when the record cannot be trusted or written', () => {
  it('a changed record is found', async () => {
    const { sequence } = await service.database.sql
      .selectFrom('audit_record')
      .select('sequence')
      .where('kind', '=', 'invocation')
      .limit(1)
      .executeTakeFirstOrThrow();
    await tamper(
      service.database,
      `update audit_record set payload = replace(payload, '"status":200', '"status":500') where sequence = ${String(sequence)}`,
    );
    const report = await createAuditLog(service.database).verify();
    expect(report).toMatchObject({ ok: false, problems: [{ kind: 'changed', sequence }] });
  });

  it('without its database the service says that it is not ready, and gives no advice', async () => {
    expect((await service.get('/health/ready')).status).toBe(200);
    const prefetch = await service.prefetch(PATIENT);
    await service.database.close();
    expect((await service.get('/health/ready')).status).toBe(503);
    expect((await service.get('/health/live')).status).toBe(200);
    const { status, text } = await service.open(PATIENT, { prefetch, accessToken: ACCESS_TOKEN });
    expect([status, JSON.parse(text)]).toEqual([503, expect.objectContaining({ resourceType: 'OperationOutcome' })]);
    expect(text).not.toContain('cards');
  });
});

it('a database that fails between the check of the token and the record: 503, and no advice', async () => {
  const other = await startService();
  try {
    const prefetch = await other.prefetch(PATIENT);
    // Only the audit table is gone; tokens can still be remembered.
    await sql`alter table audit_record rename to audit_record_lost`.execute(other.database.sql);
    const { status, text } = await other.open(PATIENT, { prefetch });
    expect([status, JSON.parse(text)]).toEqual([503, expect.objectContaining({ resourceType: 'OperationOutcome' })]);
    expect(text).not.toContain('Thrombolysis');
    expect(other.logs()).toMatch(/"level":50/);
    await sql`alter table audit_record_lost rename to audit_record`.execute(other.database.sql);
    expect((await other.open(PATIENT, { prefetch })).status).toBe(200);
  } finally {
    await other.close();
  }
});
