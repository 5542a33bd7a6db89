/** The job that writes a new result into the audit record, once. */
import type { AuditLog } from '../audit/index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import type { JobHandler, NewJob } from '../jobs/index.ts';

export const RECORD_RESULT = 'record-imaging-result';
export const AUDIT_LANE = 'audit';
const PRIORITY = 20;

export function recordResultJob(resultId: string): NewJob {
  // The chain must hold it; a database that is away for an hour is no reason to give up.
  return { kind: RECORD_RESULT, key: resultId, lane: AUDIT_LANE, payload: {}, priority: PRIORITY, maxAttempts: 50 };
}

export function recordResultHandler(findings: FindingsStore, audit: AuditLog): JobHandler {
  return async ({ key: resultId }) => {
    const result = await findings.resultById(resultId);
    if (result === undefined) return;
    // A process that was killed after writing leaves the record and the job.
    const before = await audit.byEvaluation(resultId);
    if (
      before.some(({ kind, payload }) => kind === 'imaging-result' && committedAtOf(payload) === result.committedAt)
    ) {
      return;
    }
    const outputs = await findings.outputsOf(resultId);
    const payload = { ...result, outputs };
    await audit.append({ kind: 'imaging-result', client: null, evaluationId: resultId, payload });
  };
}

/** A preliminary result that settled is another statement under the same id. */
const committedAtOf = (payload: unknown): unknown => Reflect.get(Object(payload), 'committedAt');
