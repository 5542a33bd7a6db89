/**
 * Siemens mosaics: all slices of one moment or one diffusion weighting in one picture, tile by tile, row by row. The
 * position that the instance gives is that of a picture of the mosaic's extent around the middle of the first slice, so half
 * of what the mosaic is larger than a tile brings it to the first pixel of the first slice (NiBabel documentation, "DICOM
 * mosaic"). Number and normal of the slices stand in private elements only: where they are gone the mosaic is not unpacked.
 */
import type { DataSet } from 'dicom-parser';
import { Temporal } from 'temporal-polyfill';
import type { Point } from '../affine.ts';
import type { RawSamples } from './codecs/raw-samples.ts';
import { csaImageHeader, csaNumbers } from './csa-header.ts';
import { number, numbers, privateTag } from './elements.ts';
import type { FrameHeader, InstanceHeader, PixelFormat } from './instance-header.ts';

export const MOSAIC = 'MOSAIC';

export interface Unpacked {
  readonly pixels: PixelFormat;
  readonly frames: readonly FrameHeader[];
  /** Tiles beside each other, and as many below each other. */
  readonly tilesPerRow: number;
}

const MAX_TILES = 1024;
/** The normal of the slices is that of their plane, one way or the other; both are written with few decimals. */
const SAME_DIRECTION = 0.001;
const LONGEST_REPETITION_MS = 60_000;

/**
 * @param picture the instance as stored, with the one frame that its own elements describe
 * @returns null where the private elements do not say which slices there are, or say what is no stack
 */
export function unpackedMosaic(dataSet: DataSet, picture: PixelFormat, frame: FrameHeader): Unpacked | null {
  const { position, orientation, pixelSpacing } = frame;
  const gap = number(dataSet, 'x00180088', 'DS');
  if (position === null || orientation === null || pixelSpacing === null || gap === null || !(gap > 0)) return null;
  const csa = csaImageHeader(dataSet);
  const tiles = siemensNumber(dataSet, '0a') ?? csaNumbers(csa, 'NumberOfImagesInMosaic', 1)?.[0] ?? 0;
  if (!Number.isInteger(tiles) || tiles < 2 || tiles > MAX_TILES) return null;
  const tilesPerRow = Math.ceil(Math.sqrt(tiles));
  const [rows, columns] = [picture.rows / tilesPerRow, picture.columns / tilesPerRow];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) return null;

  const [row, column]: [Point, Point] = [
    [orientation[0], orientation[1], orientation[2]],
    [orientation[3], orientation[4], orientation[5]],
  ];
  const normal = csaNumbers(csa, 'SliceNormalVector', 3) as Point | null;
  if (normal === null || !isNormal(normal, row, column)) return null;
  // Counted from the other end, the tiles of some software releases are in reverse: which ones cannot be told.
  if ((csaNumbers(csa, 'ProtocolSliceNumber', 1)?.[0] ?? 0) > 0) return null;

  const across = (pixelSpacing[1] * (picture.columns - columns)) / 2;
  const down = (pixelSpacing[0] * (picture.rows - rows)) / 2;
  const times = sliceTimes(dataSet, csa, tiles);
  const frames = Array.from({ length: tiles }, (_, k): FrameHeader => {
    const at = (axis: 0 | 1 | 2): number =>
      position[axis] + across * row[axis] + down * column[axis] + k * gap * normal[axis];
    return { ...frame, position: [at(0), at(1), at(2)], acquiredAt: later(frame.acquiredAt, times?.[k] ?? 0) };
  });
  return { pixels: { ...picture, rows, columns }, frames, tilesPerRow };
}

/** An element of the block that Siemens MR reserves in group 0019. */
function siemensNumber(dataSet: DataSet, element: string): number | null {
  const tag = privateTag(dataSet, '0019', 'SIEMENS MR HEADER', element);
  return tag === undefined ? null : number(dataSet, tag, 'US');
}

function isNormal(normal: Point, [a, b, c]: Point, [d, e, f]: Point): boolean {
  const cosine = normal[0] * (b * f - c * e) + normal[1] * (c * d - a * f) + normal[2] * (a * e - b * d);
  return Math.abs(Math.hypot(...normal) - 1) < SAME_DIRECTION && Math.abs(Math.abs(cosine) - 1) < SAME_DIRECTION;
}

/** Milliseconds of each slice after the first one that was acquired; null where not told. */
function sliceTimes(
  dataSet: DataSet,
  csa: ReadonlyMap<string, readonly string[]>,
  tiles: number,
): readonly number[] | null {
  const tag = privateTag(dataSet, '0019', 'SIEMENS MR HEADER', '29');
  const stated = tag === undefined ? [] : numbers(dataSet, tag, 'FD').filter((ms) => ms !== null);
  const found = stated.length === tiles ? stated : csaNumbers(csa, 'MosaicRefAcqTimes', tiles);
  if (found === null) return null;
  const first = Math.min(...found);
  const longest = Math.min(number(dataSet, 'x00180080', 'DS') ?? 0, LONGEST_REPETITION_MS);
  const since = found.map((ms) => ms - first);
  // Some releases write other numbers there: no slice is acquired after its repetition.
  return since.every((ms) => ms <= longest) ? since : null;
}

/** @param written local time with or without zone, as in `FrameHeader` */
function later(written: string | null, milliseconds: number): string | null {
  const parts = /^(.{26})(.*)$/.exec(written ?? '');
  if (parts === null || milliseconds === 0) return written;
  const time = Temporal.PlainDateTime.from(parts[1] ?? '').add({ microseconds: Math.round(1000 * milliseconds) });
  return `${time.toString({ fractionalSecondDigits: 6 })}${parts[2] ?? ''}`;
}

/** How the pictures of an instance are stored, which for a mosaic is not how its slices are. */
export function storedPictures({
  pixels,
  frames,
  tilesPerRow,
}: Pick<InstanceHeader, 'frames' | 'tilesPerRow'> & { readonly pixels: PixelFormat }): {
  readonly pixels: PixelFormat;
  readonly count: number;
} {
  if (tilesPerRow === undefined) return { pixels, count: frames.length };
  const { rows, columns } = pixels;
  return { pixels: { ...pixels, rows: rows * tilesPerRow, columns: columns * tilesPerRow }, count: 1 };
}

/** Samples of one tile. */
export function tileOf(
  picture: RawSamples,
  { rows, columns }: PixelFormat,
  tilesPerRow: number,
  at: number,
): RawSamples {
  const width = columns * tilesPerRow;
  const from = Math.floor(at / tilesPerRow) * rows * width + (at % tilesPerRow) * columns;
  const count = rows * columns;
  const tile =
    picture instanceof Uint8Array
      ? new Uint8Array(count)
      : picture instanceof Uint16Array
        ? new Uint16Array(count)
        : new Uint32Array(count);
  for (let j = 0; j < rows; j++) {
    tile.set(picture.subarray(from + j * width, from + j * width + columns), j * columns);
  }
  return tile;
}
