/**
 * Slices in the order of space: sorted along the normal of their common plane, never by number or name. What differs in
 * matrix, spacing or orientation is no stack and is refused.
 */
import type { Point } from '../affine.ts';
import type { FrameHeader } from '../dicom/instance-header.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { cross, dot, frameOf, minus, type Slice, sliceName } from './slice.ts';
import type { SourceSeries } from './volume.ts';

export interface StackPosition {
  /** Millimeters along the normal from the first position. */
  readonly depth: number;
  /** Millimeters along a row and down a column by which the first pixel lies off that of the first position. */
  readonly across: number;
  readonly down: number;
  /** More than one: a time series, directions of diffusion, or duplicates. */
  readonly slices: readonly Slice[];
}

export interface Stack {
  readonly rows: number;
  readonly columns: number;
  readonly pixelSpacing: readonly [number, number];
  /** Unit vectors along a row and down a column, LPS. */
  readonly row: Point;
  readonly column: Point;
  readonly normal: Point;
  /** First pixel of the first position, LPS. */
  readonly origin: Point;
  readonly positions: readonly StackPosition[];
  /** The same instance and frame given again. */
  readonly repeatedInstances: number;
}

/** Positions and directions are written with few decimals: what is nearer than this is the same. */
const SAME_DEPTH_MM = 0.05;
const SAME_PLACE_MM = 0.3;
const SAME_DIRECTION = 0.002;
const SAME_SPACING = 0.005;
const MIN_PIXEL_MM = 0.05;
const MAX_PIXEL_MM = 20;
/** More than any head has, over time too: 320 slices at 60 moments. */
const MAX_SLICES = 20_000;

/** @throws ImageRefusal 'no-pixels' | 'too-large' | 'no-position' | 'mixed-geometry' | 'impossible-geometry' | 'unsupported-type' */
export function stackOf(given: readonly Slice[]): Stack {
  if (given.length > MAX_SLICES) throw new ImageRefusal('too-large', `the series has ${given.length} images`);
  const slices = withoutRepeats(given);
  const [first] = slices;
  if (first === undefined) throw new ImageRefusal('no-pixels', 'the series holds no images');
  const planes = slices.map((slice) => ({ slice, ...planeOf(slice) }));
  const [reference] = planes as [Plane & { slice: Slice }];
  for (const plane of planes) refuseUnlike(reference, plane);
  const { row, column } = reference;
  const normal = cross(row, column);

  const placed = planes
    .map(({ slice, position }) => ({ slice, position, along: dot(position, normal) }))
    .sort((a, b) => a.along - b.along);
  const groups: { along: number; position: Point; slices: Slice[] }[] = [];
  for (const { slice, position, along } of placed) {
    const last = groups.at(-1);
    if (last === undefined || along - last.along > SAME_DEPTH_MM) groups.push({ along, position, slices: [slice] });
    else if (Math.hypot(...minus(position, last.position)) <= SAME_PLACE_MM) last.slices.push(slice);
    else {
      throw new ImageRefusal(
        'mixed-geometry',
        `${sliceName(slice)} lies in the plane of another image, but beside it: the series holds more than one field of view`,
      );
    }
  }
  const [lowest] = groups as [(typeof groups)[number]];
  const origin = lowest.position;
  return {
    rows: reference.rows,
    columns: reference.columns,
    pixelSpacing: reference.pixelSpacing,
    row,
    column,
    normal,
    origin,
    positions: groups.map(({ position, slices: here }) => {
      const off = minus(position, origin);
      return { depth: dot(off, normal), across: dot(off, row), down: dot(off, column), slices: here };
    }),
    repeatedInstances: given.length - slices.length,
  };
}

function withoutRepeats(slices: readonly Slice[]): Slice[] {
  const seen = new Map<string, Slice>();
  for (const slice of slices) {
    const key = `${slice.header.sopInstanceUid} ${slice.frame}`;
    if (!seen.has(key)) seen.set(key, slice);
  }
  return [...seen.values()];
}

interface Plane {
  readonly rows: number;
  readonly columns: number;
  readonly position: Point;
  readonly row: Point;
  readonly column: Point;
  readonly pixelSpacing: readonly [number, number];
}

