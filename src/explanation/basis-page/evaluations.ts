/** All evaluations of a record, in the order in which they are shown. */
import { isFailed, type FailedDecision } from '../../decisions/guarded.ts';
import type { Decisions } from '../../decisions/decide.ts';
import type { Evaluation } from '../../decisions/evaluation.ts';

export function evaluationsOf({ thrombolysis, thrombectomy, hemorrhage, complications }: Decisions): Evaluation[] {
  const standing: Evaluation[] = [];
  for (const outcome of [thrombolysis, thrombectomy, hemorrhage]) if (!isFailed(outcome)) standing.push(outcome);
  if (complications !== null && !isFailed(complications))
    standing.push(complications.monitoring, complications.hemorrhage, complications.angioedema);
  return standing;
}

export function failuresOf(decisions: Decisions): FailedDecision[] {
  const outcomes: readonly unknown[] = Object.values(decisions);
  return outcomes.filter(isFailed);
}
