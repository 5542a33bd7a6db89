/** Measures many masks on all processors. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startThread } from '../../thread.ts';
import { type ArterialAtlas, loadArterialAtlas } from './arterial-atlas.ts';
import { measureMask, type MaskMeasurement } from './measure-mask.ts';

export interface MeasureOptions {
  /** Folder of the arterial atlas; else the one that comes with the product. */
  readonly atlasDirectory?: string;
  /** Threads; else one a processor, eight at most. */
  readonly threads?: number;
  /** Called after each mask with the number done. */
  readonly onProgress?: (done: number) => void;
}

export const ATLAS_DIRECTORY = fileURLToPath(new URL('../../../models/arterial-atlas', import.meta.url));

/** Below this a thread costs more than it saves. */
const FEW_FILES = 4;

/**
 * One measurement a file, in the order of the files. A mask that cannot be used is a refusal, not an error.
 * @throws Error when the atlas is missing or damaged
 */
export async function measureMasks(
  files: readonly string[],
  options: MeasureOptions = {},
): Promise<readonly MaskMeasurement[]> {
  const { threads = Math.min(8, availableParallelism()), onProgress = () => undefined } = options;
  const atlas = await loadArterialAtlas(options.atlasDirectory ?? ATLAS_DIRECTORY);
  const results = new Array<MaskMeasurement>(files.length);
  const queue = files.entries();
  let done = 0;
  const finish = (at: number, measurement: MaskMeasurement): void => {
    results[at] = measurement;
    onProgress(++done);
  };
  if (threads <= 1 || files.length <= FEW_FILES) {
    for (const [at, file] of queue) finish(at, await measureMask(file, atlas));
  } else {
    const lanes = Math.min(threads, files.length);
    await Promise.all(Array.from({ length: lanes }, () => lane(atlas, queue, finish)));
  }
  return results;
}

/** Takes files from the common queue until it is empty. A thread that dies costs the mask it was at, not the rest. */
async function lane(
  atlas: ArterialAtlas,
  queue: IterableIterator<[number, string]>,
  finish: (at: number, measurement: MaskMeasurement) => void,
): Promise<void> {
  let thread = startThread(import.meta.url, './measure-thread', atlas);
  for (const [at, file] of queue) {
    const measurement = await new Promise<MaskMeasurement | null>((resolve) => {
      const fail = (): void => {
        resolve(null);
      };
      thread.once('error', fail);
      thread.once('exit', fail);
      thread.once('message', (message: MaskMeasurement) => {
        thread.off('error', fail);
        thread.off('exit', fail);
        resolve(message);
      });
      thread.postMessage(file);
    });
    if (measurement === null) thread = startThread(import.meta.url, './measure-thread', atlas);
    finish(at, measurement ?? { file, state: 'refused', reason: 'the mask could not be measured: its thread ended' });
  }
  await thread.terminate();
}
