/** Audit records in and out of the database. */
import type { Kysely, Selectable } from 'kysely';
import { keptPlan } from '../storage/kept-plan.ts';
import type { AuditRecordTable, Schema } from '../storage/schema.ts';
import type { Checkpoint, PreparedEntry, RawRecord } from './record.ts';

const RECORD_COLUMNS = ['bigint', 'text', 'text', 'timestamptz', 'text', 'text', 'text', 'text', 'text'] as const;

/** `($11::bigint,$12::text,…),(…)`, counting on from the parameters that are there. */
function values(rows: readonly (readonly unknown[])[], types: readonly string[], parameters: unknown[]): string {
  return rows
    .map((row) => {
      const cells = types.map((type, i) => {
        parameters.push(row[i]);
        return `$${parameters.length}::${type}`;
      });
      return `(${cells.join(',')})`;
    })
    .join(',');
}

/**
 * Writes linked records and moves the head, in one statement: all of it happens, or nothing because the head is
 * no longer where `from` says (another replica was quicker).
 * @returns whether it was written
 */
export async function insertBehind(
  db: Kysely<Schema>,
  from: Checkpoint,
  records: readonly RawRecord[],
  entries: readonly PreparedEntry[],
): Promise<boolean> {
  const last = records.at(-1);
  if (last === undefined) return true;
  const cards = entries.flatMap(({ cards: issued, client, evaluationId, recordedAt }) =>
    evaluationId === null ? [] : issued.map((card) => ({ ...card, client: client ?? '', evaluationId, recordedAt })),
  );
  // Cards as arrays and not as rows, so that the text depends on the number of records only (at most 64).
  const parameters: unknown[] = [
    last.sequence,
    last.hash,
    from.sequence,
    from.hash,
    cards.map(({ card }) => card),
    cards.map(({ evaluationId }) => evaluationId),
    cards.map(({ client }) => client),
    cards.map(({ service }) => service),
    cards.map(({ topic }) => topic),
    cards.map(({ recordedAt }) => recordedAt),
  ];
  const recordValues = values(
    records.map((r) => [
      r.sequence,
      r.previousHash,
      r.hash,
      r.recordedAt,
      r.kind,
      r.client,
      r.evaluationId,
      r.hookInstance,
      r.payload,
    ]),
    RECORD_COLUMNS,
    parameters,
  );
  const { numAffectedRows } = await db.executeQuery(
    keptPlan(
      `with moved as (
         update audit_head set sequence = $1::bigint, hash = $2::text
         where id = 1 and sequence = $3::bigint and hash = $4::text returning 1
       ), cards as (
         insert into issued_card (card, evaluation_id, client, service, topic, issued_at)
         select v.* from moved,
           unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::timestamptz[]) v
         on conflict (card) do nothing
       )
       insert into audit_record
         (sequence, previous_hash, hash, recorded_at, kind, client, evaluation_id, hook_instance, payload)
       select v.* from moved, (values ${recordValues}) v`,
      parameters,
    ),
  );
  return numAffectedRows === BigInt(records.length);
}

/** @returns undefined when the head row is gone: somebody took the record apart */
export async function findHead(
  db: Kysely<Schema>,
  lock: 'lock' | 'no-lock' = 'no-lock',
): Promise<Checkpoint | undefined> {
  const query = db.selectFrom('audit_head').select(['sequence', 'hash']).where('id', '=', 1);
  const row = await (lock === 'lock' ? query.forUpdate() : query).executeTakeFirst();
  return row === undefined ? undefined : { sequence: row.sequence, hash: row.hash };
}

/** @throws when the head row is gone: nothing may be appended */
export async function readHead(db: Kysely<Schema>, lock: 'lock' | 'no-lock' = 'no-lock'): Promise<Checkpoint> {
  const head = await findHead(db, lock);
  if (head === undefined) throw new Error('the head of the audit chain is missing from the database');
  return head;
}

export function fromRow(row: Selectable<AuditRecordTable>): RawRecord {
  return {
    sequence: row.sequence,
    previousHash: row.previous_hash,
    hash: row.hash,
    recordedAt: row.recorded_at.toISOString(),
    kind: row.kind,
    client: row.client,
    evaluationId: row.evaluation_id,
    hookInstance: row.hook_instance,
    payload: row.payload,
  };
}

const PAGE = 200;

export interface ExportFilter {
  /** Recorded at or after. */
  readonly from?: Date;
  /** Recorded before. */
  readonly to?: Date;
  readonly kind?: string;
  readonly client?: string;
  readonly evaluationId?: string;
}

/** Pages through the chain in order; `after` is the last sequence already seen. */
export async function* readChain(
  db: Kysely<Schema>,
  filter: ExportFilter = {},
  after = Number.MIN_SAFE_INTEGER,
): AsyncGenerator<RawRecord> {
  let last = after;
  for (;;) {
    let query = db.selectFrom('audit_record').selectAll().where('sequence', '>', last);
    if (filter.from !== undefined) query = query.where('recorded_at', '>=', filter.from);
    if (filter.to !== undefined) query = query.where('recorded_at', '<', filter.to);
    if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
    if (filter.client !== undefined) query = query.where('client', '=', filter.client);
    if (filter.evaluationId !== undefined) query = query.where('evaluation_id', '=', filter.evaluationId);
    const rows = await query.orderBy('sequence').limit(PAGE).execute();
    for (const row of rows) yield fromRow(row);
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end.sequence;
  }
}
