/**
 * Durable work outside of the hook path. A job is a row; what a killed process had in hand is taken up by the next one.
 * States map to the Unified Procedure Step (DICOM PS3.4 annex CC): queued SCHEDULED, running IN PROGRESS, done COMPLETED,
 * failed and cancelled CANCELED.
 */
import type { Instant } from '../case/index.ts';

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
  /** After this many tries it is failed and stays visible. */
  readonly maxAttempts?: number;
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
}

export interface JobContext {
  readonly attempt: number;
  /** Aborted when the job is cancelled, its lease is lost or the process stops. */
  readonly signal: AbortSignal;
  readonly progress: (stage: string, percent: number) => void;
}

/** Thrown by a handler: this will never work, do not try again. Every other error is tried again with back-off. */
export class PermanentJobFailure extends Error {
  override readonly name = 'PermanentJobFailure';
}

export type JobHandler = (job: Job, context: JobContext) => Promise<void>;
