/** One job in the hands of one worker: its context, its signs of life, and how it ends. */
import type { Job, JobContext, JobHandler, StageTime } from './job.ts';
import { JobLeaseLost, PermanentJobFailure } from './job.ts';
import type { Hold } from './hold.ts';
import type { JobHolder } from './queue.ts';
import { endStage, enterStage } from './stages.ts';

/** How a run ended. 'lost': somebody else has the job; 'returned': back in line because the process stops. */
export type Outcome = 'done' | 'failed' | 'tried-again' | 'cancelled' | 'returned' | 'lost';

export interface RunOptions {
  readonly holder: JobHolder;
  readonly handler: JobHandler;
  /** The process stops: the handler is asked to end, and the job goes back in line. */
  readonly stop: AbortSignal;
  /** A run that lasts longer is given up and counts as a failed attempt. */
  readonly timeLimitMs: number;
  /** How long a handler that was asked to end is waited for. */
  readonly graceMs: number;
  /** Progress within a stage is written at most this often; a new stage at once. */
  readonly progressMs: number;
  /** Words for `lastError`, without patient data. */
  readonly describe: (error: unknown) => string;
  readonly onError: (error: unknown, what: string) => void;
}

export interface RunningJob {
  readonly job: Job;
  readonly stage: () => string | null;
  readonly percent: () => number | null;
  readonly stages: () => readonly StageTime[];
  /** Looks at once whether the job was cancelled. */
  readonly look: () => void;
  /** Never rejects. */
  readonly ended: Promise<{ readonly outcome: Outcome; readonly error: string | null }>;
}

type Why = 'cancelled' | 'lost' | 'stopping' | 'time-limit';

/** The reason of the AbortSignal that a handler sees. */
export class JobAborted extends Error {
  override readonly name = 'JobAborted';
  readonly why: Why;

  constructor(why: Why) {
    super(`the job is to end: ${why}`);
    this.why = why;
  }
}

const SAYING: Readonly<Record<Why, string>> = {
  cancelled: 'cancelled',
  lost: 'another worker has it',
  stopping: 'the service stopped',
  'time-limit': 'it ran past its time limit and was given up',
};

