/** The port between the protocol and whatever gives the advice. */
import type { Degradation } from '../case/index.ts';
import type { CardDraft } from '../explanation/card-draft.ts';
import type { HookRequest } from './request.ts';
import type { TrustedClient } from './trusted-client.ts';

export interface Advice {
  /** Id of the evaluation: appContext of SMART links, path of the basis page, key that feedback joins. Unguessable. */
  readonly evaluationId: string;
  readonly cards: readonly CardDraft[];
  /** BCP 47 language of the cards. */
  readonly locale: string;
  /** What the advice rests on (facts, evaluations, versions), handed to the audit record unread; JSON-serializable. */
  readonly record: unknown;
  /** Parts of the record that could not be used, for audit and metrics: project words only, no patient data. */
  readonly degradations: readonly Degradation[];
}

export interface InvocationContext {
  readonly client: TrustedClient;
  /** Aborts when the time of the whole answer is over. */
  readonly signal: AbortSignal;
  /** Await it before acting for the caller (reading with its token): until then the call may be a replay. */
  readonly tokenIsFresh: Promise<void>;
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
}

/** Thrown when nothing can be said: becomes 412 with an OperationOutcome. */
export class NothingToSay extends Error {
  override readonly name = 'NothingToSay';
}

export interface HookService {
  readonly id: string;
  readonly hooks: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly usageRequirements: string;
  /** Prefetch templates by key, with 2.0 root tokens only. */
  readonly prefetch: Readonly<Record<string, string>>;
  /** @throws NothingToSay */
  readonly advise: (request: HookRequest, context: InvocationContext) => Promise<Advice>;
}
