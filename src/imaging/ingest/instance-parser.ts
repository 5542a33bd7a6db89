/** Headers of received instances: small ones at once, large ones in a thread, so that hook calls do not wait for them. */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../thread.ts';
import { parseInstance } from '../dicom/index.ts';
import type { InstanceHeader } from '../dicom/instance-header.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { inTurns } from './digest.ts';
import type { Parsed, ToParse } from './parse-protocol.ts';

export interface InstanceParser {
  /** @throws ImageRefusal as `parseInstance`; any other error is a fault of ours */
  readonly parse: (instance: Uint8Array) => Promise<InstanceHeader>;
  readonly close: () => Promise<void>;
}

export interface InstanceParserOptions {
  /** Instances of so many bytes are read in the thread. Default 1 MiB: a classic slice takes less than a millisecond. */
  readonly threadFrom?: number;
}

interface Asked {
  readonly resolve: (header: InstanceHeader) => void;
  readonly reject: (error: unknown) => void;
}

const THREAD_FROM = 2 ** 20;

export function createInstanceParser({ threadFrom = THREAD_FROM }: InstanceParserOptions = {}): InstanceParser {
  const asked = new Map<number, Asked>();
  let thread: Worker | null = null;
  let nextId = 1;

  function start(): Worker {
    const worker = startThread(import.meta.url, './parse-thread', null);
    // It must not keep a process alive that has nothing else to do.
    worker.unref();
    worker.on('message', (answer: Parsed) => {
      const one = asked.get(answer.id);
      asked.delete(answer.id);
      if (asked.size === 0) worker.unref();
      if (one === undefined) return;
      if ('header' in answer) one.resolve(answer.header);
      else if ('fault' in answer) one.reject(new Error(`the header could not be read (${answer.fault})`));
      else one.reject(new ImageRefusal(answer.refused.code, answer.refused.message, answer.refused.instanceUid));
    });
    worker.on('error', () => {
      // The exit that follows tells those who wait.
    });
    worker.once('exit', () => {
      if (thread === worker) thread = null;
      for (const { reject } of asked.values()) reject(new Error('the thread that reads headers ended'));
      asked.clear();
    });
    return worker;
  }

  async function inThread(instance: Uint8Array): Promise<InstanceHeader> {
    // The caller needs the bytes afterwards, so a copy goes over; copying hundreds of megabytes at once would stall, too.
    const copy = new Uint8Array(instance.length);
    let at = 0;
    for await (const piece of inTurns(instance)) {
      copy.set(piece, at);
      at += piece.length;
    }
    const id = nextId++;
    return new Promise((resolve, reject) => {
      thread ??= start();
      thread.ref();
      asked.set(id, { resolve, reject });
      thread.postMessage({ id, bytes: copy } satisfies ToParse, [copy.buffer]);
    });
  }

  return {
    parse: async (instance) => (instance.length < threadFrom ? parseInstance(instance) : inThread(instance)),
    close: async () => {
      await thread?.terminate();
    },
  };
}
