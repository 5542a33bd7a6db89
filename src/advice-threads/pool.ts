/**
 * Advice computed beside the thread that answers HTTP, so that more than one core serves. A thread that ends takes only its
 * own calls with it; with none left, the service goes on computing by itself.
 */
import type { Worker } from 'node:worker_threads';
import type { AdvisorParts, RecordAdvice } from '../advice.ts';
import { RawJson } from '../audit/canonical-text.ts';
import type { Instant } from '../case/index.ts';
import type { Locale } from '../explanation/content/card-content.ts';
import type { PatientRecord } from '../fhir/record.ts';
import { startThread } from '../thread.ts';
import { errorOf, type ThreadAdvice, type ThreadCommand, type ThreadOptions, type ThreadReply } from './protocol.ts';

export type AdviseOnRecord = (record: PatientRecord, at: Instant, locale: Locale) => Promise<RecordAdvice>;

export interface AdviceThreads {
  readonly advise: AdviseOnRecord;
  readonly close: () => Promise<void>;
}

export interface AdviceThreadsOptions {
  /** At least 1. */
  readonly count: number;
  readonly thread: Omit<ThreadOptions, 'hasImaging'>;
  readonly imagingOf?: AdvisorParts['imagingOf'];
  /** Used when no thread is left. */
  readonly here: AdviseOnRecord;
  /** Is told of decisions and models that failed, and of threads that ended. */
  readonly log: { readonly error: (details: object, message: string) => void };
}

interface Waiting {
  readonly record: PatientRecord;
  readonly resolve: (advice: RecordAdvice) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  readonly ended: Promise<void>;
}

/** @throws when a thread cannot be started; none is left running then */
export async function openAdviceThreads(options: AdviceThreadsOptions): Promise<AdviceThreads> {
  const { here } = options;
  const starts = Array.from({ length: options.count }, () => start(options));
  const close = async (threads: readonly Thread[]): Promise<void> => {
    for (const { worker } of threads) tell(worker, { type: 'close' });
    await Promise.all(threads.map(({ ended }) => ended));
  };
  let alive: Thread[];
  try {
    alive = await Promise.all(starts);
  } catch (error) {
    const started = await Promise.allSettled(starts);
    await close(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    throw error;
  }
  const all = [...alive];
  let isClosing = false;
  for (const thread of all) {
    void thread.ended.then(() => {
      alive = alive.filter((one) => one !== thread);
      if (!isClosing) options.log.error({ left: alive.length }, 'a thread that computes advice has ended');
    });
  }
  let nextId = 1;
  return {
    advise: (record, at, locale) => {
      const [first, ...others] = alive;
      if (first === undefined) return here(record, at, locale);
      const thread = others.reduce((least, one) => (one.waiting.size < least.waiting.size ? one : least), first);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        thread.waiting.set(id, { record, resolve, reject });
        tell(thread.worker, { type: 'advise', id, record: JSON.stringify(record), at, locale });
      });
    },
    close: () => {
      isClosing = true;
      return close(all);
    },
  };
}

function tell(worker: Worker, command: ThreadCommand): void {
  worker.postMessage(command);
}

function start({ thread: own, imagingOf, log }: AdviceThreadsOptions): Promise<Thread> {
  const workerOptions: ThreadOptions = { ...own, hasImaging: imagingOf !== undefined };
  const worker = startThread(import.meta.url, './thread', workerOptions);
  const waiting = new Map<number, Waiting>();
  const take = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };
  const lookUp = async (id: number): Promise<void> => {
    const found = waiting.get(id);
    if (found === undefined || imagingOf === undefined) return;
    try {
      tell(worker, { type: 'imaging', id, imaging: await imagingOf(found.record) });
    } catch (error) {
      tell(worker, { type: 'imaging-failed', id, error: errorOf(error) });
    }
  };
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      for (const { reject } of waiting.values()) reject(new Error('the thread that computed the advice has ended'));
      waiting.clear();
      resolve();
    });
  });

  return new Promise((resolve, reject) => {
    worker.on('message', (reply: ThreadReply) => {
      switch (reply.type) {
        case 'ready':
          resolve({ worker, waiting, ended });
          break;
        case 'failed-to-open':
          reject(reply.error);
          break;
        case 'advice': {
          const advice = JSON.parse(reply.advice) as ThreadAdvice;
          take(reply.id)?.resolve({ ...advice, record: new RawJson(reply.record) });
          break;
        }
        case 'failed':
          take(reply.id)?.reject(reply.error);
          break;
        case 'imaging-wanted':
          void lookUp(reply.id);
          break;
        case 'problem':
          log.error(reply.details, reply.message);
          break;
      }
    });
    worker.on('error', (error) => {
      log.error({ error }, 'a thread that computes advice failed');
      reject(errorOf(error));
    });
    worker.once('exit', () => {
      reject(new Error('a thread that computes advice ended before it was ready'));
    });
  });
}
