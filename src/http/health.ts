/** Liveness: the process answers. Readiness: each part it needs works. */
import { Router } from 'express';

export interface ReadinessCheck {
  /** 'database', 'content', 'models'. */
  readonly name: string;
  /** A required part that fails makes the service not ready; any other part is reported only. */
  readonly required: boolean;
  /** Resolves when the part works. @throws when it does not */
  readonly check: () => Promise<void>;
  /** What anybody may read of the part: names, versions, states. */
  readonly details?: () => unknown;
}

export interface ReadinessReport {
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly parts: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly status: 'ok' | 'failed';
    readonly details?: unknown;
  }[];
}

/** Milliseconds after which a part that does not answer has failed. */
const PATIENCE = 2_000;

async function works({ check }: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, PATIENCE);
  });
  try {
    // Called inside the chain, so that a synchronous throw is a failed part too.
    return await Promise.race([
      Promise.resolve()
        .then(check)
        .then(() => true),
      late,
    ]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** The reasons of a failure are for the log of the part itself, not for an open address. */
export async function readiness(checks: readonly ReadinessCheck[]): Promise<ReadinessReport> {
  const parts = await Promise.all(
    checks.map(async (part) => {
      const status: 'ok' | 'failed' = (await works(part)) ? 'ok' : 'failed';
      const details = part.details?.();
      return { name: part.name, required: part.required, status, ...(details === undefined ? {} : { details }) };
    }),
  );
  const failed = parts.filter(({ status }) => status === 'failed');
  if (failed.some(({ required }) => required)) return { status: 'not-ready', parts };
  return { status: failed.length > 0 ? 'degraded' : 'ready', parts };
}

export function healthRouter(checks: readonly ReadinessCheck[]): Router {
  const router = Router();
  router.get('/health/live', (_req, res) => {
    res.set('cache-control', 'no-store').json({ status: 'live' });
  });
  router.get('/health/ready', async (_req, res) => {
    const report = await readiness(checks);
    res
      .status(report.status === 'not-ready' ? 503 : 200)
      .set('cache-control', 'no-store')
      .json(report);
  });
  return router;
}
