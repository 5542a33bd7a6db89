import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog, type AuditLog, type ChainProblem } from '../../src/audit/index.ts';
import { recordHash } from '../../src/audit/record.ts';
import { fromRow } from '../../src/audit/rows.ts';
import type { Database } from '../../src/storage/index.ts';
import { emptyDatabase, freshDatabase, tamper } from '../support/database.ts';

let database: Database;
let log: AuditLog;
let clock: Date;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await database.close();
});
beforeEach(async () => {
  await emptyDatabase(database);
  clock = new Date('2026-03-01T12:00:00.000Z');
  log = createAuditLog(database, { now: () => clock });
  for (let n = 1; n <= 8; n += 1) {
    await log.append({
      kind: 'invocation',
      client: 'ehr',
      evaluationId: `evaluation-${n}`,
      payload: { n, facts: ['a'] },
    });
  }
});

async function problems(): Promise<readonly ChainProblem[]> {
  const report = await log.verify();
  expect(report.ok).toBe(report.problems.length === 0);
  return report.problems;
}

const swap = (column: string): string =>
  `update audit_record a set ${column} = b.${column} from audit_record b
   where (a.sequence = 4 and b.sequence = 5) or (a.sequence = 5 and b.sequence = 4)`;

describe('verification of the audit record', () => {
  it('finds nothing in an untouched record', async () => {
    expect(await log.verify()).toMatchObject({ ok: true, records: 8, first: 1, last: { sequence: 8 }, problems: [] });
  });

  it.each([
    ['payload', `update audit_record set payload = replace(payload, '"a"', '"b"') where sequence = 4`],
    ['client', `update audit_record set client = 'other' where sequence = 4`],
    ['evaluation', `update audit_record set evaluation_id = null where sequence = 4`],
    ['kind', `update audit_record set kind = 'feedback' where sequence = 4`],
    ['time', `update audit_record set recorded_at = recorded_at + interval '1 millisecond' where sequence = 4`],
    ['white space', `update audit_record set payload = payload || ' ' where sequence = 4`],
    ['two payloads exchanged', swap('payload')],
  ])('finds a changed %s', async (_what, statement) => {
    await tamper(database, statement);
    expect(await problems()).toContainEqual({ kind: 'changed', sequence: 4 });
  });

  it('finds a record that was changed together with its hash', async () => {
    const row = await database.sql
      .selectFrom('audit_record')
      .selectAll()
      .where('sequence', '=', 4)
      .executeTakeFirstOrThrow();
    const forged = { ...fromRow(row), payload: '{"n":4,"facts":[]}' };
    await tamper(
      database,
      `update audit_record set payload = '${forged.payload}', hash = '${recordHash(forged)}' where sequence = 4`,
    );
    expect(await problems()).toEqual([{ kind: 'broken-link', sequence: 5 }]);
  });

  it('finds a missing record, in the middle and at the beginning', async () => {
    await tamper(database, 'delete from audit_record where sequence in (1, 4, 5)');
    expect(await problems()).toEqual([
      { kind: 'missing', from: 1, through: 1 },
      { kind: 'missing', from: 4, through: 5 },
    ]);
  });

  it('finds a missing record when the others were moved up', async () => {
    await tamper(
      database,
      'delete from audit_record where sequence = 4',
      'update audit_record set sequence = -sequence where sequence > 4',
      'update audit_record set sequence = -sequence - 1 where sequence < 0',
      'update audit_head set sequence = 7',
    );
    const found = await problems();
    expect(found.map((p) => ('sequence' in p ? p.sequence : 0))).toEqual([4, 5, 6, 7]);
  });

  it('finds two records that changed places, and says where they were written', async () => {
    await tamper(
      database,
      'update audit_record set sequence = -4 where sequence = 4',
      'update audit_record set sequence = 4 where sequence = 5',
      'update audit_record set sequence = 5 where sequence = -4',
    );
    expect(await problems()).toEqual(
      expect.arrayContaining([
        { kind: 'reordered', sequence: 4, writtenAs: 5 },
        { kind: 'reordered', sequence: 5, writtenAs: 4 },
      ]),
    );
  });

  it('finds that the row of the newest record is gone', async () => {
    await tamper(database, 'delete from audit_head');
    expect(await problems()).toEqual([{ kind: 'head-missing', last: 8 }]);
    // What empties the database for the next test sets the row and does not make it.
    await database.sql.insertInto('audit_head').values({ id: 1, sequence: 0, hash: '' }).execute();
  });

  it('finds an inserted record', async () => {
    await tamper(
      database,
      `insert into audit_record select 9, hash, repeat('1', 64), recorded_at, kind, client, evaluation_id, hook_instance,
         payload from audit_record where sequence = 8`,
    );
    expect(await problems()).toEqual([
      { kind: 'changed', sequence: 9 },
      { kind: 'head-mismatch', last: 9, head: 8 },
    ]);
  });

  it('finds an end that was cut off, by the head row', async () => {
    await tamper(database, 'delete from audit_record where sequence > 6');
    expect(await problems()).toEqual([{ kind: 'truncated', last: 6, expected: 8 }]);
    await tamper(database, 'delete from audit_record');
    expect(await problems()).toEqual([{ kind: 'truncated', last: 0, expected: 8 }]);
  });

  it('finds an end that was cut off together with the head row, by a checkpoint kept elsewhere', async () => {
    const checkpoint = await log.head();
    await tamper(
      database,
      'delete from audit_record where sequence > 6',
      'update audit_head set (sequence, hash) = (select sequence, hash from audit_record where sequence = 6)',
    );
    expect((await log.verify()).ok).toBe(true);
    expect((await log.verify({ checkpoint })).problems).toEqual([{ kind: 'truncated', last: 6, expected: 8 }]);
    const rewritten = createAuditLog(database);
    for (let n = 0; n < 3; n += 1) await rewritten.append({ kind: 'startup', payload: n });
    expect((await log.verify({ checkpoint })).problems).toEqual([{ kind: 'checkpoint-mismatch', sequence: 8 }]);
  });

  it('is refused update, delete and truncate in the ordinary way', async () => {
    for (const statement of [
      `update audit_record set payload = '1'`,
      'delete from audit_record',
      'truncate audit_record',
      `delete from audit_record where sequence = 1`,
    ]) {
      await expect(sql.raw(statement).execute(database.sql)).rejects.toThrow('append-only');
    }
    const retention = database.sql.transaction().execute(async (tx) => {
      await sql`set local stroke_cds.retention = 'on'`.execute(tx);
      await sql`update audit_record set client = 'x'`.execute(tx);
    });
    await expect(retention).rejects.toThrow('append-only');
  });
});

