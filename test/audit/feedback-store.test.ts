import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuditLog,
  createFeedbackStore,
  createFreeTextVault,
  type AuditLog,
  type FeedbackReport,
  type FeedbackStore,
} from '../../src/audit/index.ts';
import { instantFromEpoch } from '../../src/case/index.ts';
import type { FeedbackStore as FeedbackPort } from '../../src/cds-hooks/ports.ts';
import type { Database } from '../../src/storage/index.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';

const newKey = (): string => randomBytes(32).toString('base64');
const CANARY = 'Mrs Canary says no';
const at = (minute: number) => instantFromEpoch(Date.UTC(2026, 2, 1, 12, minute));

function feedback(key: string, changes: Partial<FeedbackReport> = {}): FeedbackReport {
  return {
    key,
    clientId: 'ehr',
    serviceId: 'stroke',
    requestId: 'r',
    receivedAt: at(10),
    card: 'card-1',
    outcome: 'overridden',
    outcomeAt: at(5),
    acceptedSuggestions: [],
    overrideReasons: [{ code: 'patient-refused', system: 'https://codes.example' }],
    userComment: CANARY,
    flaws: [],
    raw: { outcome: 'overridden', odd: '\u0000' },
    ...changes,
  };
}

describe('feedback', () => {
  let database: Database;
  let log: AuditLog;
  let store: FeedbackStore;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(async () => {
    await database.close();
  });
  beforeEach(async () => {
    await emptyDatabase(database);
    log = createAuditLog(database);
    store = createFeedbackStore(database, log, createFreeTextVault({ mode: 'encrypt', key: newKey() }));
    const card = { card: 'card-1', service: 'stroke', topic: 'thrombolysis' };
    await log.append({ kind: 'invocation', client: 'ehr', evaluationId: 'e1', payload: {}, cards: [card] });
  });

  it('is what the protocol side asks for', () => {
    expect((store satisfies FeedbackPort).record).toBeTypeOf('function');
  });

  it('about a card that was never sent, or was sent to another client, joins nothing but is kept', async () => {
    const reports = [feedback('k1', { card: 'card-9' }), feedback('k2', { clientId: 'stranger' }), feedback('k3')];
    expect(await store.record(reports)).toEqual({ unknownCards: 2 });
    expect(await store.ofEvaluation('e1')).toMatchObject([{ key: 'k3', evaluationId: 'e1' }]);
    expect(await store.latest(new Date(0), new Date())).toHaveLength(3);
  });

  it('sent twice is kept and audited once, and the repetition counted', async () => {
    await store.record([feedback('k1'), feedback('k1')]);
    await store.record([feedback('k1', { requestId: 'again' })]);
    expect(await store.ofEvaluation('e1')).toMatchObject([{ key: 'k1', timesReceived: 3, requestId: 'r' }]);
    expect((await log.byEvaluation('e1')).map(({ kind }) => kind)).toEqual(['invocation', 'feedback']);
  });

  it('keeps every report on a card; the last outcome wins in reports', async () => {
    await store.record([
      feedback('late', { outcome: 'accepted', outcomeAt: at(7) }),
      feedback('early', { outcomeAt: at(6) }),
    ]);
    expect(await store.ofEvaluation('e1')).toHaveLength(2);
    expect(await store.latest(new Date(0), new Date())).toMatchObject([{ key: 'late', outcome: 'accepted' }]);
  });

  it('keeps free text sealed: neither tables nor audit chain hold it, the key opens it', async () => {
    await store.record([feedback('k1', { raw: { odd: '\u0000', unheardOf: CANARY } })]);
    const tables = JSON.stringify(await database.sql.selectFrom('feedback').selectAll().execute());
    expect(tables).not.toContain('Canary');
    for await (const line of log.export()) expect(line).not.toContain('Canary');
    expect(await store.ofEvaluation('e1')).toMatchObject([{ userComment: CANARY, raw: { odd: '\u0000' } }]);
    const otherKey = createFeedbackStore(database, log, createFreeTextVault({ mode: 'encrypt', key: newKey() }));
    expect(await otherKey.ofEvaluation('e1')).toMatchObject([{ key: 'k1', userComment: null }]);
  });

  it('drops free text where no key is configured', async () => {
    const dropping = createFeedbackStore(database, log, createFreeTextVault({ mode: 'drop' }));
    await dropping.record([feedback('k1', { raw: { unheardOf: CANARY } })]);
    expect(await dropping.ofEvaluation('e1')).toMatchObject([{ userComment: null, raw: null }]);
    expect(JSON.stringify(await database.sql.selectFrom('feedback').selectAll().execute())).not.toContain('Canary');
    expect((await log.byEvaluation('e1'))[1]?.payload).toMatchObject({ comment: 'dropped' });
  });

  it('in a batch keeps the order of reports on one card, whatever else is in the batch', async () => {
    const batch = Array.from({ length: 60 }, (_, index) =>
      feedback(`k${String(index)}`, {
        card: index % 3 === 0 ? 'card-1' : `other-${String(index)}`,
        outcome: index === 57 ? 'accepted' : 'overridden',
      }),
    );
    expect(await store.record(batch)).toEqual({ unknownCards: 40 });
    const kept = await store.ofEvaluation('e1');
    expect(kept.map(({ key }) => key)).toEqual(Array.from({ length: 20 }, (_, index) => `k${String(index * 3)}`));
    expect(kept.at(-1)?.outcome).toBe('accepted');
  });

  it('of a thousand reports is written in few statements, not one by one', async () => {
    let statements = 0;
    const counted: Database = {
      ...database,
      sql: database.sql.withPlugin({
        transformQuery: ({ node }) => {
          statements += 1;
          return node;
        },
        transformResult: ({ result }) => Promise.resolve(result),
      }),
    };
    const batch = Array.from({ length: 1_000 }, (_, index) => feedback(`k${String(index)}`));
    const vault = createFreeTextVault({ mode: 'drop' });
    await createFeedbackStore(counted, log, vault).record([...batch, ...batch.slice(0, 2)]);
    expect(statements).toBeLessThan(20);
    const kept = await store.ofEvaluation('e1');
    expect(kept.map(({ timesReceived }) => timesReceived).slice(0, 3)).toEqual([2, 2, 1]);
    expect(await log.byEvaluation('e1')).toHaveLength(1_001);
  });

  it('with one report that cannot be kept keeps the others, and says that it did not keep all', async () => {
    const wrong = feedback('wrong', { receivedAt: Number.NaN as ReturnType<typeof at> });
    await expect(store.record([feedback('k1'), wrong, feedback('k2')])).rejects.toThrow();
    expect((await store.ofEvaluation('e1')).map(({ key }) => key)).toEqual(['k1', 'k2']);
    expect(await log.byEvaluation('e1')).toHaveLength(3);
  });

  it('goes with retention', async () => {
    await store.record([feedback('k1')]);
    const report = await log.applyRetention(1, new Date(Date.now() + 3 * 86_400_000));
    expect(report).toEqual({ auditRecords: 2, feedback: 1, cards: 1 });
  });
});