function planeOf(slice: Slice): Plane {
  const { pixels } = slice.header;
  if (pixels === null) throw new ImageRefusal('no-pixels', `${sliceName(slice)} holds no image`);
  if (pixels.samplesPerPixel !== 1) {
    throw new ImageRefusal('unsupported-type', `${sliceName(slice)} is a color image: it holds no measured values`);
  }
  if (slice.header.imageType.includes('MOSAIC')) {
    throw new ImageRefusal(
      'unsupported-type',
      `${sliceName(slice)} is a mosaic of many slices in one picture, and where they lie stands in private elements that are missing or not understood; send it with them, or as enhanced MR or single slices`,
    );
  }
  const { position, orientation, pixelSpacing } = frameOf(slice);
  if (position?.every(Number.isFinite) !== true || orientation?.every(Number.isFinite) !== true) {
    throw new ImageRefusal('no-position', `${sliceName(slice)} does not say where it lies in the patient`);
  }
  if (pixelSpacing?.every((mm) => mm >= MIN_PIXEL_MM && mm <= MAX_PIXEL_MM) !== true) {
    throw new ImageRefusal('impossible-geometry', `${sliceName(slice)} has no usable pixel spacing`);
  }
  return { rows: pixels.rows, columns: pixels.columns, position, pixelSpacing, ...directionsOf(slice, orientation) };
}

function directionsOf(slice: Slice, o: NonNullable<FrameHeader['orientation']>): { row: Point; column: Point } {
  const [row, column]: [Point, Point] = [
    [o[0], o[1], o[2]],
    [o[3], o[4], o[5]],
  ];
  const [r, c] = [Math.hypot(...row), Math.hypot(...column)];
  if (Math.abs(r - 1) > 0.01 || Math.abs(c - 1) > 0.01 || Math.abs(dot(row, column)) > 0.01) {
    throw new ImageRefusal(
      'impossible-geometry',
      `the rows and columns of ${sliceName(slice)} are not at right angles`,
    );
  }
  // Written with few decimals, the two are a little off: the column is turned to an exact right angle.
  const unitRow: Point = [row[0] / r, row[1] / r, row[2] / r];
  const off = dot(column, unitRow);
  const square: Point = [column[0] - off * unitRow[0], column[1] - off * unitRow[1], column[2] - off * unitRow[2]];
  const length = Math.hypot(...square);
  return { row: unitRow, column: [square[0] / length, square[1] / length, square[2] / length] };
}

function refuseUnlike(first: Plane, other: Plane & { slice: Slice }): void {
  const differs = (what: string): ImageRefusal =>
    new ImageRefusal('mixed-geometry', `${sliceName(other.slice)} has another ${what} than the rest of the series`);
  if (other.rows !== first.rows || other.columns !== first.columns) throw differs('matrix');
  const apart = [0, 1, 2].map((at) => Math.abs((other.row[at] ?? 0) - (first.row[at] ?? 0)));
  apart.push(...[0, 1, 2].map((at) => Math.abs((other.column[at] ?? 0) - (first.column[at] ?? 0))));
  if (apart.some((distance) => distance > SAME_DIRECTION)) throw differs('orientation');
  const ratios = [other.pixelSpacing[0] / first.pixelSpacing[0], other.pixelSpacing[1] / first.pixelSpacing[1]];
  if (ratios.some((ratio) => Math.abs(ratio - 1) > SAME_SPACING)) throw differs('pixel spacing');
}

/** The stored slices of a stack, one a position, in its order. @param choose the slice of each position; by default the first */
export function sourceOf(
  stack: Stack,
  choose: (slices: readonly Slice[]) => Slice | undefined = ([s]) => s,
): SourceSeries {
  const chosen = stack.positions.map(({ slices }) => choose(slices) ?? slices[0]).filter((s) => s !== undefined);
  const [first] = chosen as [Slice];
  return {
    studyUid: first.header.studyUid,
    seriesUid: first.header.seriesUid,
    frameOfReferenceUid: first.header.frameOfReferenceUid,
    modality: first.header.modality,
    rows: stack.rows,
    columns: stack.columns,
    orientation: [...stack.row, ...stack.column],
    pixelSpacing: stack.pixelSpacing,
    slices: chosen.map((slice) => ({
      sopInstanceUid: slice.header.sopInstanceUid,
      sopClassUid: slice.header.sopClassUid,
      frame: slice.frame + 1,
      position: frameOf(slice).position ?? stack.origin,
    })),
  };
}
