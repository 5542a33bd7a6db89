/** The rules of the queue as a model in memory, run beside the real queue under random sequences of operations. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { plus, type Instant } from '../../src/case/index.ts';
import { backOffDelay, type BackOff } from '../../src/jobs/back-off.ts';
import { createJobQueue, type Job, type JobState } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';

interface Entry {
  readonly id: string;
  readonly key: string;
  readonly order: number;
  priority: number;
  state: JobState;
  attempt: number;
  /** Failures since it was put in line. */
  failures: number;
  notBefore: number;
  leaseUntil: number;
  cancelAsked: boolean;
}

const TRIES = 3;

const operation = fc.oneof(
  fc.record({
    type: fc.constant('enqueue'),
    key: fc.constantFrom('a', 'b', 'c'),
    priority: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ type: fc.constant('claim') }),
  fc.record({ type: fc.constantFrom('finish', 'fail', 'never', 'release', 'heartbeat'), which: fc.nat(5) }),
  fc.record({ type: fc.constantFrom('cancel', 'requeue'), which: fc.nat(9) }),
  fc.record({ type: fc.constant('wait'), ms: fc.constantFrom(500, 4_000, 20_000, 31_000) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface ModelOptions {
  readonly database: Database;
  readonly seedTime: Instant;
  readonly leaseMs: number;
  readonly backOff: BackOff;
}

/** @throws the smallest sequence of operations after which queue and model differ */
export async function runModel({ database, seedTime, leaseMs, backOff }: ModelOptions): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
      await database.sql.deleteFrom('job').execute();
      let now = seedTime;
      const queue = createJobQueue(database, { clock: () => now, leaseMs, backOff, chance: () => 1 });
      const entries: Entry[] = [];
      /** Every lease ever given, the lost ones too. */
      const held: Job[] = [];

      const waiting = (key: string): Entry | undefined => entries.find((e) => e.key === key && e.state === 'queued');
      const runs = (key: string): boolean => entries.some((e) => e.key === key && e.state === 'running');
      const holderOf = (job: Job): Entry | undefined =>
        entries.find((e) => e.id === job.id && e.state === 'running' && e.attempt === job.attempt);

      function putBack(entry: Entry, { counts, permanent = false }: { counts: boolean; permanent?: boolean }): void {
        if (counts) entry.failures += 1;
        if (entry.cancelAsked) entry.state = 'cancelled';
        else if (permanent || entry.failures >= TRIES) entry.state = 'failed';
        else entry.state = waiting(entry.key) === undefined ? 'queued' : 'cancelled';
      }
      function expire(): void {
        for (const entry of entries.filter((e) => e.state === 'running' && e.leaseUntil < now)) {
          putBack(entry, { counts: true });
          entry.notBefore = now;
        }
      }

      async function apply(op: Operation): Promise<void> {
        switch (op.type) {
          case 'enqueue': {
            if (!('key' in op)) return;
            const known = waiting(op.key);
            const { id, created } = await queue.enqueue({
              ...op,
              kind: 'k',
              lane: 'l',
              payload: 1,
              maxAttempts: TRIES,
            });
            expect(created).toBe(known === undefined);
            if (known === undefined) {
              const fresh = { state: 'queued', attempt: 0, failures: 0, leaseUntil: 0, cancelAsked: false } as const;
              entries.push({ id, key: op.key, order: entries.length, priority: op.priority, notBefore: now, ...fresh });
              return;
            }
            expect(id).toBe(known.id);
            known.priority = Math.min(known.priority, op.priority);
            known.notBefore = known.attempt === 0 ? now : Math.max(known.notBefore, now);
            return;
          }
          case 'claim': {
            const job = await queue.holder.claim(['l'], ['k']);
            expire();
            const [next] = entries
              .filter((e) => e.state === 'queued' && e.notBefore <= now && !runs(e.key))
              .sort((a, b) => a.priority - b.priority || a.order - b.order);
            expect(job?.id).toBe(next?.id);
            if (job === null || next === undefined) return;
            Object.assign(next, { state: 'running', attempt: next.attempt + 1, leaseUntil: plus(now, leaseMs) });
            expect(job.attempt).toBe(next.attempt);
            held.push(job);
            return;
          }
          case 'wait':
            if ('ms' in op) now = plus(now, op.ms);
            return;
          case 'cancel':
          case 'requeue': {
            if (!('which' in op)) return;
            const entry = entries[op.which];
            if (entry === undefined) return;
            if (op.type === 'cancel') {
              await queue.cancel(entry.id);
              if (entry.state !== 'queued' && entry.state !== 'running') return;
              entry.cancelAsked = true;
              if (entry.state === 'queued') entry.state = 'cancelled';
              return;
            }
            await queue.requeue(entry.id);
            if ((entry.state !== 'failed' && entry.state !== 'cancelled') || waiting(entry.key) !== undefined) return;
            Object.assign(entry, { state: 'queued', failures: 0, cancelAsked: false, notBefore: now });
            return;
          }
          default: {
            if (!('which' in op)) return;
            const job = held.at(-1 - op.which);
            if (job === undefined) return;
            const entry = holderOf(job);
            const lease = queue.holder.leaseOf(job);
            if (op.type === 'finish') {
              expect(await queue.holder.finish(lease, [])).toBe(entry !== undefined);
              if (entry !== undefined) entry.state = 'done';
            } else if (op.type === 'heartbeat') {
              expect(await queue.holder.heartbeat(lease)).toBe(
                entry === undefined ? 'lost' : entry.cancelAsked ? 'cancelled' : 'held',
              );
              if (entry !== undefined) entry.leaseUntil = plus(now, leaseMs);
            } else if (op.type === 'release') {
              if (entry !== undefined) {
                putBack(entry, { counts: false });
                entry.notBefore = now;
              }
              expect(await queue.holder.release(lease)).toBe(entry?.state ?? null);
            } else {
              const permanent = op.type === 'never';
              if (entry !== undefined) {
                putBack(entry, { counts: true, permanent });
                entry.notBefore = plus(now, backOffDelay(entry.failures, 1, backOff));
              }
              expect(await queue.holder.fail(lease, { reason: 'r', permanent })).toBe(entry?.state ?? null);
            }
          }
        }
      }

      for (const op of operations) await apply(op);
      const seen = new Map((await queue.list({ limit: 1_000 })).map((job) => [job.id, job]));
      expect(entries.map(({ id }) => seen.get(id)?.state)).toEqual(entries.map(({ state }) => state));
      expect(seen.size).toBe(entries.length);
    }),
    { numRuns: 40 },
  );
}
