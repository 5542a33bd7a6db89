/** The thread that reads headers of large instances: an enhanced one of hundreds of frames takes more than 100 ms. */
import { parentPort } from 'node:worker_threads';
import { parseInstance } from '../dicom/index.ts';
import { ImageRefusal } from '../image-refusal.ts';
import type { Parsed, ToParse } from './parse-protocol.ts';

function answerTo({ id, bytes }: ToParse): Parsed {
  try {
    return { id, header: parseInstance(bytes) };
  } catch (error) {
    if (!(error instanceof ImageRefusal)) return { id, fault: error instanceof Error ? error.name : 'unknown' };
    const { code, message, instanceUid } = error;
    return { id, refused: { code, message, instanceUid } };
  }
}

parentPort?.on('message', (question: ToParse) => {
  parentPort?.postMessage(answerTo(question));
});
