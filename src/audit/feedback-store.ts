/** What clinicians did with a card: kept once per report, joined to the evaluation it came from, audited. */
import { sql, type Insertable } from 'kysely';
import { instantFromEpoch, type Instant } from '../case/index.ts';
import type { Database } from '../storage/database.ts';
import type { FeedbackTable } from '../storage/schema.ts';
import type { AuditLog } from './audit-log.ts';
import type { FreeTextVault } from './free-text.ts';
import { storable } from './record.ts';

/** One outcome of one card, normalized; times are instants. */
export interface FeedbackReport {
  /** The same report sent twice has the same key. */
  readonly key: string;
  readonly clientId: string;
  readonly serviceId: string;
  readonly requestId: string;
  readonly receivedAt: Instant;
  /** uuid of the card. */
  readonly card: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly outcomeAt: Instant | null;
  readonly acceptedSuggestions: readonly string[];
  readonly overrideReasons: readonly { readonly code?: string; readonly system?: string; readonly display?: string }[];
  /** Free text of the user: sealed or dropped here, never in the audit chain. */
  readonly userComment: string | null;
  readonly flaws: readonly string[];
  /** The item as it was received, without the comment. Unknown members may hold free text: sealed or dropped likewise. */
  readonly raw: unknown;
}

export interface StoredFeedback extends FeedbackReport {
  /** Null when the card was never sent to this client. */
  readonly evaluationId: string | null;
  readonly timesReceived: number;
}

export interface FeedbackStore {
  /**
   * Keeps every report once by `key`, with or without a card that we know.
   * @returns how many name a card that was never sent to that client
   */
  readonly record: (reports: readonly FeedbackReport[]) => Promise<{ readonly unknownCards: number }>;
  /** Everything about an evaluation, oldest first; comments opened. */
  readonly ofEvaluation: (evaluationId: string) => Promise<readonly StoredFeedback[]>;
  /** The last word on every card, received in [from, to). */
  readonly latest: (from: Date, to: Date) => Promise<readonly StoredFeedback[]>;
}

type FeedbackRow = Omit<FeedbackTable, 'outcome_at' | 'received_at' | 'times_received' | 'position'> & {
  outcome_at: Date | null;
  received_at: Date;
  times_received: number;
};

function opened(sealed: string | null, key: string, vault: FreeTextVault): string | null {
  if (sealed === null || sealed === '') return null;
  try {
    return vault.open(sealed, key);
  } catch {
    // Sealed with a key that this service no longer has: the rest of the report stands.
    return null;
  }
}

/** Comment and raw item of one report are sealed apart: neither can be put in the other's place. */
const rawContext = (key: string): string => `${key} raw`;

function fromRow(row: FeedbackRow, vault: FreeTextVault): StoredFeedback {
  return {
    key: row.key,
    clientId: row.client,
    serviceId: row.service,
    requestId: row.request_id,
    receivedAt: instantFromEpoch(row.received_at.getTime()),
    card: row.card,
    evaluationId: row.evaluation_id,
    outcome: row.outcome === 'accepted' ? 'accepted' : 'overridden',
    outcomeAt: row.outcome_at === null ? null : instantFromEpoch(row.outcome_at.getTime()),
    acceptedSuggestions: JSON.parse(row.accepted_suggestions) as string[],
    overrideReasons: JSON.parse(row.override_reasons) as FeedbackReport['overrideReasons'],
    userComment: opened(row.user_comment, row.key, vault),
    flaws: JSON.parse(row.flaws) as string[],
    raw: JSON.parse(opened(row.raw, rawContext(row.key), vault) ?? 'null') as unknown,
    timesReceived: row.times_received,
  };
}

/** A report with what it is about, and how often this batch holds it. */
interface Counted {
  readonly report: FeedbackReport;
  readonly evaluationId: string | null;
  /** Sealed, or null. */
  readonly comment: string | null;
  readonly times: number;
}

const ROWS_TOGETHER = 250;

