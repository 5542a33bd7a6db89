/** One process with models, seen from the engine: a question at a time, and the certainty that it ends. */
import { startProcess } from '../../process.ts';
import type { FailedProvider, Provider } from '../execution-providers.ts';
import type { LoadCommand, ProcessReply, RunCommand } from './protocol.ts';

export type Question = Omit<LoadCommand, 'id'> | Omit<RunCommand, 'id'>;
export type Answer =
  ProcessReply | { readonly type: 'ended' } | { readonly type: 'late' } | { readonly type: 'aborted' };

export interface LoadedModel {
  readonly provider: Provider;
  readonly failed: readonly FailedProvider[];
}

export interface ModelProcess {
  readonly pid: number;
  /** What is loaded in it, by name. */
  readonly models: Map<string, LoadedModel>;
  /** Never rejects. A question that was late or aborted has killed the process. */
  readonly ask: (question: Question, limitMs: number, signal?: AbortSignal) => Promise<Answer>;
  readonly kill: () => void;
  readonly isAlive: () => boolean;
  /** True when `kill` was called, false when it ended by itself. */
  readonly ended: Promise<{ readonly killed: boolean }>;
}

/** A run takes every core that it is given; hook calls come first. */
const NICENESS = 10;

export function startModelProcess(): ModelProcess {
  const options = { arguments: [String(process.pid)], niceness: NICENESS };
  const child = startProcess(import.meta.url, './model-process', options);
  let nextId = 1;
  let killed = false;
  let over = false;
  let settle: ((answer: Answer) => void) | null = null;

  const isAlive = (): boolean => !killed && !over;
  const kill = (): void => {
    killed = true;
    child.kill('SIGKILL');
  };
  const ended = new Promise<{ readonly killed: boolean }>((resolve) => {
    const end = (): void => {
      over = true;
      settle?.({ type: 'ended' });
      resolve({ killed });
    };
    child.once('exit', end);
    // It could not be started at all.
    child.once('error', end);
  });
  child.on('message', (reply: ProcessReply) => {
    settle?.(reply);
  });

  const ask = (question: Question, limitMs: number, signal?: AbortSignal): Promise<Answer> =>
    new Promise((resolve) => {
      if (!isAlive()) {
        resolve({ type: 'ended' });
        return;
      }
      const give = (answer: Answer): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        settle = null;
        resolve(answer);
      };
      const giveUp = (type: 'late' | 'aborted'): void => {
        kill();
        give({ type });
      };
      const abort = (): void => {
        giveUp('aborted');
      };
      const timer = setTimeout(() => {
        giveUp('late');
      }, limitMs);
      signal?.addEventListener('abort', abort, { once: true });
      settle = give;
      child.send({ ...question, id: nextId++ }, (error) => {
        // The channel is broken: the process ended by itself, which 'exit' tells later, or is of no more use. Not as killed by us: its
        // end counts, or a model that ends its process would be started again without a pause.
        if (error === null) return;
        over = true;
        child.kill('SIGKILL');
      });
    });

  return { pid: child.pid ?? 0, models: new Map(), ask, kill, isAlive, ended };
}
