/** Headers of frames: of a classic instance its own elements, of an enhanced one the functional groups (PS3.3 C.7.6.16). */
import type { DataSet } from 'dicom-parser';
import type { Point } from '../affine.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { bValue } from './b-value.ts';
import { isoDate, isoDateTime, isoTime, joined } from './date-times.ts';
import { code, codes, item, items, number, numbers, numberTuple } from './elements.ts';
import type { FrameHeader } from './instance-header.ts';

/** Where the attributes of one frame may stand, nearest first. */
interface Scope {
  readonly root: DataSet;
  readonly shared: DataSet | undefined;
  readonly perFrame: DataSet | undefined;
}

/** @throws ImageRefusal 'impossible-geometry' for a spacing or orientation that no image has */
export function frameHeaders(root: DataSet, frames: number): readonly FrameHeader[] {
  const shared = item(root, 'x52009229');
  const perFrame = items(root, 'x52009230');
  if (perFrame.length > 0 && perFrame.length !== frames) {
    throw new ImageRefusal(
      'damaged',
      `the instance has ${frames} frames but functional groups for ${perFrame.length}; send it again`,
    );
  }
  if (perFrame.length === 0) {
    return new Array<FrameHeader>(frames).fill(frameHeader({ root, shared, perFrame: undefined }));
  }
  return perFrame.map((own) => frameHeader({ root, shared, perFrame: own }));
}

function frameHeader(scope: Scope): FrameHeader {
  const { root } = scope;
  const measures = <T>(read: (from: DataSet) => T | null): T | null => nearest(scope, 'x00289110', read);
  const scaling = <T>(read: (from: DataSet) => T | null): T | null => nearest(scope, 'x00289145', read);
  const timing = (tag: string): number | null => nearest(scope, 'x00189112', (from) => number(from, tag, 'DS'));
  const content = item(scope.perFrame, 'x00209111') ?? item(scope.shared, 'x00209111');
  const spacing = measures((from) => numberTuple(from, 'x00280030', 'DS', 2));
  const orientation = nearest(scope, 'x00209116', (from) => numberTuple(from, 'x00200037', 'DS', 6));
  return {
    position: nearest(scope, 'x00209113', (from) => numberTuple(from, 'x00200032', 'DS', 3)) as Point | null,
    orientation: checkedOrientation(orientation),
    pixelSpacing: checkedSpacing(spacing),
    sliceThickness: positive(measures((from) => number(from, 'x00180050', 'DS'))),
    slope: scaling((from) => number(from, 'x00281053', 'DS')) ?? 1,
    intercept: scaling((from) => number(from, 'x00281052', 'DS')) ?? 0,
    acquiredAt: acquiredAt(root, content),
    bValue: nearest(scope, 'x00189117', bValue),
    temporalIndex: (content && number(content, 'x00209128', 'UL')) ?? number(root, 'x00200100', 'IS'),
    triggerTimeMs: triggerTime(scope),
    echoTimeMs:
      nearest(scope, 'x00189114', (from) => number(from, 'x00189082', 'FD')) ?? number(root, 'x00180081', 'DS'),
    repetitionTimeMs: timing('x00180080'),
    inversionTimeMs:
      nearest(scope, 'x00189115', (from) => number(from, 'x00189079', 'FD')) ?? number(root, 'x00180082', 'DS'),
    ...enhancedOnly(scope, content),
  };
}

/** The value in the frame's own group, else in the shared one, else in the instance itself. */
function nearest<T>(scope: Scope, sequence: string, read: (from: DataSet) => T | null): T | null {
  for (const from of [item(scope.perFrame, sequence), item(scope.shared, sequence), scope.root]) {
    const found = from === undefined ? null : read(from);
    if (found !== null) return found;
  }
  return null;
}

function enhancedOnly(scope: Scope, content: DataSet | undefined): Partial<FrameHeader> {
  if (scope.perFrame === undefined && scope.shared === undefined) return {};
  const frameType = ['x00189329', 'x00189226']
    .flatMap((sequence) => [item(scope.perFrame, sequence), item(scope.shared, sequence)])
    .map((from) => (from === undefined ? [] : codes(from, 'x00089007')))
    .find((type) => type.length > 0);
  const indices = content === undefined ? [] : numbers(content, 'x00209157', 'UL').filter((index) => index !== null);
  return { frameType: frameType ?? [], dimensionIndices: indices };
}

function acquiredAt(root: DataSet, content: DataSet | undefined): string | null {
  const zone = code(root, 'x00080201');
  const candidates = [
    content === undefined ? null : isoDateTime(code(content, 'x00189074'), zone),
    content === undefined ? null : isoDateTime(code(content, 'x00189151'), zone),
    isoDateTime(code(root, 'x0008002a'), zone),
    joined(isoDate(code(root, 'x00080022')), isoTime(code(root, 'x00080032')), zone),
    joined(isoDate(code(root, 'x00080023')), isoTime(code(root, 'x00080033')), zone),
  ];
  return candidates.find((at) => at !== null) ?? null;
}

function triggerTime(scope: Scope): number | null {
  const seconds = nearest(scope, 'x00209310', (from) => number(from, 'x0020930d', 'FD'));
  return (
    number(scope.root, 'x00181060', 'DS') ??
    number(scope.root, 'x00541300', 'DS') ??
    nearest(scope, 'x00189118', (from) => number(from, 'x00209153', 'FD')) ??
    (seconds === null ? null : seconds * 1000)
  );
}

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

function checkedSpacing(spacing: readonly number[] | null): FrameHeader['pixelSpacing'] {
  if (spacing === null) return null;
  const [rows = 0, columns = 0] = spacing;
  if (!(rows > 0 && columns > 0)) {
    throw new ImageRefusal('impossible-geometry', 'PixelSpacing is zero or negative: no volume can be measured on it');
  }
  return [rows, columns];
}

/** Direction cosines; all zero is the writing of 'none'. */
function checkedOrientation(found: readonly number[] | null): FrameHeader['orientation'] {
  if (found === null || found.every((value) => value === 0)) return null;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = found;
  const skew = a * d + b * e + c * f;
  if (Math.abs(Math.hypot(a, b, c) - 1) > 0.02 || Math.abs(Math.hypot(d, e, f) - 1) > 0.02 || Math.abs(skew) > 0.02) {
    throw new ImageRefusal('impossible-geometry', 'ImageOrientationPatient is not two perpendicular unit vectors');
  }
  return [a, b, c, d, e, f];
}
