/** Exit codes and output of the command line, in one place so that `--help` can promise them. */

/** Documented in `stroke-cds --help`. */
export const EXIT = {
  ok: 0,
  /** The command ran and found problems: invalid rows, a broken audit chain, a configuration that cannot be used. */
  problems: 1,
  /** The command could not run: unreadable file, wrong arguments. */
  usage: 2,
  /** The service could not start. */
  unavailable: 3,
} as const;

/** An error that ends the command with a sentence for the person at the terminal and no stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** One of the values that an option may have. @throws CommandError for another one */
export function chosen<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((entry) => entry === value);
  if (found === undefined) throw new CommandError(`--${name} is one of ${allowed.join(', ')}`);
  return found;
}

/** A progress line on stderr, redrawn in place on a terminal and left out elsewhere. @param total 0 when not known */
export function progress(
  label: string,
  total: number,
): { tick: (done: number, stage?: string) => void; done: () => void } {
  const shown = process.stderr.isTTY;
  let last = 0;
  return {
    tick(count, stage) {
      const now = performance.now();
      if (!shown || now - last < 100) return;
      last = now;
      const share = total > 0 ? `${String(Math.floor((100 * count) / total)).padStart(3)} %` : String(count);
      process.stderr.write(`\r\u001b[K${label}: ${share}${stage === undefined ? '' : `, ${stage}`}  `);
    },
    done() {
      if (shown && last > 0) process.stderr.write('\r\u001b[K');
    },
  };
}
