/** How many processes there are and who has which. What crashes again and again is started ever more seldom. */
import { startModelProcess, type ModelProcess } from './process-handle.ts';

export interface PoolOptions {
  readonly maxProcesses: number;
  /** Milliseconds after which a process without work is ended; null keeps it. */
  readonly idleMs: number | null;
  readonly onCrash: (pid: number, inARow: number) => void;
}

export type Refusal = 'late' | 'aborted' | 'closed' | 'crashing';

export interface Pool {
  /** A process for the caller alone, one that holds the model if there is a choice; give it back with `release`. */
  readonly acquire: (model: string, limitMs: number, signal?: AbortSignal) => Promise<ModelProcess | Refusal>;
  readonly release: (process: ModelProcess) => void;
  /** A run succeeded: crashes before it are forgotten. */
  readonly succeeded: () => void;
  readonly processes: () => readonly { readonly process: ModelProcess; readonly busy: boolean }[];
  readonly waiting: () => number;
  /** In a row, and the milliseconds until the next start is allowed. */
  readonly crashes: () => { readonly inARow: number; readonly pauseMs: number };
  readonly close: () => Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** From here on callers are told at once instead of waiting for the next start. */
const LOOP = 4;

interface Slot {
  readonly process: ModelProcess;
  busy: boolean;
  idle: NodeJS.Timeout | null;
}

interface Waiter {
  readonly model: string;
  readonly give: (result: ModelProcess | Refusal) => void;
}

export function createPool({ maxProcesses, idleMs, onCrash }: PoolOptions): Pool {
  const slots = new Set<Slot>();
  const waiters = new Set<Waiter>();
  let inARow = 0;
  let startAt = 0;
  let retry: NodeJS.Timeout | null = null;
  let closed = false;

  function start(): Slot {
    const slot: Slot = { process: startModelProcess(), busy: false, idle: null };
    slots.add(slot);
    void slot.process.ended.then(({ killed }) => {
      slots.delete(slot);
      if (slot.idle !== null) clearTimeout(slot.idle);
      if (!killed) {
        inARow += 1;
        startAt = performance.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (inARow - 1));
        onCrash(slot.process.pid, inARow);
      }
      serve();
    });
    return slot;
  }

  function find(model: string): Slot | null {
    const free = [...slots].filter(({ busy, process }) => !busy && process.isAlive());
    const fit = free.find(({ process }) => process.models.has(model)) ?? free[0];
    if (fit !== undefined) return fit;
    return slots.size < maxProcesses && performance.now() >= startAt ? start() : null;
  }

  function take(slot: Slot): ModelProcess {
    slot.busy = true;
    if (slot.idle !== null) clearTimeout(slot.idle);
    slot.idle = null;
    return slot.process;
  }

  const isLooping = (): boolean => inARow >= LOOP && slots.size === 0 && performance.now() < startAt;

  function serve(): void {
    for (const waiter of waiters) {
      const slot = find(waiter.model);
      if (slot !== null) waiter.give(take(slot));
      else if (isLooping()) waiter.give('crashing');
    }
    const pause = startAt - performance.now();
    if (waiters.size > 0 && retry === null && pause > 0) {
      retry = setTimeout(() => {
        retry = null;
        serve();
      }, pause);
    }
  }

  function rest(slot: Slot): void {
    slot.busy = false;
    if (idleMs === null || !slot.process.isAlive()) return;
    slot.idle = setTimeout(() => {
      slots.delete(slot);
      slot.process.kill();
    }, idleMs);
    slot.idle.unref();
  }

  return {
    acquire: (model, limitMs, signal) => {
      if (closed) return Promise.resolve('closed');
      if (signal?.aborted === true) return Promise.resolve('aborted');
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiter.give('late');
        }, limitMs);
        const abort = (): void => {
          waiter.give('aborted');
        };
        const waiter: Waiter = {
          model,
          give: (result) => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', abort);
            waiters.delete(waiter);
            resolve(result);
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        waiters.add(waiter);
        serve();
      });
    },
    release: (process) => {
      const slot = [...slots].find((s) => s.process === process);
      if (slot !== undefined) rest(slot);
      serve();
    },
    succeeded: () => {
      inARow = 0;
      startAt = 0;
    },
    processes: () => [...slots].map(({ process, busy }) => ({ process, busy })),
    waiting: () => waiters.size,
    crashes: () => ({ inARow, pauseMs: Math.max(0, Math.round(startAt - performance.now())) }),
    close: async () => {
      closed = true;
      if (retry !== null) clearTimeout(retry);
      for (const waiter of waiters) waiter.give('closed');
      const ends = [...slots].map(({ process }) => {
        process.kill();
        return process.ended;
      });
      await Promise.all(ends);
    },
  };
}
