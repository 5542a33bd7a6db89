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
/** Pixels of decoded frames that are kept, 1 GiB: a thousand frames of 512 × 512, as wide CT perfusion has. */
const MAX_PIXELS = LIMITS.pixelsAtOnce;

/**
 * Classic instances are read when asked for. An enhanced one holds the whole series, a mosaic all slices of a moment: they
 * are decoded once and kept for as long as the reader is, the oldest given up where they would be too large together.
 */
export function sliceReader(instances: readonly StudyInstance[]): ReadSlice {
  const byUid = new Map(instances.map((instance) => [instance.header.sopInstanceUid, instance]));
  const kept = new Map<string, { readonly pixels: number; readonly frames: Promise<Float32Array[]> }>();
  const framesOf = (instance: StudyInstance): Promise<Float32Array[]> => {
    const { sopInstanceUid: uid } = instance.header;
    const found = kept.get(uid);
    if (found !== undefined) return found.frames;
    const pixels = pixelsOf(instance);
    let together = [...kept.values()].reduce((sum, one) => sum + one.pixels, pixels);
    for (const [oldest, { pixels: freed }] of kept) {
      if (together <= MAX_PIXELS) break;
      kept.delete(oldest);
      together -= freed;
    }
    const frames = allFrames(instance);
    kept.set(uid, { pixels, frames });
    return frames;
  };
  return async ({ header, frame }) => {
    const instance = byUid.get(header.sopInstanceUid);
    if (instance === undefined) throw new RangeError('the reader was not given this instance');
    if (header.frames.length === 1) return first(await readFrames(await instance.bytes(), header));
    return first((await framesOf(instance)).slice(frame));
  };
}

const pixelsOf = ({ header: { frames, pixels } }: StudyInstance): number =>
  frames.length * (pixels?.rows ?? 0) * (pixels?.columns ?? 0);

function first([pixels]: readonly Float32Array[]): Float32Array {
  if (pixels === undefined) throw new ImageRefusal('damaged', 'the instance has fewer frames than its header says');
  return pixels;
}

async function allFrames(instance: StudyInstance): Promise<Float32Array[]> {
  const { header, bytes } = instance;
  const count = header.frames.length;
  if (pixelsOf(instance) > MAX_PIXELS) {
    const size = `${count} frames of ${pixelsOf(instance) / count} pixels`;
    throw new ImageRefusal(
      'too-large',
      `the instance has ${size}, more than are read at once; send the series as single slices or at a smaller matrix`,
      header.sopInstanceUid,
    );
  }
  const content = await bytes();
  // One picture, decoded as a whole whatever is asked of it.
  if (header.tilesPerRow !== undefined) return readFrames(content, header);
  const frames: Float32Array[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const which = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
    frames.push(...(await readFrames(content, header, which)));
    await breathe();
  }
  return frames;
}
