/** Databases for tests: in memory from a template that is made once per machine and schema, and a real PostgreSQL. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../src/storage/index.ts';

const MIGRATIONS = new URL('../../src/storage/migrations/', import.meta.url);

/** Changes with the engine and the migrations, so an old template is never used. */
function templateKey(): string {
  const hash = createHash('sha256').update(`${process.getuid?.() ?? 0}`);
  const engine = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);
  hash.update(readFileSync(engine));
  for (const name of readdirSync(MIGRATIONS).sort()) hash.update(readFileSync(new URL(name, MIGRATIONS)));
  return hash.digest('hex').slice(0, 16);
}

/** Making one takes initdb's seconds; test files that race make it twice and the last rename stands. */
export async function template(): Promise<string> {
  const folder = join(tmpdir(), 'stroke-cds-tests');
  const path = join(folder, `template-${templateKey()}.tar`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const directory = join(folder, `making-${process.pid}-${Date.now()}`);
  const made = await openDatabase({ kind: 'embedded', directory });
  await made.close();
  const engine = await PGlite.create(directory);
  const archive = await engine.dumpDataDir('none');
  await engine.close();
  const draft = `${directory}.tar`;
  writeFileSync(draft, Buffer.from(await archive.arrayBuffer()));
  renameSync(draft, path);
  rmSync(directory, { recursive: true, force: true });
  return path;
}

/** A fresh migrated database in memory, in a second or two. Close it. */
export async function freshDatabase(): Promise<Database> {
  return openDatabase({ kind: 'embedded', directory: ':memory:' }, { archive: await template() });
}

/** Back to the state after migration, for use between tests of one file. */
export async function emptyDatabase({ sql: db }: Database): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`alter table audit_record disable trigger all`.execute(tx);
    await sql`truncate audit_record, issued_card, feedback, used_token, job restart identity`.execute(tx);
    await sql`truncate image_study, image_patient_id, image_series, image_instance, image_refusal, image_tombstone`.execute(
      tx,
    );
    await sql`alter table audit_record enable trigger all`.execute(tx);
    await tx
      .updateTable('audit_head')
      .set({ sequence: 0, hash: '0'.repeat(64) })
      .execute();
  });
}

/** Changes the audit tables as an intruder with the owner's rights would: past the triggers. */
export async function tamper({ sql: db }: Database, ...statements: readonly string[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`alter table audit_record disable trigger all`.execute(tx);
    for (const statement of statements) await sql.raw(statement).execute(tx);
    await sql`alter table audit_record enable trigger all`.execute(tx);
  });
}
