/** An error for the log: what kind and where, never its message, which may quote a request or a record. */

export interface SafeError {
  readonly type: string;
  readonly code?: string;
  /** Frames only; the first line of a stack repeats the message. */
  readonly stack?: readonly string[];
  readonly cause?: SafeError;
}

/** Codes such as ECONNREFUSED or ERR_JWKS_TIMEOUT, and SQLSTATEs such as 53100 (disk full). */
const CODE = /^(?:[A-Z][A-Z0-9_]{1,63}|\d[\dA-Z]{4})$/;
const NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const DEEPEST_CAUSE = 3;

export function safeError(error: unknown, depth = 0): SafeError {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: NAME.test(error.name) ? error.name : 'Error',
    ...(typeof code === 'string' && CODE.test(code) ? { code } : {}),
    ...(frames === undefined || depth > 0 ? {} : { stack: frames.slice(0, 12).map((line) => line.trim()) }),
    ...(error.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: safeError(error.cause, depth + 1) }),
  };
}
