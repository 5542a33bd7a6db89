/** What the protocol side needs from its surroundings. Adapters live with audit, storage, fhir and http. */
import type { Degradation, Instant } from '../case/index.ts';
import type { Indicator } from '../explanation/card-draft.ts';
import type { HookTrigger } from './request.ts';

/** The present; an argument so that tests can pin it. */
export type Clock = () => Instant;

/** Structured log; values are codes and ids of our own, never patient data, tokens or free text. */
export interface Logger {
  readonly info: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly error: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Remembers token ids so that a token is used once, across restarts and replicas. */
export interface JtiStore {
  /**
   * @param expiresAt after this instant the entry may be forgotten
   * @returns false when this issuer has used the id before
   */
  readonly remember: (issuer: string, jti: string, expiresAt: Instant) => Promise<boolean>;
}

/** Refuses a FHIR base URL outside the list. @throws when it is not allowed, before any request is made */
export type AssertAllowedFhirServer = (url: string, allowed: readonly string[]) => void | Promise<void>;

export interface SentCard {
  readonly uuid: string;
  readonly topic: string;
  readonly summary: string;
  readonly indicator: Indicator;
  /** So that feedback on a suggestion's uuid finds what was suggested. */
  readonly suggestions: readonly { readonly uuid: string; readonly id: string }[];
}

export interface DroppedCard {
  readonly topic: string;
  readonly summary: string;
  /** Findings as 'pointer text', without values. */
  readonly reasons: readonly string[];
}

/** Milliseconds. */
export interface InvocationTimings {
  readonly total: number;
  /** Reading the record, deciding and explaining. Absent when it was not reached. */
  readonly advise?: number;
}

/** One hook call of an authenticated client. Durable before the answer leaves. */
export interface InvocationAudit {
  readonly requestId: string;
  readonly clientId: string;
  /** Absent when the body was refused before these could be read. */
  readonly userReference?: string;
  readonly patientReference?: string;
  readonly encounterReference?: string;
  readonly hook?: string;
  readonly trigger?: HookTrigger;
  readonly hookInstance?: string;
  readonly serviceId: string;
  /** When the request was received. */
  readonly at: Instant;
  /** SHA-256 of the raw body, hex; absent when the body was not read. */
  readonly bodyHash?: string;
  /** Absent when no advice was computed. */
  readonly evaluationId?: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Stable code of a failure: 'http-400', 'nothing-to-say', 'fault'. */
  readonly failure?: string;
  readonly cards: readonly SentCard[];
  readonly droppedCards: readonly DroppedCard[];
  readonly locale?: string;
  readonly degradations: readonly Degradation[];
  readonly timings: InvocationTimings;
  /** `Advice.record`: facts, evaluations and versions, as the advising side gave them. */
  readonly record?: unknown;
}

export interface AuditPort {
  /** Resolves when the record is durable. @throws when it cannot be recorded: then no advice is given */
  readonly recordInvocation: (entry: InvocationAudit) => Promise<void>;
}

export interface OverrideReason {
  readonly code?: string;
  readonly system?: string;
  readonly display?: string;
}

/** One outcome of one card, normalized over the spellings that EHRs use. */
export interface FeedbackEntry {
  /** SHA-256 over client, service and content: the same report sent twice has the same key. */
  readonly key: string;
  readonly clientId: string;
  readonly serviceId: string;
  readonly requestId: string;
  readonly receivedAt: Instant;
  /** uuid of the card. */
  readonly card: string;
  readonly outcome: 'accepted' | 'overridden';
  /** Null when it was missing, had no zone, or could not be read. */
  readonly outcomeAt: Instant | null;
  /** uuids of suggestions. */
  readonly acceptedSuggestions: readonly string[];
  readonly overrideReasons: readonly OverrideReason[];
  /** Free text of the user, may hold patient data: encrypt or leave out. */
  readonly userComment: string | null;
  /** What deviated from the specification: 'accepted-without-suggestion', 'timestamp-unusable'. */
  readonly flaws: readonly string[];
  /** The item as it was received, without the comment. */
  readonly raw: unknown;
}

export interface FeedbackStore {
  /**
   * Keeps every entry once by `key`; an entry for a card that was never sent is kept and counted.
   * @returns how many entries name a card unknown to the audit record
   */
  readonly record: (entries: readonly FeedbackEntry[]) => Promise<{ readonly unknownCards: number }>;
}

/** Labels are from closed sets; no ids of patients, users or requests. */
export interface CdsHooksMetrics {
  readonly invocation: (labels: { service: string; hook: string; status: number }, seconds: number) => void;
  readonly card: (topic: string, indicator: Indicator) => void;
  readonly cardDropped: (topic: string) => void;
  readonly degradation: (why: Degradation['why']) => void;
  readonly authenticationFailure: (reason: string) => void;
  readonly auditFailure: () => void;
  readonly feedback: (outcome: FeedbackEntry['outcome']) => void;
}
