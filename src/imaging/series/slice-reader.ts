/** Pixels of slices from stored instances, one instance in memory at a time. */
import { type InstanceHeader, readFrames } from '../dicom/index.ts';
import { LIMITS } from '../dicom/limits.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { breathe, type ReadSlice } from '../volume/slice.ts';

export interface StudyInstance {
  readonly header: InstanceHeader;
  /** The whole instance as stored. */
  readonly bytes: () => Promise<Uint8Array>;
}

/** Frames decoded at once: the event loop waits no longer than for these. */
const BATCH = 8;
/** Decoded frames of one instance that are kept, 1 GiB: a thousand frames of 512 × 512, as wide CT perfusion has. */
const MAX_PIXELS = LIMITS.pixelsAtOnce;

/**
 * Classic instances are read when asked for. An enhanced one holds the whole series: it is decoded once and kept for as
 * long as the reader is.
 */
export function sliceReader(instances: readonly StudyInstance[]): ReadSlice {
  const byUid = new Map(instances.map((instance) => [instance.header.sopInstanceUid, instance]));
  let kept: { readonly uid: string; readonly frames: Promise<Float32Array[]> } | undefined;
  return async ({ header, frame }) => {
    const instance = byUid.get(header.sopInstanceUid);
    if (instance === undefined) throw new RangeError('the reader was not given this instance');
    if (header.frames.length === 1) return first(await readFrames(await instance.bytes(), header));
    kept = kept?.uid === header.sopInstanceUid ? kept : { uid: header.sopInstanceUid, frames: allFrames(instance) };
    return first((await kept.frames).slice(frame));
  };
}

function first([pixels]: readonly Float32Array[]): Float32Array {
  if (pixels === undefined) throw new ImageRefusal('damaged', 'the instance has fewer frames than its header says');
  return pixels;
}

async function allFrames({ header, bytes }: StudyInstance): Promise<Float32Array[]> {
  const count = header.frames.length;
  const each = (header.pixels?.rows ?? 0) * (header.pixels?.columns ?? 0);
  if (count * each > MAX_PIXELS) {
    const size = `${count} frames of ${each} pixels`;
    throw new ImageRefusal(
      'too-large',
      `the instance has ${size}, more than are read at once; send the series as single slices or at a smaller matrix`,
      header.sopInstanceUid,
    );
  }
  const content = await bytes();
  const frames: Float32Array[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const which = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
    frames.push(...(await readFrames(content, header, which)));
    await breathe();
  }
  return frames;
}
