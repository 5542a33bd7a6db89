export {
  JobLeaseLost,
  JOB_STATES,
  PermanentJobFailure,
  type Job,
  type JobContext,
  type JobHandler,
  type JobState,
  type NewJob,
  type StageTime,
} from './job.ts';
export type { Enqueued } from './claim.ts';
export type { CancelOutcome, JobFilter, LaneDepth, PurgeRule, RequeueOutcome } from './look.ts';
export { createJobQueue, type JobQueue, type QueueOptions } from './queue.ts';
export { JobAborted, type Outcome } from './run-job.ts';
export { UPS_STATES, type UpsState } from './ups-state.ts';
export {
  describeError,
  startWorkers,
  type EndedJob,
  type LaneOptions,
  type LaneState,
  type WorkerOptions,
  type Workers,
} from './workers.ts';
