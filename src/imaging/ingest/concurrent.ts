export interface ConcurrencyLimits<T> {
  /** Tasks at once. */
  readonly tasks: number;
  /** Bytes of all items in hand; an item that is larger alone runs alone. */
  readonly bytes?: number;
  readonly sizeOf?: (item: T) => number;
}

/**
 * Runs a task for each item as the items come, within the limits; the source waits meanwhile.
 * Tasks that run finish before it ends. @throws the first error of a task or of the source
 */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T>,
  { tasks, bytes = Infinity, sizeOf = () => 0 }: ConcurrencyLimits<T>,
  task: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let [index, inHand] = [0, 0];
  try {
    for await (const item of items) {
      const size = sizeOf(item);
      while (running.size > 0 && (running.size >= tasks || inHand + size > bytes)) await Promise.race(running);
      if (failures.length > 0) break;
      inHand += size;
      const done: Promise<void> = task(item, index)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .then(() => {
          inHand -= size;
          running.delete(done);
        });
      index += 1;
      running.add(done);
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
