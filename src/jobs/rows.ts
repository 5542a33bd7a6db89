/** Rows of the table as jobs, and what may be written into it. */
import type { Selectable } from 'kysely';
import { instantFromEpoch, type Instant } from '../case/index.ts';
import type { JobTable } from '../storage/schema.ts';
import type { Job, StageTime } from './job.ts';

export type JobRow = Selectable<JobTable>;

/** A job in hand: whoever took it over since has another worker or attempt, and what this one writes is refused. */
export interface Lease {
  readonly id: string;
  readonly worker: string;
  readonly attempt: number;
}

const instant = (date: Date): Instant => instantFromEpoch(date.getTime());
const instantOrNull = (date: Date | null): Instant | null => (date === null ? null : instant(date));

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    key: row.key,
    lane: row.lane,
    payload: JSON.parse(row.payload) as unknown,
    priority: row.priority,
    state: row.state,
    attempt: row.attempt,
    stage: row.stage,
    percent: row.percent,
    lastError: row.last_error,
    queuedAt: instant(row.queued_at),
    startedAt: instantOrNull(row.started_at),
    endedAt: instantOrNull(row.ended_at),
    notBefore: instant(row.not_before),
    stages: JSON.parse(row.stages) as StageTime[],
  };
}

/** PostgreSQL's text holds no NUL, and a line of a list holds no page. */
export function shortText(text: string, most = 500): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, most);
}

/** @throws TypeError for what JSON cannot hold */
export function payloadText(payload: unknown): string {
  const text = JSON.stringify(payload ?? null) as string | undefined;
  if (text === undefined) throw new TypeError('the payload of a job must be JSON');
  return text;
}
