/**
 * Walks the whole chain and says what does not hold.
 * Found from the database alone: a changed, missing, moved or inserted record, a cut end (against the head row), a removed
 * beginning that no retention record accounts for. Found only with a checkpoint kept outside: an end that was cut or
 * rewritten by someone who also rewrote the head row.
 */
import type { Kysely } from 'kysely';
import type { Schema } from '../storage/schema.ts';
import { GENESIS, recordHash, type Checkpoint, type RawRecord } from './record.ts';
import { findHead, readChain } from './rows.ts';

export type ChainProblem =
  /** The content does not give the recorded hash. */
  | { readonly kind: 'changed'; readonly sequence: number }
  /** The content was written as another link. */
  | { readonly kind: 'reordered'; readonly sequence: number; readonly writtenAs: number }
  /** The record before this one is not the one that it was chained to. */
  | { readonly kind: 'broken-link'; readonly sequence: number }
  | { readonly kind: 'missing'; readonly from: number; readonly through: number }
  /** The chain ends before the place where it is known to have been. */
  | { readonly kind: 'truncated'; readonly last: number; readonly expected: number }
  /** The head row is behind the records, or names another hash. */
  | { readonly kind: 'head-mismatch'; readonly last: number; readonly head: number }
  /** The row that names the newest record is gone. */
  | { readonly kind: 'head-missing'; readonly last: number }
  /** The record at the checkpoint is another one than when the checkpoint was taken. */
  | { readonly kind: 'checkpoint-mismatch'; readonly sequence: number };

export interface VerifyReport {
  readonly ok: boolean;
  readonly records: number;
  readonly first: number | null;
  /** Keep it outside the database and give it to the next verification. */
  readonly last: Checkpoint | null;
  /** At most 1,000. */
  readonly problems: readonly ChainProblem[];
}

export interface VerifyProgress {
  readonly verified: number;
  /** Records there are, about. */
  readonly of: number;
}

export interface VerifyOptions {
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** From an earlier report, a log line or a printout. */
  readonly checkpoint?: Checkpoint;
}

const MAX_PROBLEMS = 1_000;
const PROGRESS_EVERY = 1_000;

/** A hole before `sequence`; explained when retention says that it removed exactly up to there. */
interface Hole {
  readonly from: number;
  readonly sequence: number;
  readonly previousHash: string;
}

interface Walk {
  previous: Checkpoint;
  records: number;
  first: number | null;
  readonly problems: ChainProblem[];
  readonly unsound: RawRecord[];
  readonly holes: Hole[];
  readonly removedThrough: Map<number, string>;
  checkpointSeen: boolean;
}

function noteRetention(walk: Walk, record: RawRecord): void {
  const { removedThrough, lastHash } = JSON.parse(record.payload) as { removedThrough?: unknown; lastHash?: unknown };
  if (typeof removedThrough === 'number' && typeof lastHash === 'string')
    walk.removedThrough.set(removedThrough, lastHash);
}

function step(walk: Walk, record: RawRecord, checkpoint: Checkpoint | undefined): void {
  const { previous } = walk;
  const follows = record.sequence === previous.sequence + 1;
  const sound = recordHash(record) === record.hash;
  if (!sound) walk.unsound.push(record);
  if (!follows) {
    walk.holes.push({ from: previous.sequence + 1, sequence: record.sequence, previousHash: record.previousHash });
  } else if (sound && record.previousHash !== previous.hash) {
    walk.problems.push({ kind: 'broken-link', sequence: record.sequence });
  }
  if (sound && record.kind === 'retention') noteRetention(walk, record);
  if (checkpoint?.sequence === record.sequence) {
    walk.checkpointSeen = true;
    if (checkpoint.hash !== record.hash) walk.problems.push({ kind: 'checkpoint-mismatch', sequence: record.sequence });
  }
  walk.first ??= record.sequence;
  walk.records += 1;
  walk.previous = { sequence: record.sequence, hash: record.hash };
}

/** A moved record still gives its hash under the sequence that it was written with. */
function diagnose(unsound: readonly RawRecord[]): ChainProblem[] {
  const suspects = unsound.slice(0, 100);
  return unsound.map((record) => {
    const origin = suspects.find(
      ({ sequence }) => sequence !== record.sequence && recordHash({ ...record, sequence }) === record.hash,
    );
    return origin === undefined
      ? { kind: 'changed', sequence: record.sequence }
      : { kind: 'reordered', sequence: record.sequence, writtenAs: origin.sequence };
  });
}

function checkEnd(walk: Walk, head: Checkpoint | undefined, checkpoint: Checkpoint | undefined): void {
  const { previous: last, problems } = walk;
  if (head === undefined) {
    problems.push({ kind: 'head-missing', last: last.sequence });
  } else if (head.sequence > last.sequence) {
    problems.push({ kind: 'truncated', last: last.sequence, expected: head.sequence });
  } else if (head.sequence < last.sequence || head.hash !== last.hash) {
    problems.push({ kind: 'head-mismatch', last: last.sequence, head: head.sequence });
  }
  if (checkpoint !== undefined && checkpoint.sequence > Math.max(last.sequence, head?.sequence ?? 0)) {
    problems.push({ kind: 'truncated', last: last.sequence, expected: checkpoint.sequence });
  }
  const removed = checkpoint === undefined ? undefined : walk.removedThrough.get(checkpoint.sequence);
  if (removed !== undefined && removed !== checkpoint?.hash && !walk.checkpointSeen) {
    problems.push({ kind: 'checkpoint-mismatch', sequence: checkpoint?.sequence ?? 0 });
  }
}

async function oldestSequence(db: Kysely<Schema>): Promise<number | undefined> {
  const row = await db.selectFrom('audit_record').select('sequence').orderBy('sequence').limit(1).executeTakeFirst();
  return row?.sequence;
}

export async function verifyChain(db: Kysely<Schema>, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { onProgress, checkpoint } = options;
  const walk: Walk = {
    previous: GENESIS,
    records: 0,
    first: null,
    problems: [],
    unsound: [],
    holes: [],
    removedThrough: new Map(),
    checkpointSeen: false,
  };
  let head = await findHead(db);
  // The service may be appending: go on until nothing new is there and the head has been reached, or is out of reach.
  for (let grew = true; grew;) {
    const before = walk.records;
    const after = walk.records === 0 ? undefined : walk.previous.sequence;
    for await (const record of readChain(db, {}, after)) {
      step(walk, record, checkpoint);
      if (walk.records % PROGRESS_EVERY === 0)
        onProgress?.({ verified: walk.records, of: head?.sequence ?? walk.records });
    }
    head = await findHead(db);
    grew = walk.records > before && head !== undefined && head.sequence > walk.previous.sequence;
  }
  // Retention only removes the oldest records: a hole with older ones still before it is never explained by it.
  const oldest = await oldestSequence(db);
  for (const { from, sequence, previousHash } of walk.holes) {
    const explained = oldest === sequence && walk.removedThrough.get(sequence - 1) === previousHash;
    if (!explained) walk.problems.push({ kind: 'missing', from, through: sequence - 1 });
  }
  walk.problems.push(...diagnose(walk.unsound));
  checkEnd(walk, head, checkpoint);
  onProgress?.({ verified: walk.records, of: walk.records });
  return {
    ok: walk.problems.length === 0,
    records: walk.records,
    first: walk.first,
    last: walk.records === 0 ? null : walk.previous,
    problems: walk.problems.slice(0, MAX_PROBLEMS),
  };
}
