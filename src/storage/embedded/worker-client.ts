/** The service's end of the database thread: one promise per query, all rejected when the thread dies. */
import { startThread } from '../../thread.ts';
import { StorageError } from '../storage-error.ts';
import type { QueryAnswer, WorkerCommand, WorkerFailure, WorkerOptions, WorkerReply } from './worker-protocol.ts';

/** An SQL error. `code` is the SQLSTATE. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: string | null;

  constructor({ message, code }: WorkerFailure) {
    super(message);
    this.code = code;
  }
}

export interface WorkerClient {
  /** @param parameters null for a script of several statements */
  readonly query: (sql: string, parameters: readonly unknown[] | null, keepsPlan?: boolean) => Promise<QueryAnswer>;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: QueryAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** @throws StorageError 'cannot-open' */
export function openWorker(options: WorkerOptions): Promise<WorkerClient> {
  const worker = startThread(import.meta.url, './worker', options);
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let ended: StorageError | null = null;
  let closing: Promise<void> | null = null;

  function end(error: StorageError): void {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  }

  const command = (message: WorkerCommand): void => {
    worker.postMessage(message);
  };

  const client: WorkerClient = {
    query: (sql, parameters, keepsPlan = false) =>
      new Promise((resolve, reject) => {
        if (ended !== null || closing !== null) {
          reject(ended ?? new StorageError('closed', 'the database is being closed'));
          return;
        }
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        command({ id, sql, parameters, keepsPlan });
      }),
    close: () => {
      closing ??= new Promise((resolve) => {
        if (ended !== null) {
          resolve();
          return;
        }
        worker.once('exit', () => {
          resolve();
        });
        command('close');
      });
      return closing;
    },
  };

  return new Promise((resolve, reject) => {
    const settle = (id: number): Waiting | undefined => {
      const entry = waiting.get(id);
      waiting.delete(id);
      return entry;
    };
    worker.on('message', (reply: WorkerReply) => {
      switch (reply.type) {
        case 'ready':
          resolve(client);
          break;
        case 'failed-to-open':
          reject(new StorageError('cannot-open', `the embedded database does not open: ${reply.failure.message}`));
          break;
        case 'answer':
          settle(reply.id)?.resolve(reply.answer);
          break;
        case 'failure':
          settle(reply.id)?.reject(new QueryError(reply.failure));
          break;
        case 'closed':
          break;
      }
    });
    worker.on('error', (cause) => {
      const error = new StorageError('closed', 'the thread of the embedded database failed', cause);
      end(error);
      reject(new StorageError('cannot-open', 'the thread of the embedded database did not start', cause));
    });
    worker.on('exit', () => {
      end(new StorageError('closed', 'the database is closed'));
      reject(new StorageError('cannot-open', 'the thread of the embedded database ended before it was ready'));
    });
  });
}