export function runJob(job: Job, options: RunOptions): RunningJob {
  const { holder, handler, timeLimitMs, graceMs, progressMs, describe, onError } = options;
  const lease = holder.leaseOf(job);
  const abort = new AbortController();
  let why: Why | null = null;
  let committed = false;
  let committing = false;
  let stages = job.stages;
  let stage: string | null = null;
  let percent: number | null = null;
  let writtenAt = 0;
  let writing: Promise<void> = Promise.resolve();
  let dirty: NodeJS.Timeout | null = null;
  let aliveAt = performance.now();

  const end = (reason: Why): void => {
    // The row is locked by the commit, and may be found ended before we are told that it is.
    if (why !== null || committed || committing) return;
    why = reason;
    abort.abort(new JobAborted(reason));
  };
  const heed = (hold: Hold): void => {
    if (hold !== 'held') end(hold);
  };

  async function beat(): Promise<void> {
    try {
      const asked = performance.now();
      heed(await holder.heartbeat(lease));
      aliveAt = asked;
    } catch (error) {
      onError(error, 'a sign of life could not be written');
      // Nobody heard of this worker for a whole lease: another one may be at work by now.
      if (performance.now() - aliveAt > holder.leaseMs) end('lost');
    }
  }

  function write(): void {
    dirty = null;
    writtenAt = performance.now();
    const now = { stage: stage ?? '', percent: percent ?? 0, stages };
    writing = writing
      .then(() => holder.progress(lease, now))
      .then(heed)
      .catch((error: unknown) => {
        onError(error, 'the progress of a job could not be written');
      });
  }

  const context: JobContext = {
    attempt: job.attempt,
    signal: abort.signal,
    progress: (name, share) => {
      if (committed) return;
      const entered = name !== stage;
      stage = name;
      percent = Math.min(100, Math.max(0, share));
      stages = enterStage(stages, job.attempt, name, holder.clock());
      const wait = entered ? 0 : Math.max(0, writtenAt + progressMs - performance.now());
      if (wait === 0) {
        if (dirty !== null) clearTimeout(dirty);
        write();
      } else dirty ??= setTimeout(write, wait);
    },
    commit: async (work) => {
      // A progress that is still under way would wait for the row that the transaction holds.
      settleProgress();
      await writing;
      const ended = endStage(stages, job.attempt, holder.clock());
      committing = true;
      try {
        await holder.transaction(async (tx) => {
          if (!(await holder.finish(lease, ended, tx))) throw new JobLeaseLost('the job is in other hands');
          await work(tx);
        });
        stages = ended;
        committed = true;
      } finally {
        committing = false;
      }
    },
    write: async (work) => {
      settleProgress();
      await writing;
      await holder.transaction(async (tx) => {
        if ((await holder.heartbeat(lease, tx)) === 'lost') throw new JobLeaseLost('the job is in other hands');
        await work(tx);
      });
    },
  };

  function settleProgress(): void {
    if (dirty !== null) clearTimeout(dirty);
    dirty = null;
  }

  async function attempt(): Promise<{ outcome: Outcome; error: string | null }> {
    const beats = setInterval(() => void beat(), holder.leaseMs / 3);
    const limit = setTimeout(() => {
      end('time-limit');
    }, timeLimitMs);
    const onStop = (): void => {
      end('stopping');
    };
    options.stop.addEventListener('abort', onStop);
    if (options.stop.aborted) onStop();
    const patience = patienceAfter(abort.signal, graceMs);
    try {
      abort.signal.throwIfAborted();
      await Promise.race([handler(job, context), patience.over]);
      return await conclude(null);
    } catch (error) {
      return await conclude(error ?? new Error('rejected with nothing'));
    } finally {
      clearInterval(beats);
      clearTimeout(limit);
      patience.end();
      settleProgress();
      options.stop.removeEventListener('abort', onStop);
    }
  }

  /** @param error what the handler threw; null when it resolved */
  async function conclude(error: unknown): Promise<{ outcome: Outcome; error: string | null }> {
    settleProgress();
    await writing;
    if (committed) {
      if (error !== null) onError(error, 'a handler failed after its job was committed');
      return { outcome: 'done', error: null };
    }
    const ended = endStage(stages, job.attempt, holder.clock());
    stages = ended;
    if (error === null) return { outcome: (await holder.finish(lease, ended)) ? 'done' : 'lost', error: null };
    if (stage !== null) await holder.progress(lease, { stage, percent: percent ?? 0, stages: ended });
    if (why === 'stopping') return { outcome: wentTo(await holder.release(lease)), error: SAYING.stopping };
    const reason = why === null ? describe(error) : SAYING[why];
    if (why === null) onError(error, 'a job failed');
    const permanent = why === null && error instanceof PermanentJobFailure;
    const state = await holder.fail(lease, { reason, permanent });
    return { outcome: state === 'queued' ? 'tried-again' : wentTo(state), error: reason };
  }

  const ended = attempt().catch((error: unknown) => {
    // The database did not take the end: the lease runs out, and the job is taken back.
    onError(error, 'the end of a job could not be written');
    return { outcome: 'lost' as const, error: 'the end could not be written' };
  });
  return { job, stage: () => stage, percent: () => percent, stages: () => stages, look: () => void beat(), ended };
}

function wentTo(state: Job['state'] | null): Outcome {
  switch (state) {
    case null:
      return 'lost';
    case 'queued':
      return 'returned';
    case 'cancelled':
      return 'cancelled';
    case 'failed':
      return 'failed';
    case 'done':
    case 'running':
      throw new Error(`a job that was given back is '${state}'`);
  }
}

/** Rejects some time after the signal: a handler that does not listen must not keep its place for ever. */
function patienceAfter(signal: AbortSignal, graceMs: number): { over: Promise<never>; end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      timer = setTimeout(() => {
        reject(new Error('the handler did not end when it was asked to'));
      }, graceMs);
    });
  });
  return {
    over,
    end: () => {
      clearTimeout(timer);
    },
  };
}
