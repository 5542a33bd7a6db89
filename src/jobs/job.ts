/**
 * Durable work outside of the hook path. A job is a row; what a killed process had in hand is taken up by the next one.
 * States map to the Unified Procedure Step (DICOM PS3.4 annex CC): queued SCHEDULED, running IN PROGRESS, done COMPLETED,
 * failed and cancelled CANCELED.
 */
import type { Transaction } from 'kysely';
import type { Instant } from '../case/index.ts';
import type { Schema } from '../storage/schema.ts';

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface NewJob {
  /** 'analyze-study', 'deliver-dicom' … */
  readonly kind: string;
  /** Two jobs of one kind and key are one job while the first is queued; data for the handler goes into `payload`. */
  readonly key: string;
  /** Jobs of one lane never hold up those of another: a destination, 'analysis'. */
  readonly lane: string;
  /** JSON; holds no patient name and no token. */
  readonly payload: unknown;
  /** Lower runs first. */
  readonly priority: number;
  readonly notBefore?: Instant;
  /** After this many tries it is failed and stays visible. Default 5. */
  readonly maxAttempts?: number;
}

/** One stage of one attempt; `endedAt` is null while it runs, and stays null when its process was killed. */
export interface StageTime {
  readonly attempt: number;
  readonly stage: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly lane: string;
  readonly payload: unknown;
  readonly priority: number;
  readonly state: JobState;
  /** Of the running or last attempt, from 1. */
  readonly attempt: number;
  readonly stage: string | null;
  readonly percent: number | null;
  /** In the project's own words, no patient data. */
  readonly lastError: string | null;
  readonly queuedAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly notBefore: Instant;
  /** Of all attempts, oldest first. */
  readonly stages: readonly StageTime[];
}

export interface JobContext {
  readonly attempt: number;
  /** Aborted when the job is cancelled, its lease is lost or the process stops. */
  readonly signal: AbortSignal;
  /** @param percent 0–100 of the whole job */
  readonly progress: (stage: string, percent: number) => void;
  /**
   * Ends the job as done in the transaction that writes its results, so that what it shows appears exactly once: a
   * process killed before leaves nothing, one killed after leaves a finished job. Effects outside of the database come
   * before it and carry names made from the job's id, so that doing them again replaces them.
   * @throws JobLeaseLost when somebody else has the job by now; nothing is written
   */
  readonly commit: (write: (tx: Transaction<Schema>) => Promise<void>) => Promise<void>;
  /**
   * Writes what stands before the job has ended, while it is in these hands: another worker that took it over may have
   * written newer results.
   * @throws JobLeaseLost as `commit`
   */
  readonly write: (write: (tx: Transaction<Schema>) => Promise<void>) => Promise<void>;
}

/** The job is in other hands: cancelled, or taken over after its lease ran out. */
export class JobLeaseLost extends Error {
  override readonly name = 'JobLeaseLost';
}

/** Thrown by a handler: this will never work, do not try again. Every other error is tried again with back-off. */
export class PermanentJobFailure extends Error {
  override readonly name = 'PermanentJobFailure';
}

export type JobHandler = (job: Job, context: JobContext) => Promise<void>;
