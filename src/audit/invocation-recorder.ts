/** Turns one hook call into one audit record, with the cards that feedback will name. */
import type { AuditLog } from './audit-log.ts';

/** The parts of an invocation that are columns; everything else travels in the payload as it is. */
export interface RecordedInvocation {
  readonly clientId: string;
  readonly serviceId: string;
  readonly hookInstance?: string;
  readonly evaluationId?: string;
  readonly cards: readonly { readonly uuid: string; readonly topic: string }[];
}

export interface InvocationRecorder {
  /** Resolves when the record is durable. @throws when it is not: then no advice is given */
  readonly recordInvocation: (entry: RecordedInvocation) => Promise<void>;
}

export function createInvocationRecorder(log: AuditLog): InvocationRecorder {
  return {
    recordInvocation: async (entry) => {
      await log.append({
        kind: 'invocation',
        client: entry.clientId,
        evaluationId: entry.evaluationId ?? null,
        hookInstance: entry.hookInstance ?? null,
        payload: entry,
        cards: entry.cards.map(({ uuid, topic }) => ({ card: uuid, topic, service: entry.serviceId })),
      });
    },
  };
}
