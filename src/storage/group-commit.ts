/** Group commit: while one batch is being written, what arrives waits and is written together next. */

export interface GroupCommit<Item, Result> {
  /** Resolves when the batch that holds the item is durable; rejects when that batch failed. */
  readonly add: (item: Item) => Promise<Result>;
  /** Resolves when everything added so far is settled; nothing can be added afterwards. */
  readonly close: () => Promise<void>;
}

export interface GroupCommitOptions {
  /** Most items in one batch. */
  readonly maxItems: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** @param write gets a batch in order of arrival and returns one result per item, in the same order */
export function createGroupCommit<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  { maxItems }: GroupCommitOptions,
): GroupCommit<Item, Result> {
  let queue: Waiting<Item, Result>[] = [];
  let running: Promise<void> | null = null;
  let closed = false;

  async function writeBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await write(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error('a batch was answered with another number of results');
      results.forEach((result, i) => batch[i]?.resolve(result));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function drain(): Promise<void> {
    // Callers that become ready in the same turn of the event loop share the batch.
    await new Promise(setImmediate);
    while (queue.length > 0) {
      const batch = queue.slice(0, maxItems);
      queue = queue.slice(maxItems);
      await writeBatch(batch);
    }
    running = null;
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new Error('closed: nothing can be written any more'));
          return;
        }
        queue.push({ item, resolve, reject });
        running ??= drain();
      }),
    close: async () => {
      closed = true;
      await running;
    },
  };
}
