/** The loop that takes jobs and runs them, so many at a time in each lane. Its state is there to be looked at. */
import type { Instant } from '../case/index.ts';
import { PermanentJobFailure, type Job, type JobHandler, type StageTime } from './job.ts';
import type { JobQueue } from './queue.ts';
import { runJob, type Outcome, type RunningJob } from './run-job.ts';

export interface LaneOptions {
  readonly name: string;
  /** Jobs at a time. */
  readonly concurrency: number;
}

interface WorkerLog {
  readonly info: (details: object, message: string) => void;
  readonly warn: (details: object, message: string) => void;
  readonly error: (details: object, message: string) => void;
}

export interface EndedJob {
  readonly id: string;
  readonly kind: string;
  readonly lane: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly error: string | null;
  readonly endedAt: Instant;
  /** Of this attempt. */
  readonly milliseconds: number;
  readonly stages: readonly StageTime[];
}

export interface WorkerOptions {
  readonly queue: JobQueue;
  /** By kind; jobs of other kinds are left for other workers. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly lanes: readonly LaneOptions[];
  readonly log: WorkerLog;
  /** True where no other process can use the database (embedded): what it left running is taken back at once. */
  readonly alone?: boolean;
  /** Between two looks for work of other processes or of later. Default 1 s. */
  readonly pollMs?: number;
  /** Default 15 min. */
  readonly timeLimitMs?: number;
  /** Default 10 s. */
  readonly graceMs?: number;
  /** Default 1 s. */
  readonly progressMs?: number;
  /**
   * Words for `lastError`, without patient data. Default: the message of a PermanentJobFailure, of every other error
   * its name and code, because a library may quote what it was given.
   */
  readonly describe?: (error: unknown) => string;
  /** Also for attempts of other processes that this one found to have ended without a word. */
  readonly onEnded?: (ended: EndedJob) => void;
}

export interface LaneState extends LaneOptions {
  readonly running: readonly {
    readonly id: string;
    readonly kind: string;
    readonly attempt: number;
    readonly stage: string | null;
    readonly percent: number | null;
    readonly startedAt: Instant | null;
  }[];
  readonly lastJob: EndedJob | null;
  readonly lastError: EndedJob | null;
}

export interface Workers {
  readonly state: () => {
    readonly stopping: boolean;
    readonly lanes: readonly LaneState[];
    /** Why the last look for work failed; null when it did not. */
    readonly trouble: string | null;
  };
  /** Takes no more jobs, asks the running ones to end and gives them back. Repeatable; resolves when all are out of hand. */
  readonly stop: () => Promise<void>;
}

