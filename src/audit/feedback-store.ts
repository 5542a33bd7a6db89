/** What clinicians did with a card: kept once per report, joined to the evaluation it came from, audited. */
import { sql } from 'kysely';
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

export function createFeedbackStore(database: Database, log: AuditLog, vault: FreeTextVault): FeedbackStore {
  const db = database.sql;

  async function evaluationOf(report: FeedbackReport): Promise<string | null> {
    // A client's word counts for its own cards only.
    const row = await db
      .selectFrom('issued_card')
      .select('evaluation_id')
      .where('card', '=', storable(report.card))
      .where('client', '=', storable(report.clientId))
      .executeTakeFirst();
    return row?.evaluation_id ?? null;
  }

  async function keep(report: FeedbackReport): Promise<boolean> {
    const evaluationId = await evaluationOf(report);
    const comment = report.userComment === null ? null : vault.seal(report.userComment, report.key);
    const { key, clientId, serviceId, requestId, card, outcome, acceptedSuggestions, overrideReasons, flaws } = report;
    const { times_received: times } = await db
      .insertInto('feedback')
      .values({
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
      })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({ times_received: sql`feedback.times_received + 1` }),
      )
      .returning('times_received')
      .executeTakeFirstOrThrow();
    // A repetition adds nothing to the audit record, unless the first attempt broke off before its record was written.
    if (times > 1 && (await isAudited(key, evaluationId))) return evaluationId !== null;
    await log.append({
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
    return evaluationId !== null;
  }

  async function isAudited(key: string, evaluationId: string | null): Promise<boolean> {
    if (evaluationId === null) return true;
    const records = await log.byEvaluation(evaluationId);
    return records.some(({ kind, payload }) => kind === 'feedback' && (payload as { key?: unknown }).key === key);
  }

  return {
    record: async (reports) => {
      // Reports on one card keep their order; different cards do not wait for each other and share audit commits.
      const byCard = new Map<string, FeedbackReport[]>();
      for (const report of reports) {
        const ofCard = byCard.get(report.card);
        if (ofCard === undefined) byCard.set(report.card, [report]);
        else ofCard.push(report);
      }
      let unknownCards = 0;
      const results = await Promise.allSettled(
        [...byCard.values()].map(async (ofCard) => {
          for (const report of ofCard) if (!(await keep(report))) unknownCards += 1;
        }),
      );
      // Told only when nothing of the batch is still being written.
      for (const result of results) if (result.status === 'rejected') throw result.reason;
      return { unknownCards };
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
