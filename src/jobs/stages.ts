/** Which stage of a job took how long. */
import type { Instant } from '../case/index.ts';
import type { StageTime } from './job.ts';

/** Enough for every stage of several attempts; the oldest go. */
const MOST = 200;

/** The running stage of an attempt ends; nothing happens when none runs. */
export function endStage(stages: readonly StageTime[], attempt: number, at: Instant): readonly StageTime[] {
  return stages.map((s) => (s.attempt === attempt && s.endedAt === null ? { ...s, endedAt: at } : s));
}

/** Ends the running stage and starts the next; the same stage again goes on. */
export function enterStage(
  stages: readonly StageTime[],
  attempt: number,
  stage: string,
  at: Instant,
): readonly StageTime[] {
  const last = stages.at(-1);
  if (last?.attempt === attempt && last.stage === stage && last.endedAt === null) return stages;
  return [...endStage(stages, attempt, at), { attempt, stage, startedAt: at, endedAt: null }].slice(-MOST);
}
