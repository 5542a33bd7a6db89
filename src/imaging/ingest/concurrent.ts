/**
 * Runs a task for each item as the items come, no more than `limit` at once; the source waits meanwhile.
 * Tasks that run finish before it ends. @throws the first error of a task or of the source
 */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T>,
  limit: number,
  task: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let index = 0;
  try {
    for await (const item of items) {
      const done: Promise<void> = task(item, index)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .then(() => {
          running.delete(done);
        });
      index += 1;
      running.add(done);
      if (running.size >= limit) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