export function createFeedbackStore(database: Database, log: AuditLog, vault: FreeTextVault): FeedbackStore {
  const db = database.sql;

  /** A client's word counts for its own cards only. */
  async function evaluationsOf(reports: readonly FeedbackReport[]): Promise<(report: FeedbackReport) => string | null> {
    const nameOf = (client: string | null, card: string | null): string => JSON.stringify([client, card]);
    const cards = [...new Set(reports.map(({ card }) => storable(card) ?? ''))];
    const rows = await db
      .selectFrom('issued_card')
      .select(['card', 'client', 'evaluation_id'])
      .where('card', 'in', cards)
      .execute();
    const known = new Map(rows.map(({ card, client, evaluation_id }) => [nameOf(client, card), evaluation_id]));
    return ({ clientId, card }) => known.get(nameOf(storable(clientId), storable(card))) ?? null;
  }

  /** Rows in one statement, in their order. @returns how often each report was received by now, by key */
  async function insert(batch: readonly Counted[]): Promise<ReadonlyMap<string, number>> {
    const rows = await db
      .insertInto('feedback')
      .values(batch.map(toRow))
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({ times_received: sql`feedback.times_received + excluded.times_received` }),
      )
      .returning(['key', 'times_received'])
      .execute();
    return new Map(rows.map(({ key, times_received }) => [key, times_received]));
  }

  function toRow({ report, evaluationId, comment, times }: Counted): Insertable<FeedbackTable> {
    const { key, clientId, serviceId, requestId, card, outcome, acceptedSuggestions, overrideReasons, flaws } = report;
    return {
      key,
      client: storable(clientId) ?? '',
      service: storable(serviceId) ?? '',
      request_id: storable(requestId) ?? '',
      card: storable(card) ?? '',
      evaluation_id: evaluationId,
      outcome,
      outcome_at: report.outcomeAt === null ? null : new Date(report.outcomeAt),
      received_at: new Date(report.receivedAt),
      accepted_suggestions: JSON.stringify(acceptedSuggestions),
      override_reasons: JSON.stringify(overrideReasons),
      user_comment: comment,
      flaws: JSON.stringify(flaws),
      raw: vault.seal(JSON.stringify(report.raw ?? null), rawContext(key)) ?? '',
      times_received: times,
    };
  }

  function append({ report, evaluationId, comment }: Counted): Promise<unknown> {
    const { key, clientId, serviceId, requestId, card, outcome, acceptedSuggestions, overrideReasons, flaws } = report;
    return log.append({
      kind: 'feedback',
      client: clientId,
      evaluationId,
      payload: {
        key,
        serviceId,
        requestId,
        card,
        outcome,
        outcomeAt: report.outcomeAt === null ? null : new Date(report.outcomeAt).toISOString(),
        acceptedSuggestions,
        overrideReasons: overrideReasons.map(({ code, system }) => ({ code, system })),
        comment: report.userComment === null ? 'none' : comment === null ? 'dropped' : 'sealed',
        flaws,
      },
    });
  }

  /** Keys of the reports on an evaluation that the audit record holds. */
  async function auditedOf(evaluationId: string): Promise<ReadonlySet<unknown>> {
    const records = await log.byEvaluation(evaluationId);
    return new Set(
      records.flatMap(({ kind, payload }) => (kind === 'feedback' ? [(payload as { key?: unknown }).key] : [])),
    );
  }

  /** A repetition adds nothing to the audit record, unless the first attempt broke off before its record was written. */
  async function unrecorded(batch: readonly Counted[], received: ReadonlyMap<string, number>): Promise<Counted[]> {
    const again = batch.filter(({ report, times }) => (received.get(report.key) ?? 0) > times);
    const evaluations = [...new Set(again.flatMap(({ evaluationId }) => evaluationId ?? []))];
    const audited = new Map<string, ReadonlySet<unknown>>();
    for (const id of evaluations) audited.set(id, await auditedOf(id));
    return batch.filter((one) => {
      if (!again.includes(one)) return true;
      return one.evaluationId !== null && audited.get(one.evaluationId)?.has(one.report.key) !== true;
    });
  }

  /** One row that cannot be written holds up no other. */
  async function insertEach(
    batch: readonly Counted[],
  ): Promise<{ rows: ReadonlyMap<string, number>; failures: unknown[] }> {
    const rows = new Map<string, number>();
    const failures: unknown[] = [];
    for (const one of batch) {
      try {
        for (const [key, times] of await insert([one])) rows.set(key, times);
      } catch (failure) {
        failures.push(failure);
      }
    }
    return { rows, failures };
  }

  async function keep(batch: readonly Counted[]): Promise<void> {
    const { rows, failures } = await insert(batch).then(
      (all) => ({ rows: all, failures: [] }),
      () => insertEach(batch),
    );
    const kept = batch.filter(({ report }) => rows.has(report.key));
    // Records share their commits. Told only when nothing of the batch is still being written.
    const results = await Promise.allSettled((await unrecorded(kept, rows)).map(append));
    for (const failure of failures) throw failure;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  return {
    record: async (reports) => {
      if (reports.length === 0) return { unknownCards: 0 };
      const evaluationOf = await evaluationsOf(reports);
      const byKey = new Map<string, Counted>();
      for (const report of reports) {
        const { key, userComment } = report;
        const first = byKey.get(key);
        const comment = userComment === null ? null : vault.seal(userComment, key);
        const counted = first ?? { report, evaluationId: evaluationOf(report), comment, times: 0 };
        byKey.set(key, { ...counted, times: counted.times + 1 });
      }
      const all = [...byKey.values()];
      for (let at = 0; at < all.length; at += ROWS_TOGETHER) await keep(all.slice(at, at + ROWS_TOGETHER));
      return { unknownCards: reports.filter((report) => evaluationOf(report) === null).length };
    },
    ofEvaluation: async (evaluationId) => {
      const rows = await db
        .selectFrom('feedback')
        .selectAll()
        .where('evaluation_id', '=', evaluationId)
        .orderBy('position')
        .execute();
      return rows.map((row) => fromRow(row, vault));
    },
    latest: async (from, to) => {
      // A client's clock may run ahead of ours; nothing happened after we heard of it.
      const rows = await db
        .selectFrom('feedback')
        .selectAll()
        .distinctOn(['client', 'card'])
        .where('received_at', '>=', from)
        .where('received_at', '<', to)
        .orderBy('client')
        .orderBy('card')
        .orderBy(sql`least(coalesce(outcome_at, received_at), received_at)`, 'desc')
        .orderBy('position', 'desc')
        .execute();
      return rows.map((row) => fromRow(row, vault));
    },
  };
}