export function describeError(error: unknown): string {
  if (error instanceof PermanentJobFailure) return error.message;
  if (!(error instanceof Error)) return 'unknown failure';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name} (${code})` : error.name;
}

interface Lane extends LaneOptions {
  readonly running: Set<RunningJob>;
  lastJob: EndedJob | null;
  lastError: EndedJob | null;
}

function endOf(
  { id, kind, lane, attempt }: Job,
  { stages, ...how }: Pick<EndedJob, 'outcome' | 'error' | 'endedAt' | 'milliseconds' | 'stages'>,
): EndedJob {
  return { id, kind, lane, attempt, ...how, stages: stages.filter((stage) => stage.attempt === attempt) };
}

/** What an attempt came to whose process ended without a word. */
function wentTo(state: Job['state']): Outcome {
  return state === 'failed' || state === 'cancelled' ? state : 'tried-again';
}

/** Starts at once. Errors of the database are logged and tried again: the loop ends only by `stop`. */
export function startWorkers(options: WorkerOptions): Workers {
  const { queue, handlers, log, pollMs = 1_000 } = options;
  const { holder } = queue;
  const lanes = options.lanes.map((lane): Lane => ({ ...lane, running: new Set(), lastJob: null, lastError: null }));
  const kinds = Object.keys(handlers);
  const stop = new AbortController();
  const stopped = (): boolean => stop.signal.aborted;
  let trouble: string | null = null;
  let wake: () => void = () => undefined;
  let woken = false;

  const wakeUp = (): void => {
    woken = true;
    wake();
  };
  const forget = holder.onChange(() => {
    wakeUp();
    for (const { running } of lanes) for (const job of running) job.look();
  });

  /** Until something happens here, or it is time to look for what happened elsewhere. */
  function pause(): Promise<void> {
    if (woken || stopped()) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function note(ended: EndedJob, lane: Lane | undefined): void {
    const { id: job, kind, attempt, outcome, error } = ended;
    if (lane !== undefined) {
      lane.lastJob = ended;
      if (error !== null) lane.lastError = ended;
    }
    const level = outcome === 'failed' ? 'error' : outcome === 'tried-again' || outcome === 'lost' ? 'warn' : 'info';
    const why = error === null ? {} : { why: error };
    log[level]({ job, kind, lane: ended.lane, attempt, outcome, ...why }, 'job ended');
    options.onEnded?.(ended);
  }

  function start(lane: Lane, running: RunningJob): void {
    const { job } = running;
    const began = performance.now();
    lane.running.add(running);
    void running.ended.then(({ outcome, error }) => {
      lane.running.delete(running);
      const milliseconds = Math.round(performance.now() - began);
      note(endOf(job, { outcome, error, endedAt: holder.clock(), milliseconds, stages: running.stages() }), lane);
      wakeUp();
    });
  }

  const forgetTakenBack = holder.onTakenBack((job) => {
    const endedAt = holder.clock();
    const outcome = wentTo(job.state);
    const milliseconds = Math.max(0, endedAt - (job.startedAt ?? endedAt));
    const ended = endOf(job, { outcome, error: job.lastError, endedAt, milliseconds, stages: job.stages });
    note(
      ended,
      lanes.find(({ name }) => name === job.lane),
    );
  });

  async function takeOne(): Promise<boolean> {
    const open = lanes.filter(({ running, concurrency }) => running.size < concurrency);
    const job = await holder.claim(
      open.map(({ name }) => name),
      kinds,
    );
    if (job === null) return false;
    const lane = open.find(({ name }) => name === job.lane);
    const handler = handlers[job.kind];
    if (lane === undefined || handler === undefined) throw new Error('a job was handed out that nobody asked for');
    const { timeLimitMs = 15 * 60_000, graceMs = 10_000, progressMs = 1_000, describe = describeError } = options;
    const onError = (error: unknown, what: string): void => {
      log.error({ job: job.id, kind: job.kind, lane: job.lane, err: error }, what);
    };
    start(
      lane,
      runJob(job, { holder, handler, stop: stop.signal, timeLimitMs, graceMs, progressMs, describe, onError }),
    );
    return true;
  }

  async function loop(): Promise<void> {
    let taken = options.alone !== true;
    while (!stopped()) {
      woken = false;
      try {
        if (!taken) {
          await holder.takeBackAll();
          taken = true;
        }
        while (!stopped() && (await takeOne()));
        trouble = null;
      } catch (error) {
        trouble = describeError(error);
        log.error({ err: error }, 'looking for jobs failed');
        woken = false;
      }
      await pause();
    }
  }

  const looping = loop();
  let stopping: Promise<void> | null = null;
  const end = async (): Promise<void> => {
    stop.abort();
    wakeUp();
    await looping;
    await Promise.all(lanes.flatMap(({ running }) => [...running].map((job) => job.ended)));
    forget();
    forgetTakenBack();
  };
  return {
    state: () => ({
      stopping: stopped(),
      trouble,
      lanes: lanes.map(({ running, ...lane }) => ({
        ...lane,
        running: [...running].map(({ job, stage, percent }) => ({
          id: job.id,
          kind: job.kind,
          attempt: job.attempt,
          stage: stage(),
          percent: percent(),
          startedAt: job.startedAt,
        })),
      })),
    }),
    stop: () => {
      stopping ??= end();
      return stopping;
    },
  };
}
