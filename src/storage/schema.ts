/** The tables, as the code sees them. `migrations/` makes them; the same SQL runs embedded and on a server. */
import type { ColumnType, Generated } from 'kysely';

/** Written as ISO text or Date, read as Date. */
type Timestamp = ColumnType<Date, Date | string, Date | string>;

/** One link of the chain. `payload` is RFC 8785 text, kept byte for byte because the hash is over it. */
export interface AuditRecordTable {
  sequence: number;
  previous_hash: string;
  hash: string;
  recorded_at: Timestamp;
  kind: string;
  client: string | null;
  evaluation_id: string | null;
  hook_instance: string | null;
  payload: string;
}

/** One row: the newest link. Every append moves it, so that a cut tail shows. */
export interface AuditHeadTable {
  id: number;
  sequence: number;
  hash: string;
}

/** Which evaluation a card came from: what feedback joins by. */
export interface IssuedCardTable {
  card: string;
  evaluation_id: string;
  client: string;
  service: string;
  topic: string;
  issued_at: Timestamp;
}

/** JSON columns are text: `jsonb` refuses NUL escapes, which an EHR may well send. */
export interface FeedbackTable {
  key: string;
  client: string;
  service: string;
  request_id: string;
  card: string;
  evaluation_id: string | null;
  outcome: string;
  outcome_at: Timestamp | null;
  received_at: Timestamp;
  accepted_suggestions: string;
  override_reasons: string;
  /** Encrypted, or null. */
  user_comment: string | null;
  flaws: string;
  raw: string;
  times_received: Generated<number>;
  /** Order of arrival: the last one wins in reports. */
  position: Generated<number>;
}

/** SHA-256 of issuer and token id; the token itself is never stored. */
export interface UsedTokenTable {
  key: string;
  expires_at: Timestamp;
}

export interface Schema {
  audit_record: AuditRecordTable;
  audit_head: AuditHeadTable;
  issued_card: IssuedCardTable;
  feedback: FeedbackTable;
  used_token: UsedTokenTable;
}
