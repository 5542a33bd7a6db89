/** Pixel data as modality values, whatever the transfer syntax. */
import { ImageRefusal } from '../image-refusal.ts';
import type { InstanceHeader } from './instance-header.ts';
import { decodeFrame } from './codecs/decode-frame.ts';
import type { RawSamples } from './codecs/raw-samples.ts';
import { LIMITS } from './limits.ts';
import { modalityLut, modalityValues } from './modality-values.ts';
import { storedPictures, tileOf } from './mosaic.ts';
import { openInstance } from './open-instance.ts';
import { storedFrames } from './pixel-data.ts';

/**
 * Modality values of frames, row by row, padding NaN: HU for CT, arbitrary units for MR.
 * @param header what parseInstance read of the same bytes
 * @param which frames to read, from 0 in stored order; all when not given
 * @throws ImageRefusal 'no-pixels', 'unsupported-type', 'unsupported-syntax', 'too-large' or 'damaged', with the SOP Instance UID
 */
export async function readFrames(
  bytes: Uint8Array,
  header: InstanceHeader,
  which?: readonly number[],
): Promise<Float32Array[]> {
  try {
    return await read(bytes, header, which ?? header.frames.map((_, at) => at));
  } catch (error) {
    if (!(error instanceof ImageRefusal)) throw error;
    throw new ImageRefusal(error.code, error.message, header.sopInstanceUid);
  }
}

async function read(bytes: Uint8Array, header: InstanceHeader, which: readonly number[]): Promise<Float32Array[]> {
  const { pixels, frames, tilesPerRow } = header;
  if (pixels === null) throw new ImageRefusal('no-pixels', 'the instance has no pixel data');
  if (pixels.samplesPerPixel !== 1) throw new ImageRefusal('unsupported-type', 'color images hold no measured values');
  if (pixels.bitsAllocated === 1)
    throw new ImageRefusal('unsupported-type', 'single-bit pixels are no measured values');
  if (pixels.rows * pixels.columns * which.length > LIMITS.pixelsAtOnce) {
    throw new ImageRefusal('too-large', 'the frames have more than 268,435,456 pixels together; read fewer at once');
  }
  const opened = openInstance(bytes);
  const pictures = storedPictures({ ...header, pixels });
  const stored = storedFrames(opened, pictures.pixels, pictures.count);
  const lut = modalityLut(opened.dataSet, pixels);
  const values: Float32Array[] = [];
  let mosaic: RawSamples | undefined;
  for (const at of which) {
    const [content, frame] = [stored[tilesPerRow === undefined ? at : 0], frames[at]];
    if (content === undefined || frame === undefined) throw new RangeError(`the instance has no frame ${at}`);
    const picture = mosaic ?? (await decodeFrame(content, opened.syntax, pictures.pixels));
    if (tilesPerRow !== undefined) mosaic = picture;
    const raw = tilesPerRow === undefined ? picture : tileOf(picture, pixels, tilesPerRow, at);
    values.push(modalityValues(raw, pixels, frame, lut));
  }
  return values;
}
