/** What a site configured to keep, and for how long, over the whole service: comments sealed, old records gone. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../src/audit/index.ts';
import { DAY, instantFromEpoch } from '../../src/case/index.ts';
import { startService, STORY_TIME, type TestService } from '../support/service.ts';

const FEEDBACK = '/cds-services/acute-stroke/feedback';
const PATIENT = 'early-large-vessel-occlusion';
const CANARY = 'Mrs Canary does not want it';

describe('comments and retention', () => {
  let service: TestService;
  let now = STORY_TIME;
  beforeAll(async () => {
    service = await startService({
      clock: () => now,
      config: { audit: { retentionDays: 30, freeText: 'encrypt' } },
      environment: { STROKE_CDS_AUDIT_KEY: randomBytes(32).toString('base64') },
    });
  });
  afterAll(() => service.close());

  const tables = async (): Promise<string> =>
    JSON.stringify([
      await service.database.sql.selectFrom('feedback').selectAll().execute(),
      await service.database.sql.selectFrom('audit_record').selectAll().execute(),
    ]);

  it('a comment is in no table and no log as it was written', async () => {
    const card = (await service.open(PATIENT)).cards[0]?.uuid ?? '';
    const item = {
      card,
      outcome: 'overridden',
      overrideReason: { reason: { code: 'patient-refused' }, userComment: CANARY },
      outcomeTimestamp: '2026-11-23T14:00:00Z',
      unheardOf: CANARY,
    };
    const answer = await service.post(FEEDBACK, JSON.stringify({ feedback: [item] }));
    expect(answer.status).toBe(200);
    const kept = await tables();
    expect(kept).toContain(card);
    expect(kept).not.toContain('Canary');
    expect(service.logs()).not.toContain('Canary');
  });

  it("a card's link to its basis ends after a week, though the record stays", async () => {
    const card = (await service.open(PATIENT)).cards[0];
    const link = new URL(card?.links?.[0]?.url ?? '').pathname;
    now = instantFromEpoch(Date.now() + 6 * DAY);
    expect((await service.get(link)).status).toBe(200);
    now = instantFromEpoch(Date.now() + 8 * DAY);
    expect((await service.get(link)).status).toBe(404);
    expect(await tables()).toContain(card?.uuid);
    now = STORY_TIME;
  });

  it('after its time a record goes with its feedback, a tombstone says so, and the rest still verifies', async () => {
    // Records are dated by the machine's clock, retention by the service's.
    now = instantFromEpoch(Date.now() + 31 * DAY);
    await service.restart();
    const rows = await service.database.sql.selectFrom('audit_record').select('kind').orderBy('sequence').execute();
    expect(rows.map(({ kind }) => kind)).toEqual(['retention']);
    expect(await service.database.sql.selectFrom('feedback').selectAll().execute()).toEqual([]);
    expect(await createAuditLog(service.database).verify()).toMatchObject({ ok: true, problems: [] });
  });
});
