import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import { openDatabase, type Database } from '../../src/storage/index.ts';
import { createJtiStore } from '../../src/storage/jti-store.ts';
import { keptPlan } from '../../src/storage/kept-plan.ts';
import { freshDatabase } from '../support/database.ts';
import { postgresUnavailable, startPostgres, type PostgresServer } from '../support/postgres.ts';

const later = instantFromEpoch(Date.UTC(2030, 0, 1));

function promises(open: () => Promise<Database>, again: () => Promise<Database>): void {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(async () => {
    await database.close();
  });

  it('reports an SQL error without losing the connection', async () => {
    await expect(sql`select * from nowhere`.execute(database.sql)).rejects.toMatchObject({ code: '42P01' });
    await expect(database.check()).resolves.toBeUndefined();
  });

  it('does not pass its check while it takes no writes, and passes again when it does', async () => {
    // A full disk refuses what grows a file, and answers queries.
    await sql`create function refuse() returns event_trigger language plpgsql as
      $$ begin raise exception using errcode = '53100'; end $$`.execute(database.sql);
    await sql`create event trigger disk_full on ddl_command_start when tag in ('CREATE TABLE AS')
      execute function refuse()`.execute(database.sql);
    await expect(sql`create table filled as select 1`.execute(database.sql)).rejects.toMatchObject({ code: '53100' });
    await expect(database.check()).rejects.toMatchObject({ code: '53100' });
    await sql`drop event trigger disk_full`.execute(database.sql);
    await expect(database.check()).resolves.toBeUndefined();
  });

  it('rolls a failed transaction back', async () => {
    const attempt = database.sql.transaction().execute(async (tx) => {
      await tx.insertInto('used_token').values({ key: 'half', expires_at: new Date() }).execute();
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    expect(await database.sql.selectFrom('used_token').selectAll().where('key', '=', 'half').execute()).toEqual([]);
  });

  it('keeps concurrent transactions apart', async () => {
    await sql`create table counter (n integer)`.execute(database.sql);
    await sql`insert into counter values (0)`.execute(database.sql);
    const increment = (): Promise<void> =>
      database.sql.transaction().execute(async (tx) => {
        const { rows } = await sql<{ n: number }>`select n from counter for update`.execute(tx);
        await sql`update counter set n = ${(rows[0]?.n ?? 0) + 1}`.execute(tx);
      });
    await Promise.all(Array.from({ length: 12 }, increment));
    expect((await sql`select n from counter`.execute(database.sql)).rows).toEqual([{ n: 12 }]);
  });

  it('gives numbers for bigint and Date for timestamptz', async () => {
    const at = '2026-05-04T03:02:01.123Z';
    const { rows } = await sql`select 9007199254740991::bigint as big, ${at}::timestamptz as at`.execute(database.sql);
    expect(rows).toEqual([{ big: 9_007_199_254_740_991, at: new Date(at) }]);
  });

  it('answers a statement that comes again as it did the first time, also after it failed', async () => {
    const at = '2026-05-04T03:02:01.123Z';
    const ask = async (divisor: number, texts: readonly (string | null)[]) =>
      (
        await sql`select 10 / ${divisor}::integer as tenth, 9007199254740991::bigint as big, ${at}::timestamptz as at,
          ${null}::text as nothing, v as text from unnest(${texts}::text[]) v where ${true}::boolean`.execute(
          database.sql,
        )
      ).rows;
    const row = { tenth: 5, big: 9_007_199_254_740_991, at: new Date(at), nothing: null };
    const expected = [
      { ...row, text: 'a "quoted", {braced} \\ 卒中' },
      { ...row, text: null },
    ];
    const texts = expected.map(({ text }) => text);
    for (let time = 0; time < 4; time += 1) {
      expect(await ask(2, texts)).toEqual(expected);
      await expect(ask(0, texts)).rejects.toMatchObject({ code: '22012' });
    }
    expect(await ask(2, [])).toEqual([]);
  });

  it('counts the changed rows of a statement that comes again', async () => {
    const at = new Date(Date.UTC(2030, 0, 1));
    for (let time = 0; time < 4; time += 1) {
      const keys = [`again-${String(time)}`, `more-${String(time)}`];
      const inserted = await sql`insert into used_token (key, expires_at)
        select k, ${at}::timestamptz from unnest(${keys}::text[]) k`.execute(database.sql);
      expect(inserted.numAffectedRows).toBe(2n);
      const deleted = await sql`delete from used_token where key = any(${keys}::text[])`.execute(database.sql);
      expect(deleted.numAffectedRows).toBe(2n);
    }
  });

  it('a statement that comes again and fails in a transaction takes only that transaction back', async () => {
    const insert = (key: string, at: string) =>
      database.sql.transaction().execute(async (tx) => {
        await sql`insert into used_token (key, expires_at) values (${key}, ${at}::timestamptz)`.execute(tx);
      });
    for (let time = 0; time < 3; time += 1) {
      await insert(`kept-${String(time)}`, '2030-01-01T00:00:00Z');
      await expect(insert(`lost-${String(time)}`, 'no time')).rejects.toMatchObject({ code: '22007' });
      await expect(insert(`kept-${String(time)}`, '2030-01-01T00:00:00Z')).rejects.toMatchObject({ code: '23505' });
    }
    const rows = await database.sql.selectFrom('used_token').select('key').where('key', 'like', 'kept-%').execute();
    expect(rows.map(({ key }) => key).sort()).toEqual(['kept-0', 'kept-1', 'kept-2']);
    expect(await database.sql.selectFrom('used_token').select('key').where('key', 'like', 'lost-%').execute()).toEqual(
      [],
    );
  });

  it('answers a statement whose plan is kept as any other, each time and after it failed', async () => {
    const text = `insert into used_token (key, expires_at)
      select k, $2::timestamptz from unnest($1::text[]) k returning key, expires_at, null::text as nothing, 7::bigint as big`;
    const insert = (db: Database['sql'], keys: readonly string[], at: string) =>
      db.executeQuery(keptPlan(text, [keys, at]));
    const at = '2030-01-01T00:00:00.123Z';
    const rest = { expires_at: new Date(at), nothing: null, big: 7 };
    for (let time = 0; time < 8; time += 1) {
      const keys = [`kept "${String(time)}", {braced} \\ 卒中`, `also-${String(time)}`];
      const { rows, numAffectedRows } = await insert(database.sql, keys, at);
      expect(rows).toEqual(keys.map((key) => ({ key, ...rest })));
      expect(numAffectedRows).toBe(2n);
      await expect(insert(database.sql, [`odd-${String(time)}`], 'no time')).rejects.toMatchObject({ code: '22007' });
      const attempt = database.sql.transaction().execute(async (tx) => {
        await insert(tx, [`odd-${String(time)}`], at);
        await insert(tx, keys, at);
      });
      await expect(attempt).rejects.toMatchObject({ code: '23505' });
      expect((await insert(database.sql, [], at)).rows).toEqual([]);
    }
    const odd = database.sql.selectFrom('used_token').select('key').where('key', 'like', 'odd-%');
    expect(await odd.execute()).toEqual([]);
    await database.sql.deleteFrom('used_token').execute();
  });

  it('refuses a token id that was used, also at the same moment and by another replica', async () => {
    const store = createJtiStore(database);
    const attempts = await Promise.all(Array.from({ length: 5 }, () => store.remember('https://ehr', 'same', later)));
    expect(attempts.filter(Boolean)).toHaveLength(1);
    expect(attempts[0]).toBe(true);
    const replica = createJtiStore(database);
    expect(await replica.remember('https://ehr', 'same', later)).toBe(false);
    expect(await replica.remember('https://other-ehr', 'same', later)).toBe(true);
    expect(await replica.remember('https://ehrs', 'ame', later)).toBe(true);
  });

  it('forgets expired token ids and no others', async () => {
    const store = createJtiStore(database);
    await store.remember('https://ehr', 'old', instantFromEpoch(Date.UTC(2026, 0, 1)));
    await store.remember('https://ehr', 'young', later);
    // Another replica's clock may run behind and still accept the token.
    expect(await store.purge(new Date(Date.UTC(2026, 0, 1, 0, 5)))).toBe(0);
    expect(await store.purge(new Date(Date.UTC(2026, 0, 2)))).toBe(1);
    expect(await store.remember('https://ehr', 'old', later)).toBe(true);
    expect(await store.remember('https://ehr', 'young', later)).toBe(false);
  });

  it('answers nothing after closing, closes twice, and opens again with the schema and the used tokens', async () => {
    await createJtiStore(database).remember('https://ehr', 'before', later);
    await Promise.all([database.close(), database.close()]);
    await expect(database.check()).rejects.toThrow();
    database = await again();
    await expect(database.check()).resolves.toBeUndefined();
    expect(await createJtiStore(database).remember('https://ehr', 'before', later)).toBe(false);
  });
}

describe('the embedded database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-database-'));
  const directory = join(folder, 'deep', 'database');
  const said: string[] = [];
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const open = (): Promise<Database> =>
    openDatabase({ kind: 'embedded', directory }, { onProgress: (message) => said.push(message) });

  describe('on disk', () => {
    promises(open, open);

    it('says that the first start takes seconds', () => {
      expect(said[0]).toContain('first start');
      expect(said.join()).toContain('applied 0001-initial');
    });

    it.skipIf(process.platform === 'win32')('is closed to other users of the machine', () => {
      expect(statSync(directory).mode & 0o077).toBe(0);
    });

    it('is open in one process at a time', async () => {
      expect(existsSync(`${directory}.lock`)).toBe(true);
      await expect(open()).rejects.toMatchObject({ code: 'locked' });
    });
  });

  describe('in a thread of its own', () => {
    let database: Database;
    beforeAll(async () => {
      database = await freshDatabase();
    });
    afterAll(async () => {
      await database.close();
    });

    it('does not pass its check in read-only mode, although it answers', async () => {
      await sql`set default_transaction_read_only = on`.execute(database.sql);
      await expect(database.check()).rejects.toMatchObject({ code: 'read-only' });
      await sql`set default_transaction_read_only = off`.execute(database.sql);
      await expect(database.check()).resolves.toBeUndefined();
    });

    it('does not block the event loop while it works', async () => {
      let ticks = 0;
      const ticking = setInterval(() => (ticks += 1), 5);
      await sql`select count(*) from generate_series(1, 500000)`.execute(database.sql);
      clearInterval(ticking);
      expect(ticks).toBeGreaterThan(3);
    });
  });

  it('names a directory that is no database', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'no directory');
    await expect(openDatabase({ kind: 'embedded', directory: file })).rejects.toMatchObject({ code: 'cannot-open' });
    expect(existsSync(`${file}.lock`)).toBe(false);
  }, 60_000);
});

const unavailable = postgresUnavailable();
describe.skipIf(unavailable !== null)(`a PostgreSQL server ${unavailable ?? ''}`, () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres();
    url = server.createDatabase();
  });
  afterAll(() => {
    server.stop();
  });
  const open = (): Promise<Database> => openDatabase({ kind: 'postgres', url });
  promises(open, open);

  it('is migrated once by replicas that start together', async () => {
    const fresh = server.createDatabase();
    const replicas = await Promise.all(
      [1, 2, 3].map(() => openDatabase({ kind: 'postgres', url: fresh, maxConnections: 2 })),
    );
    await Promise.all(replicas.map((replica) => replica.check()));
    await Promise.all(replicas.map((replica) => replica.close()));
  });

  it('refuses a server that is not there, without the password in the message', async () => {
    const attempt = openDatabase({ kind: 'postgres', url: 'postgres://user:s3cret@127.0.0.1:9/none' });
    await expect(attempt).rejects.toMatchObject({ code: 'cannot-open' });
    await expect(attempt).rejects.not.toThrow('s3cret');
  });
});
