/** One frame of a stored image, and how its pixels are had. */
import type { Point } from '../affine.ts';
import type { FrameHeader, InstanceHeader } from '../dicom/instance-header.ts';

export interface Slice {
  readonly header: InstanceHeader;
  /** Index in `header.frames`, from 0. */
  readonly frame: number;
}

/**
 * Pixels of a slice, row by row, with slope and intercept applied; padding is NaN.
 * @throws ImageRefusal when they cannot be read
 */
export type ReadSlice = (slice: Slice) => Promise<Float32Array>;

/** The frame that a slice is. @throws RangeError when the header has no such frame: a fault of the caller */
export function frameOf({ header, frame }: Slice): FrameHeader {
  const found = header.frames[frame];
  if (found === undefined) throw new RangeError(`the instance has ${header.frames.length} frames, not ${frame + 1}`);
  return found;
}

/** Every frame of every instance that holds an image. */
export function slicesOf(headers: readonly InstanceHeader[]): Slice[] {
  return headers.flatMap((header) =>
    header.pixels === null ? [] : header.frames.map((_, frame) => ({ header, frame })),
  );
}

/** Where an instance is in its series, for a refusal: numbers only, nothing of the patient. */
export function sliceName({ header, frame }: Slice): string {
  const instance = header.instanceNumber === null ? 'an instance without number' : `instance ${header.instanceNumber}`;
  return header.frames.length > 1 ? `${instance}, frame ${frame + 1}` : instance;
}

export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** Lets other work of the process run: called between slices, so that the event loop never waits for a whole volume. */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
