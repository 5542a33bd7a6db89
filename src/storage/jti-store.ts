/** Token ids that were used, shared by all replicas and kept over restarts. */
import { createHash } from 'node:crypto';
import type { Instant } from '../case/index.ts';
import type { Database } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import { keptPlan } from './kept-plan.ts';

export interface JtiStore {
  /**
   * Durable when it resolves.
   * @param expiresAt after this instant the entry may be forgotten (the end of the token's life and the clock tolerance)
   * @returns false when this issuer has used the id before
   */
  readonly remember: (issuer: string, jti: string, expiresAt: Instant) => Promise<boolean>;
  /** Forgets what is well past its time. @returns how many */
  readonly purge: (now: Date) => Promise<number>;
  readonly close: () => Promise<void>;
}

interface UsedToken {
  readonly key: string;
  readonly expiresAt: Date;
}

const MAX_BATCH = 200;
/** Milliseconds: a replica whose clock runs ahead must not forget what another one would still accept. */
const KEPT_LONGER = 10 * 60_000;

/** The length prefix keeps ('ab', 'c') and ('a', 'bc') apart. */
function keyOf(issuer: string, jti: string): string {
  return createHash('sha256').update(`${issuer.length}:${issuer}${jti}`).digest('hex');
}

export function createJtiStore(database: Database): JtiStore {
  const db = database.sql;

  /** One insert for all; the primary key decides, also between replicas. Within the batch the first one wins. */
  async function insert(tokens: readonly UsedToken[]): Promise<readonly boolean[]> {
    const first = new Map<string, UsedToken>();
    for (const token of tokens) if (!first.has(token.key)) first.set(token.key, token);
    // Sorted, so that two replicas never wait for each other crosswise.
    const rows = [...first.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    // Arrays, so that the text is the same for any number of tokens.
    const { rows: inserted } = await db.executeQuery<{ key: string }>(
      keptPlan(
        `insert into used_token (key, expires_at) select * from unnest($1::text[], $2::timestamptz[])
         on conflict (key) do nothing returning key`,
        [rows.map(({ key }) => key), rows.map(({ expiresAt }) => expiresAt.toISOString())],
      ),
    );
    const isNew = new Set(inserted.map(({ key }) => key));
    return tokens.map((token) => first.get(token.key) === token && isNew.has(token.key));
  }

  const group = createGroupCommit(insert, { maxItems: MAX_BATCH });
  return {
    remember: (issuer, jti, expiresAt) => group.add({ key: keyOf(issuer, jti), expiresAt: new Date(expiresAt) }),
    purge: async (now) => {
      const { numDeletedRows } = await db
        .deleteFrom('used_token')
        .where('expires_at', '<', new Date(now.getTime() - KEPT_LONGER))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
    close: () => group.close(),
  };
}
