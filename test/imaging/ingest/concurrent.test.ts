import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forEachConcurrently } from '../../../src/imaging/ingest/concurrent.ts';

async function* from(sizes: readonly number[]): AsyncIterable<number> {
  for (const size of sizes) {
    await Promise.resolve();
    yield size;
  }
}

it('runs every item once, never more tasks or bytes at once than allowed, except one item that is larger alone', async () => {
  const sizes = fc.array(fc.nat(30), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 5 }), async (items, tasks) => {
      const running = new Set<number>();
      const seen: number[] = [];
      await forEachConcurrently(from(items), { tasks, bytes: 20, sizeOf: (size) => size }, async (size, index) => {
        running.add(index);
        const inHand = [...running].reduce((sum, n) => sum + (items[n] ?? 0), 0);
        expect(running.size).toBeLessThanOrEqual(tasks);
        if (running.size > 1) expect(inHand).toBeLessThanOrEqual(20);
        await new Promise(setImmediate);
        running.delete(index);
        seen[index] = size;
      });
      expect(seen).toEqual(items);
    }),
    { numRuns: 50 },
  );
});

it('stops at the first failure, after what runs has finished', async () => {
  let finished = 0;
  const failing = forEachConcurrently(from([1, 2, 3, 4, 5, 6, 7, 8]), { tasks: 2 }, async (size) => {
    await new Promise(setImmediate);
    if (size === 2) throw new Error('second');
    finished += 1;
  });
  await expect(failing).rejects.toThrow('second');
  const before = finished;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(finished).toBe(before);
  expect(finished).toBeLessThan(7);
});