describe('the vault for free text', () => {
  it('refuses a key of another length, without showing it', () => {
    const short = randomBytes(16).toString('base64');
    expect(() => createFreeTextVault({ mode: 'encrypt', key: short })).toThrow('32 bytes');
    expect(() => createFreeTextVault({ mode: 'encrypt', key: short })).not.toThrow(short);
  });

  it('opens only unchanged text, under its own context, with its own key', () => {
    const vault = createFreeTextVault({ mode: 'encrypt', key: newKey() });
    const sealed = vault.seal('text', 'a') ?? '';
    expect(vault.open(sealed, 'a')).toBe('text');
    expect(vault.seal('text', 'a')).not.toBe(sealed);
    expect(() => vault.open(sealed, 'b')).toThrow();
    expect(() => vault.open(`${sealed.slice(0, -2)}AA`, 'a')).toThrow();
    expect(() => createFreeTextVault({ mode: 'encrypt', key: newKey() }).open(sealed, 'a')).toThrow('not configured');
  });

  it('opens what an older key sealed', () => {
    const [old, current] = [newKey(), newKey()];
    const sealed = createFreeTextVault({ mode: 'encrypt', key: old }).seal('text', 'a') ?? '';
    const rotated = createFreeTextVault({ mode: 'encrypt', key: current, olderKeys: [old] });
    expect(rotated.open(sealed, 'a')).toBe('text');
  });
});
