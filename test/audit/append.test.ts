import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog, createInvocationRecorder } from '../../src/audit/index.ts';
import type { AuditPort } from '../../src/cds-hooks/ports.ts';
import { openDatabase, type Database } from '../../src/storage/index.ts';
import { emptyDatabase, freshDatabase, tamper } from '../support/database.ts';
import { postgresUnavailable, startPostgres, type PostgresServer } from '../support/postgres.ts';

describe('appending to the audit record', () => {
  let database: Database;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(async () => {
    await database.close();
  });
  beforeEach(async () => {
    await emptyDatabase(database);
  });

  it('fails when the record cannot be kept, so that no advice is given', async () => {
    await tamper(database, 'alter table audit_head rename to elsewhere');
    const log = createAuditLog(database);
    await expect(log.append({ kind: 'startup', payload: 1 })).rejects.toThrow();
    await tamper(database, 'alter table elsewhere rename to audit_head');
    await expect(log.append({ kind: 'startup', payload: 1 })).resolves.toMatchObject({ sequence: 1 });
  });

  it('gives consecutive places in the order of the calls', async () => {
    const log = createAuditLog(database);
    const places = await Promise.all(
      Array.from({ length: 200 }, (_, n) => log.append({ kind: 'invocation', payload: { n } })),
    );
    expect(places.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(await log.verify()).toMatchObject({ ok: true, records: 200 });
  });

  it('goes on after another writer moved the head', async () => {
    const logs = [createAuditLog(database), createAuditLog(database)];
    for (let n = 0; n < 10; n += 1) for (const log of logs) await log.append({ kind: 'invocation', payload: n });
    expect(await logs[0]?.verify()).toMatchObject({ ok: true, records: 20 });
  });

  it('keeps odd text, and ids with characters that the database does not take', async () => {
    const log = createAuditLog(database);
    const payload = { text: 'nul \u0000, emoji 🧠, 中文, quote "', lone: '\ud800' };
    await log.append({ kind: 'invocation', client: 'c\u0000d', hookInstance: 'h\udfff', evaluationId: 'e', payload });
    expect((await log.verify()).ok).toBe(true);
    const [record] = await log.byEvaluation('e');
    expect(record).toMatchObject({ client: 'c\ufffdd', payload: { text: payload.text, lone: '\ufffd' } });
    expect(await log.byEvaluation('another')).toEqual([]);
  });

  it('records a hook call for the protocol side, with the cards that feedback will name', async () => {
    const log = createAuditLog(database);
    const port: AuditPort = createInvocationRecorder(log);
    await port.recordInvocation({
      requestId: 'r1',
      clientId: 'ehr',
      serviceId: 'stroke',
      hookInstance: 'h1',
      evaluationId: 'e1',
      at: 1_770_000_000_000 as Parameters<AuditPort['recordInvocation']>[0]['at'],
      status: 200,
      cards: [{ uuid: 'card-1', topic: 'thrombolysis', summary: 's', indicator: 'info', suggestions: [] }],
      droppedCards: [],
      degradations: [],
      timings: { total: 12 },
    });
    expect(await log.byEvaluation('e1')).toMatchObject([
      { kind: 'invocation', client: 'ehr', hookInstance: 'h1', payload: { requestId: 'r1', timings: { total: 12 } } },
    ]);
    expect(await database.sql.selectFrom('issued_card').select(['card', 'evaluation_id', 'topic']).execute()).toEqual([
      { card: 'card-1', evaluation_id: 'e1', topic: 'thrombolysis' },
    ]);
  });
});

const unavailable = postgresUnavailable();
describe.skipIf(unavailable !== null)(`several replicas on a PostgreSQL server ${unavailable ?? ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => {
    server.stop();
  });

  it('write one unbroken chain, and retention runs beside them', async () => {
    const url = server.createDatabase();
    const replicas = await Promise.all([1, 2, 3].map(() => openDatabase({ kind: 'postgres', url })));
    const logs = replicas.map((replica) => createAuditLog(replica));
    const old = createAuditLog(replicas[0] as Database, { now: () => new Date('2020-01-01T00:00:00Z') });
    await old.append({ kind: 'startup', payload: 'old' });
    const appends = logs.flatMap((log, r) =>
      Array.from({ length: 100 }, (_, n) => log.append({ kind: 'invocation', payload: { r, n } })),
    );
    const [places, removed] = await Promise.all([Promise.all(appends), old.applyRetention(365, new Date())]);
    expect(new Set(places.map(({ sequence }) => sequence)).size).toBe(300);
    expect(removed.auditRecords).toBe(1);
    expect(await logs[1]?.verify()).toMatchObject({ ok: true, records: 301, first: 2 });
    await Promise.all(replicas.map((replica) => replica.close()));
  });
});
