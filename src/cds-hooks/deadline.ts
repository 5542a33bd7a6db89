/** Thrown when the time of an answer is over. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Runs work under a deadline. The work is told by its signal and abandoned, so that one that does not listen cannot
 * hold the answer.
 * @param milliseconds more than zero
 * @throws DeadlineExceeded, or whatever the work throws
 */
export async function withDeadline<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineExceeded());
      controller.abort(new DeadlineExceeded());
    }, milliseconds);
  });
  try {
    return await Promise.race([work(controller.signal), over]);
  } finally {
    clearTimeout(timer);
  }
}
