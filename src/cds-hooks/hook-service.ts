/** The port between the protocol and whatever gives the advice. */
import type { CardDraft } from '../explanation/card-draft.ts';
import type { HookRequest } from './request.ts';
import type { TrustedClient } from './trusted-client.ts';

export interface Advice {
  /** Id of the evaluation: appContext of SMART links, path of the basis page, key that feedback joins. Unguessable. */
  readonly evaluationId: string;
  readonly cards: readonly CardDraft[];
  /** BCP 47 language of the cards. */
  readonly locale: string;
}

export interface InvocationContext {
  readonly client: TrustedClient;
  /** Aborts when the time of the whole answer is over. */
  readonly signal: AbortSignal;
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
