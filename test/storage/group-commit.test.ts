import { describe, expect, it } from 'vitest';
import { createGroupCommit } from '../../src/storage/group-commit.ts';

describe('group commit', () => {
  it('rejects everybody in a batch that failed, and goes on with the next', async () => {
    let failing = true;
    const group = createGroupCommit(
      (items: readonly number[]) => (failing ? Promise.reject(new Error('disk full')) : Promise.resolve(items)),
      { maxItems: 10 },
    );
    const results = await Promise.allSettled([group.add(1), group.add(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing = false;
    await expect(group.add(3)).resolves.toBe(3);
  });

  it('writes what arrives during a write together, in order of arrival, in batches of bounded size', async () => {
    const batches: number[][] = [];
    const group = createGroupCommit(
      async (items: readonly number[]) => {
        batches.push([...items]);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return items.map((n) => n * 2);
      },
      { maxItems: 4 },
    );
    const first = group.add(0);
    await new Promise((resolve) => setTimeout(resolve, 2));
    const results = await Promise.all([first, ...[1, 2, 3, 4, 5, 6].map((n) => group.add(n))]);
    expect(results).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(batches.flat()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(4);
  });

  it('finishes what was added before closing and refuses what comes after', async () => {
    const group = createGroupCommit((items: readonly string[]) => Promise.resolve(items), { maxItems: 1 });
    const added = ['a', 'b', 'c'].map((text) => group.add(text));
    await group.close();
    await expect(Promise.all(added)).resolves.toEqual(['a', 'b', 'c']);
    await expect(group.add('d')).rejects.toThrow('closed');
  });
});
