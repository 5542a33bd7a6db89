/** A thread that measures one mask after the other; the atlas lies in memory that all threads share. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ArterialAtlas } from './arterial-atlas.ts';
import { measureMask } from './measure-mask.ts';

const atlas = workerData as ArterialAtlas;

parentPort?.on('message', (file: string) => {
  void measureMask(file, atlas).then((measurement) => parentPort?.postMessage(measurement));
});
