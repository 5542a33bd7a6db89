/**
 * One link of the audit chain. Its hash is SHA-256 over the RFC 8785 text of the whole record without `hash`,
 * so anyone can check an export with any implementation of that standard.
 */
import { createHash } from 'node:crypto';
import { canonicalText } from './canonical-text.ts';

/** What a record is about. `retention` is the tombstone of records that were removed because their time was over. */
export const AUDIT_KINDS = [
  'startup',
  'shutdown',
  'invocation',
  'feedback',
  'dropped-card',
  'config-change',
  'content-damaged',
  'imaging-result',
  'analysis-override',
  'contact-sheet-read',
  'retention',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

export interface IssuedCard {
  /** uuid of the card as sent. */
  readonly card: string;
  readonly service: string;
  readonly topic: string;
}

/** What a caller wants recorded. */
export interface AuditEntry {
  readonly kind: AuditKind;
  /** Id of the trusted client; absent for what the service does by itself. */
  readonly client?: string | null;
  readonly evaluationId?: string | null;
  readonly hookInstance?: string | null;
  /** Any JSON value. */
  readonly payload: unknown;
  /** Cards sent with the evaluation, so that feedback finds it. Written in the same transaction. */
  readonly cards?: readonly IssuedCard[];
}

/** Position and hash of a link: kept outside the database, it also proves that the end was not cut or rewritten. */
export interface Checkpoint {
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditRecord extends Checkpoint {
  readonly previousHash: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly recordedAt: string;
  readonly kind: string;
  readonly client: string | null;
  readonly evaluationId: string | null;
  readonly hookInstance: string | null;
  readonly payload: unknown;
}

/** A record whose payload is still text. */
export interface RawRecord extends Omit<AuditRecord, 'payload'> {
  readonly payload: string;
}

/** The link before the first one. */
export const GENESIS: Checkpoint = { sequence: 0, hash: '0'.repeat(64) };

/** RFC 8785 text of a record: members in code unit order, the payload already canonical. */
function recordText(record: Omit<RawRecord, 'hash'>, hash?: string): string {
  const text = (value: string | null): string => JSON.stringify(value);
  return (
    `{"client":${text(record.client)},"evaluationId":${text(record.evaluationId)},` +
    (hash === undefined ? '' : `"hash":${text(hash)},`) +
    `"hookInstance":${text(record.hookInstance)},"kind":${text(record.kind)},"payload":${record.payload},` +
    `"previousHash":${text(record.previousHash)},"recordedAt":${text(record.recordedAt)},"sequence":${record.sequence}}`
  );
}

export function recordHash(record: Omit<RawRecord, 'hash'>): string {
  return createHash('sha256').update(recordText(record)).digest('hex');
}

/** One line of an NDJSON export. */
export function exportLine(record: RawRecord): string {
  return recordText(record, record.hash);
}

/** An entry made ready to be linked: everything that does not depend on its place in the chain. */
export interface PreparedEntry {
  readonly recordedAt: string;
  readonly kind: AuditKind;
  readonly client: string | null;
  readonly evaluationId: string | null;
  readonly hookInstance: string | null;
  readonly payload: string;
  readonly cards: readonly IssuedCard[];
}

/** PostgreSQL text holds no NUL, and UTF-8 no lone surrogate; these columns are ids, so a mark in their place does. */
export function storable(value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return Buffer.from(value.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8');
}

export function prepare(entry: AuditEntry, recordedAt: Date): PreparedEntry {
  return {
    recordedAt: recordedAt.toISOString(),
    kind: entry.kind,
    client: storable(entry.client),
    evaluationId: storable(entry.evaluationId),
    hookInstance: storable(entry.hookInstance),
    payload: canonicalText(entry.payload),
    cards: entry.cards ?? [],
  };
}

/** Chains prepared entries behind `head`. */
export function link(entries: readonly PreparedEntry[], head: Checkpoint): RawRecord[] {
  let { sequence, hash } = head;
  return entries.map(({ recordedAt, kind, client, evaluationId, hookInstance, payload }) => {
    sequence += 1;
    const record = {
      sequence,
      previousHash: hash,
      recordedAt,
      kind,
      client,
      evaluationId,
      hookInstance,
      payload,
    };
    hash = recordHash(record);
    return { ...record, hash };
  });
}
