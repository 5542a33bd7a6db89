/**
 * The audit record: append-only, one hash chain for all writers, durable before the caller goes on.
 * One chain rather than one per replica, because then a missing record is a hole in one row of numbers.
 */
import type { Database } from '../storage/database.ts';
import { createGroupCommit } from '../storage/group-commit.ts';
import {
  exportLine,
  link,
  prepare,
  type AuditEntry,
  type AuditRecord,
  type Checkpoint,
  type PreparedEntry,
  type RawRecord,
} from './record.ts';
import { applyRetention, type RetentionReport } from './retention.ts';
import { fromRow, insertBehind, readChain, readHead, type ExportFilter } from './rows.ts';
import { verifyChain, type VerifyOptions, type VerifyReport } from './verify.ts';

export interface AuditLog {
  /** Resolves when the record is durable. @throws when it is not: then no advice may be given */
  readonly append: (entry: AuditEntry) => Promise<Checkpoint>;
  readonly verify: (options?: VerifyOptions) => Promise<VerifyReport>;
  /** Records in order, as NDJSON lines without line end; each line can be verified by itself and against its neighbor. */
  readonly export: (filter?: ExportFilter) => AsyncIterable<string>;
  /** All records of an evaluation, oldest first: its invocation, then its feedback. */
  readonly byEvaluation: (evaluationId: string) => Promise<readonly AuditRecord[]>;
  /** The newest link: log it from time to time, so that a copy lives outside the database. */
  readonly head: () => Promise<Checkpoint>;
  /** @param days see configuration; null keeps everything */
  readonly applyRetention: (days: number | null, now: Date) => Promise<RetentionReport>;
  /** Waits for what is being written; the database stays open. */
  readonly close: () => Promise<void>;
}

export interface AuditLogOptions {
  /** The present; an argument so that tests can pin it. */
  readonly now?: () => Date;
}

const MAX_BATCH = 64;

function createAppender(db: Database['sql']): (entries: readonly PreparedEntry[]) => Promise<readonly Checkpoint[]> {
  let head: Checkpoint | null = null;

  /** Waits for its turn at the head row, so it always gets in. */
  const appendLocked = (entries: readonly PreparedEntry[]): Promise<readonly RawRecord[]> =>
    db.transaction().execute(async (tx) => {
      const from = await readHead(tx, 'lock');
      const records = link(entries, from);
      if (!(await insertBehind(tx, from, records, entries))) throw new Error('the head of the audit chain moved');
      return records;
    });

  return async (entries) => {
    const from = head ?? (await readHead(db));
    head = null;
    let records: readonly RawRecord[] = link(entries, from);
    if (!(await insertBehind(db, from, records, entries))) records = await appendLocked(entries);
    head = records.at(-1) ?? from;
    return records.map(({ sequence, hash }) => ({ sequence, hash }));
  };
}

async function* lines(records: AsyncIterable<RawRecord>): AsyncGenerator<string> {
  for await (const record of records) yield exportLine(record);
}

export function createAuditLog(database: Database, options: AuditLogOptions = {}): AuditLog {
  const now = options.now ?? (() => new Date());
  const db = database.sql;
  const group = createGroupCommit(createAppender(db), { maxItems: MAX_BATCH });
  return {
    append: async (entry) => group.add(prepare(entry, now())),
    verify: (verifyOptions) => verifyChain(db, verifyOptions),
    export: (filter) => lines(readChain(db, filter)),
    byEvaluation: async (evaluationId) => {
      const rows = await db
        .selectFrom('audit_record')
        .selectAll()
        .where('evaluation_id', '=', evaluationId)
        .orderBy('sequence')
        .execute();
      return rows.map((row) => {
        const record = fromRow(row);
        return { ...record, payload: JSON.parse(record.payload) as unknown };
      });
    },
    head: () => readHead(db),
    applyRetention: (days, at) =>
      days === null ? Promise.resolve({ auditRecords: 0, feedback: 0, cards: 0 }) : applyRetention(db, days, at),
    close: () => group.close(),
  };
}
