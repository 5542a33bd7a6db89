import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  `create table audit_record (
     sequence bigint primary key,
     previous_hash text not null,
     hash text not null,
     recorded_at timestamptz not null,
     kind text not null,
     client text,
     evaluation_id text,
     hook_instance text,
     payload text not null
   )`,
  'create index audit_record_evaluation on audit_record (evaluation_id) where evaluation_id is not null',
  'create index audit_record_recorded_at on audit_record (recorded_at)',
  `create table audit_head (
     id smallint primary key check (id = 1),
     sequence bigint not null,
     hash text not null
   )`,
  `insert into audit_head (id, sequence, hash) values (1, 0, repeat('0', 64))`,
  // Against mistakes and ordinary access, not against the owner of the database: that is what the chain is for.
  `create function audit_record_append_only() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' and current_setting('stroke_cds.retention', true) = 'on' then
       return old;
     end if;
     raise exception 'audit records are append-only';
   end $$`,
  `create trigger audit_record_no_change before update or delete on audit_record
     for each row execute function audit_record_append_only()`,
  `create trigger audit_record_no_truncate before truncate on audit_record
     for each statement execute function audit_record_append_only()`,
  `create table issued_card (
     card text primary key,
     evaluation_id text not null,
     client text not null,
     service text not null,
     topic text not null,
     issued_at timestamptz not null
   )`,
  'create index issued_card_issued_at on issued_card (issued_at)',
  `create table feedback (
     key text primary key,
     client text not null,
     service text not null,
     request_id text not null,
     card text not null,
     evaluation_id text,
     outcome text not null,
     outcome_at timestamptz,
     received_at timestamptz not null,
     accepted_suggestions text not null,
     override_reasons text not null,
     user_comment text,
     flaws text not null,
     raw text not null,
     times_received integer not null default 1,
     position bigint generated always as identity
   )`,
  'create index feedback_card on feedback (card)',
  'create index feedback_evaluation on feedback (evaluation_id)',
  `create table used_token (
     key text primary key,
     expires_at timestamptz not null
   )`,
  'create index used_token_expires_at on used_token (expires_at)',
];

export const initial: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
