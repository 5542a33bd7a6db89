/** Figures about received images for health, metrics and the dashboard; labels come from closed sets. */
import { sql as raw } from 'kysely';
import { HOUR, SECOND, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import { unclearStudies } from './unclear-patient.ts';

export interface ReceiptStatistics {
  readonly studies: number;
  readonly instances: number;
  readonly bytes: number;
  /** Studies whose images the analysis has not got yet, without those in quarantine. */
  readonly waiting: number;
  /** Seconds since the last instance of the study that waits longest; null when none waits. */
  readonly longestWaitSeconds: number | null;
  readonly quarantined: number;
  /** Which no card could use because it is unclear whether they are of its patient; of the last days. */
  readonly unclear: number;
  /** Refused in the last 24 hours, by code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly lastReceivedAgoSeconds: number | null;
}

const seconds = (since: Date | null, now: Instant): number | null =>
  since === null ? null : Math.max(0, (now - since.getTime()) / SECOND);

export async function receiptStatistics(database: Database, now: Instant): Promise<ReceiptStatistics> {
  const { sql } = database;
  const unsettled = raw<boolean>`settled_receipts is distinct from receipts and quarantine_reason is null`;
  const [studies, instances, refusals, unclear] = await Promise.all([
    sql
      .selectFrom('image_study')
      .select(({ fn }) => [
        fn.countAll<number>().as('studies'),
        fn.countAll<number>().filterWhere(unsettled).as('waiting'),
        fn.min<Date | null>('last_received_at').filterWhere(unsettled).as('longest'),
        fn.count<number>('quarantine_reason').as('quarantined'),
        fn.max<Date | null>('last_received_at').as('last'),
      ])
      .executeTakeFirstOrThrow(),
    sql
      .selectFrom('image_instance')
      .select(({ fn }) => [fn.countAll<number>().as('instances'), fn.sum<number | string | null>('bytes').as('bytes')])
      .executeTakeFirstOrThrow(),
    sql
      .selectFrom('image_refusal')
      .select(({ fn }) => ['code', fn.countAll<number>().as('count')])
      .where('refused_at', '>', new Date(now - 24 * HOUR))
      .groupBy('code')
      .execute(),
    unclearStudies(database, now),
  ]);
  return {
    studies: studies.studies,
    instances: instances.instances,
    bytes: Number(instances.bytes ?? 0),
    waiting: studies.waiting,
    longestWaitSeconds: seconds(studies.longest, now),
    quarantined: studies.quarantined,
    unclear: unclear.length,
    refused: Object.fromEntries(refusals.map(({ code, count }) => [code, count])),
    lastReceivedAgoSeconds: seconds(studies.last, now),
  };
}
