/** Removes records whose time is over, from the old end of the chain, and leaves a record that accounts for them. */
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from '../storage/schema.ts';
import { link, prepare } from './record.ts';
import { insertBehind, readHead } from './rows.ts';

export interface RetentionReport {
  readonly auditRecords: number;
  readonly feedback: number;
  readonly cards: number;
}

/** Small transactions, so that hook calls get their turn in between. */
const CHUNK = 1_000;

/**
 * The clocks of replicas may differ, so the chain is cut before its first record that must stay, not by time alone.
 * @returns how many were removed
 */
async function removeChunk(tx: Transaction<Schema>, before: Date, now: Date): Promise<number> {
  const head = await readHead(tx, 'lock');
  const oldest = tx
    .selectFrom('audit_record')
    .select(['sequence', 'hash', 'recorded_at'])
    .orderBy('sequence')
    .limit(CHUNK);
  const rows = await oldest.execute();
  const stays = rows.findIndex((row) => row.recorded_at >= before);
  const removable = stays === -1 ? rows : rows.slice(0, stays);
  const first = removable[0];
  const last = removable.at(-1);
  if (first === undefined || last === undefined) return 0;
  const entry = prepare(
    {
      kind: 'retention',
      payload: {
        removedFrom: first.sequence,
        removedThrough: last.sequence,
        lastHash: last.hash,
        records: removable.length,
        recordedBefore: before.toISOString(),
      },
    },
    now,
  );
  await insertBehind(tx, head, link([entry], head), [entry]);
  await sql`set local stroke_cds.retention = 'on'`.execute(tx);
  await tx.deleteFrom('audit_record').where('sequence', '<=', last.sequence).execute();
  return removable.length;
}

/**
 * @param days records older than this many days before `now` go; feedback and cards with them
 */
export async function applyRetention(db: Kysely<Schema>, days: number, now: Date): Promise<RetentionReport> {
  if (!(days >= 1)) throw new RangeError('retention is at least one day');
  const before = new Date(now.getTime() - days * 86_400_000);
  let auditRecords = 0;
  for (;;) {
    const removed = await db.transaction().execute((tx) => removeChunk(tx, before, now));
    auditRecords += removed;
    if (removed < CHUNK) break;
  }
  const feedback = await db.deleteFrom('feedback').where('received_at', '<', before).executeTakeFirst();
  const cards = await db.deleteFrom('issued_card').where('issued_at', '<', before).executeTakeFirst();
  return { auditRecords, feedback: Number(feedback.numDeletedRows), cards: Number(cards.numDeletedRows) };
}
