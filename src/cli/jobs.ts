/** `stroke-cds jobs`: what waits, runs and was given up, and what a person may do about it. */
import { instantFromEpoch, toIso } from '../case/index.ts';
import { createJobQueue, JOB_STATES, UPS_STATES, type Job, type JobQueue, type JobState } from '../jobs/index.ts';
import { withDatabase, type ConfigOption } from './database.ts';
import { CommandError, EXIT } from './terminal.ts';

export interface JobsListOptions extends ConfigOption {
  readonly state?: string;
  readonly json?: boolean;
}

function withQueue<T>(options: ConfigOption, use: (queue: JobQueue) => Promise<T>): Promise<T> {
  return withDatabase(options, (database) =>
    use(createJobQueue(database, { clock: () => instantFromEpoch(Date.now()) })),
  );
}

function statesOf(text: string | undefined): readonly JobState[] {
  if (text === undefined) return JOB_STATES.filter((state) => state !== 'done');
  const state = JOB_STATES.find((known) => known === text);
  if (state === undefined) throw new CommandError(`--state is one of ${JOB_STATES.join(', ')}`);
  return [state];
}

export async function jobsListCommand(options: JobsListOptions): Promise<number> {
  const states = statesOf(options.state);
  const jobs = await withQueue(options, (queue) => queue.list({ states, limit: 1_000 }));
  for (const job of jobs) say(options.json === true ? JSON.stringify(withUps(job)) : lineOf(job));
  if (jobs.length === 0 && options.json !== true)
    say(options.state === undefined ? 'no job waits, runs or was given up' : 'no such job');
  return jobs.some(({ state }) => state === 'failed') ? EXIT.problems : EXIT.ok;
}

const withUps = (job: Job): object => ({ ...job, upsState: UPS_STATES[job.state] });

function lineOf({ id, kind, lane, state, attempt, stage, percent, lastError, queuedAt }: Job): string {
  const doing = stage === null ? '' : ` ${stage}${percent === null ? '' : ` ${percent.toFixed(0)} %`}`;
  const error = lastError === null ? '' : `: ${lastError}`;
  return `${id}  ${state.padEnd(9)} ${kind} (${lane}), attempt ${String(attempt)}, since ${toIso(queuedAt)}${doing}${error}`;
}

export async function jobsRequeueCommand(id: string, options: ConfigOption): Promise<number> {
  const outcome = await withQueue(options, (queue) => queue.requeue(id));
  say(outcome);
  return outcome === 'queued' ? EXIT.ok : EXIT.problems;
}

export async function jobsCancelCommand(id: string, options: ConfigOption): Promise<number> {
  const outcome = await withQueue(options, (queue) => queue.cancel(id));
  say(outcome);
  return outcome === 'cancelled' || outcome === 'asked' ? EXIT.ok : EXIT.problems;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