describe('retention', () => {
  const days = (n: number): Date => new Date(clock.getTime() + n * 86_400_000);

  beforeEach(async () => {
    clock = days(20);
    await log.append({ kind: 'invocation', payload: 'young' });
  });

  it('removes what is too old, says so in the record, and the rest still verifies', async () => {
    const before = await log.head();
    expect(await log.applyRetention(10, clock)).toMatchObject({ auditRecords: 8 });
    const report = await log.verify({ checkpoint: before });
    expect(report).toMatchObject({ ok: true, first: 9, records: 2, last: { sequence: 10 } });
    await log.append({ kind: 'invocation', payload: 'next' });
    expect((await log.verify()).ok).toBe(true);
    expect(await log.applyRetention(10, clock)).toMatchObject({ auditRecords: 0 });
    expect(await log.applyRetention(null, days(9_999))).toMatchObject({ auditRecords: 0 });
  });

  it('goes on over several rounds, also when its own tombstones are due', async () => {
    await log.applyRetention(10, clock);
    clock = days(30);
    await log.applyRetention(10, clock);
    expect(await log.verify()).toMatchObject({ ok: true, records: 1, first: 11 });
  });

  it('does not cover a record that was removed by other hands', async () => {
    await log.applyRetention(10, clock);
    await log.append({ kind: 'invocation', payload: 'next' });
    await tamper(database, 'delete from audit_record where sequence = 9');
    expect(await problems()).toEqual([{ kind: 'missing', from: 1, through: 9 }]);
  });

  it('refuses less than a day', async () => {
    await expect(log.applyRetention(0, clock)).rejects.toThrow(RangeError);
    await expect(log.applyRetention(Number.NaN, clock)).rejects.toThrow(RangeError);
  });
});

describe('export', () => {
  it('can be verified by anyone with RFC 8785 and SHA-256', async () => {
    let previous = '0'.repeat(64);
    let lines = 0;
    for await (const line of log.export()) {
      const { hash, ...rest } = JSON.parse(line) as { hash: string; previousHash: string };
      expect(
        createHash('sha256')
          .update(canonicalize(rest) ?? '')
          .digest('hex'),
      ).toBe(hash);
      expect(canonicalize(JSON.parse(line))).toBe(line);
      expect(rest.previousHash).toBe(previous);
      previous = hash;
      lines += 1;
    }
    expect(lines).toBe(8);
  });

  it('gives only what was asked for', async () => {
    clock = new Date('2026-04-01T00:00:00Z');
    await log.append({ kind: 'feedback', client: 'other', payload: {} });
    const count = async (filter: Parameters<AuditLog['export']>[0]): Promise<number> => {
      let n = 0;
      for await (const line of log.export(filter)) n += line === '' ? 0 : 1;
      return n;
    };
    expect(await count({ kind: 'feedback' })).toBe(1);
    expect(await count({ client: 'ehr' })).toBe(8);
    expect(await count({ from: clock })).toBe(1);
    expect(await count({ to: clock })).toBe(8);
    expect(await count({ evaluationId: 'evaluation-3' })).toBe(1);
  });
});
