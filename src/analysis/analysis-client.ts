/**
 * The service's end of the analysis process. One study at a time; an analysis that takes too long, or is no longer wanted,
 * ends with its process (a computation in progress hears nothing else), and the next one starts a new process.
 */
import type { ChildProcess } from 'node:child_process';
import { startProcess } from '../process.ts';
import type {
  AnalysisAnswer,
  AnalysisRequest,
  AnalysisSettings,
  AnalyzedRun,
  EngineModel,
  FromAnalysis,
  ToAnalysis,
} from './protocol.ts';

export type AnalysisErrorCode = 'time-out' | 'aborted' | 'process-ended' | 'failed' | 'permanent';

export class AnalysisError extends Error {
  override readonly name = 'AnalysisError';
  readonly code: AnalysisErrorCode;

  constructor(code: AnalysisErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface AnalysisClient {
  /** @throws AnalysisError */
  readonly analyze: (
    request: AnalysisRequest,
    options: {
      readonly signal: AbortSignal;
      readonly progress: (stage: string, percent: number) => void;
      /** Each result as soon as it is there; the answer holds them all once more. What it rejects with is thrown. */
      readonly onRun: (run: AnalyzedRun) => Promise<void>;
    },
  ) => Promise<AnalysisAnswer>;
  /** Starts the process and loads the models, so that the first study does not wait for it. */
  readonly warmUp: () => void;
  /** Where models run, as the process told last; null before it did. */
  readonly models: () => readonly EngineModel[] | null;
  /** For health: 'idle' before the first study, too. */
  readonly state: () => 'idle' | 'running' | 'failed';
  readonly close: () => Promise<void>;
}

export interface AnalysisClientOptions {
  readonly settings: AnalysisSettings;
  /** Milliseconds for one study. */
  readonly timeLimit: number;
}

/** Hook calls come first on a machine that both share. */
const NICENESS = 10;

interface Running {
  readonly child: ChildProcess;
  readonly send: (message: ToAnalysis) => void;
}

export function createAnalysisClient({ settings, timeLimit }: AnalysisClientOptions): AnalysisClient {
  let running: Running | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let state: ReturnType<AnalysisClient['state']> = 'idle';
  let models: readonly EngineModel[] | null = null;
  let nextId = 1;
  let closed = false;

  const start = (): Running => {
    if (running !== null) return running;
    const child = startProcess(import.meta.url, './analysis-process', { niceness: NICENESS });
    const send = (message: ToAnalysis): void => {
      child.send(message);
    };
    running = { child, send };
    child.once('exit', () => {
      if (running?.child === child) running = null;
    });
    child.on('error', () => {
      // The exit that follows says all that is needed.
    });
    child.on('message', (message: FromAnalysis) => {
      if (message.type === 'ready') models = message.models;
    });
    send({ type: 'settings', settings });
    return running;
  };

  const stop = (child: ChildProcess): void => {
    if (running?.child === child) running = null;
    child.kill('SIGKILL');
  };

  const runOne: AnalysisClient['analyze'] = (request, { signal, progress, onRun }) =>
    new Promise((resolve, reject) => {
      if (closed || signal.aborted) {
        reject(new AnalysisError('aborted', 'the analysis is no longer wanted'));
        return;
      }
      const { child, send } = start();
      const id = nextId++;
      const runs: AnalyzedRun[] = [];
      let told: Promise<void> = Promise.resolve();
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        child.off('message', onMessage);
        child.off('exit', onExit);
        settle();
      };
      const failWith = (code: AnalysisErrorCode, message: string): void => {
        state = 'failed';
        finish(() => {
          reject(new AnalysisError(code, message));
        });
      };
      const onAbort = (): void => {
        stop(child);
        failWith('aborted', 'the analysis was cancelled');
      };
      const onExit = (code: number | null, killedBy: NodeJS.Signals | null): void => {
        failWith('process-ended', `the analysis process ended (${killedBy ?? `exit code ${String(code)}`})`);
      };
      const onMessage = (message: FromAnalysis): void => {
        if (message.type === 'ready' || message.id !== id) return;
        switch (message.type) {
          case 'progress':
            progress(message.stage, message.percent);
            break;
          case 'run':
            runs.push(message.run);
            told = told.then(() => onRun(message.run));
            // Thrown with the answer.
            told.catch(() => undefined);
            break;
          case 'answer':
            state = 'idle';
            finish(() => {
              resolve(told.then(() => ({ ...message.answer, runs })));
            });
            break;
          case 'failure':
            failWith(message.permanent ? 'permanent' : 'failed', message.reason);
            break;
        }
      };
      const timer = setTimeout(() => {
        stop(child);
        failWith('time-out', `the analysis took longer than ${String(timeLimit / 1000)} s`);
      }, timeLimit);
      signal.addEventListener('abort', onAbort, { once: true });
      child.on('message', onMessage);
      child.once('exit', onExit);
      state = 'running';
      send({ type: 'analyze', id, request });
    });

  return {
    analyze: (request, options) => {
      const turn = last.then(() => runOne(request, options));
      last = turn.catch(() => undefined);
      return turn;
    },
    warmUp: () => {
      if (!closed) start();
    },
    models: () => models,
    state: () => state,
    close: async () => {
      closed = true;
      const child = running?.child;
      if (child === undefined) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      stop(child);
      await ended;
    },
  };
}
