/** Two scans of a known head in which the hematoma grew, moved with the head, broke into a ventricle or bled anew inside. */
import { describe, expect, it, vi } from 'vitest';
import { transform, type Point } from '../../../../src/imaging/affine.ts';
import { headOf } from '../../../../src/imaging/pipelines/hemorrhage/head.ts';
import {
  compareSerially,
  type SerialComparison,
  type SerialScan,
} from '../../../../src/imaging/pipelines/hemorrhage/serial-comparison.ts';
import { labelOfClass } from '../../../../src/imaging/pipelines/hemorrhage/settings.ts';
import { multiply3, rotationOf } from '../../../../src/imaging/registration/rigid-registration.ts';
import { inSpace, NATIVE_SCAN, scanned, STILL, type Body, type Motion } from '../../../support/cta-study.ts';

vi.setConfig({ testTimeout: 240_000 });

interface Bleeding {
  readonly clot: readonly Body[];
  readonly ventricles?: readonly Body[];
  /** Dark inside the clot. */
  readonly dark?: readonly Body[];
  readonly motion?: Motion;
}

const HEMATOMA: Body = { at: [30, 0, 20], half: [15, 24, 20], hu: 64 };
const GROWTH: Body = { at: [32, 36, 20], half: [12, 20, 14], hu: 64 };
const SWIRL: Body = { at: [30, 2, 20], half: [6, 7, 9], hu: 34 };
const ventricular = (y: number): Body => ({ at: [-12, y, 10], half: [8, 11, 11], hu: 75 });
const MOVED: Motion = { degrees: [2, -3, 5], mm: [4, -3, 5] };

const holds = ({ at, half }: Body, p: Point): boolean =>
  Math.hypot(...p.map((x, axis) => (x - (at[axis] ?? 0)) / (half[axis] ?? 1))) <= 1;

/** Where a point of the room lies in the head before the motion. */
function inHead({ degrees, mm }: Motion, room: Point): Point {
  const turn = rotationOf(degrees.map((each) => (each * Math.PI) / 180));
  const back = [0, 3, 6, 1, 4, 7, 2, 5, 8].map((at) => turn[at] ?? 0);
  return multiply3(
    back,
    room.map((x, axis) => x - (mm[axis] ?? 0)),
  ) as unknown as Point;
}

/** As a network would outline it without an error: voxels of 1.2 × 1.2 × 5 mm whose middle lies in the blood. */
function scanOf({ clot, ventricles = [], dark = [], motion = STILL }: Bleeding): SerialScan {
  const image = scanned({ bleedings: [...dark, ...ventricles, ...clot], motion }, NATIVE_SCAN);
  const { stack, millimeters } = headOf(image);
  const [nx, ny] = stack.size;
  const labels = Uint8Array.from({ length: stack.values.length }, (_, at) => {
    const index: Point = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    const p = inHead(motion, inSpace(transform(stack.affine, index)));
    if (ventricles.some((body) => holds(body, p))) return labelOfClass('intraventricular');
    return clot.some((body) => holds(body, p)) ? labelOfClass('intraparenchymal') : 0;
  });
  const voxels = labels.filter((label) => label === labelOfClass('intraparenchymal')).length;
  const ml = (voxels * millimeters[0] * millimeters[1] * millimeters[2]) / 1000;
  return {
    ...{ image, stack, labels, brainHu: 31, noiseHu: 2 },
    intraparenchymal: { ml, interval: { low: ml - 1, high: ml + 1 } },
  };
}

let scannedOnce: SerialScan | undefined;
const baseline = (): SerialScan => (scannedOnce ??= scanOf({ clot: [HEMATOMA] }));

function compared(earlier: SerialScan, later: SerialScan): SerialComparison {
  const found = compareSerially(earlier, later);
  if ('notCompared' in found) throw new Error(found.notCompared);
  return found;
}

describe('a hematoma on two scans', () => {
  it('of a head that moved and did not bleed is the same one', () => {
    const found = compared(baseline(), scanOf({ clot: [HEMATOMA], motion: MOVED }));
    expect(Math.abs(found.changeMl)).toBeLessThan(1.5);
    expect(found.newBloodMl).toBeLessThan(0.3);
    expect(found.newIntraventricularMl).toBe(0);
    expect(found.newHypodensityMl).toBe(0);
    expect(found.registration.correlation).toBeGreaterThan(0.9);
    expect(found.registration.errorMm).toBeLessThan(1.5);
  });

  it('that grew to the back has its new blood there, and grew by its volume', () => {
    const later = scanOf({ clot: [HEMATOMA, GROWTH], motion: MOVED });
    const found = compared(baseline(), later);
    const growth = later.intraparenchymal.ml - baseline().intraparenchymal.ml;
    expect(growth).toBeGreaterThan(8);
    expect(found.changeMl).toBeCloseTo(growth, 6);
    expect(found.changePercent).toBeCloseTo((100 * growth) / baseline().intraparenchymal.ml, 6);
    expect(found.changeInterval.low).toBeCloseTo(growth - 2, 6);
    expect(found.changeInterval.high).toBeCloseTo(growth + 2, 6);
    expect(found.newBloodMl).toBeGreaterThan(0.5 * growth);
    expect(found.newBloodMl).toBeLessThan(growth);
  });

  it('that grew by a rim within the error has no new blood, and its growth all the same', () => {
    const [a, b, c] = HEMATOMA.half;
    const found = compared(baseline(), scanOf({ clot: [{ ...HEMATOMA, half: [a + 1.5, b + 1.5, c + 1.5] }] }));
    expect(found.changeMl).toBeGreaterThan(4);
    expect(found.newBloodMl).toBeLessThan(0.3);
  });

  it('that shrank has grown by less than nothing', () => {
    const [a, b, c] = HEMATOMA.half;
    const found = compared(baseline(), scanOf({ clot: [{ ...HEMATOMA, half: [a - 3, b - 3, c - 3] }] }));
    expect(found.changeMl).toBeLessThan(-8);
    expect(found.newBloodMl).toBe(0);
  });
});

describe('blood in the ventricles', () => {
  it('where there was none is new', () => {
    const found = compared(baseline(), scanOf({ clot: [HEMATOMA], ventricles: [ventricular(0)], motion: MOVED }));
    expect(found.newIntraventricularMl).toBeGreaterThan(3);
    expect(found.newIntraventricularMl).toBeLessThan(5);
    expect(found.newBloodMl).toBeLessThan(0.3);
  });

  it('that only sank to the back is not', () => {
    const found = compared(
      scanOf({ clot: [HEMATOMA], ventricles: [ventricular(-14)] }),
      scanOf({ clot: [HEMATOMA], ventricles: [ventricular(14)] }),
    );
    expect(found.newIntraventricularMl).toBeLessThan(0.5);
  });
});

describe('a dark area inside the clot', () => {
  it('where there was none is new', () => {
    const found = compared(baseline(), scanOf({ clot: [HEMATOMA], dark: [SWIRL], motion: MOVED }));
    expect(found.newHypodensityMl).toBeGreaterThan(0.7);
    // 1.6 mL and its blurred rim: the sign begins at 10 HU, this area is darker by 30.
    expect(found.newHypodensityMl).toBeLessThan(3.2);
  });

  it('that was there before is not, also when the head moved', () => {
    const found = compared(
      scanOf({ clot: [HEMATOMA], dark: [SWIRL] }),
      scanOf({ clot: [HEMATOMA], dark: [SWIRL], motion: MOVED }),
    );
    expect(found.newHypodensityMl).toBe(0);
  });

  it('is not judged in noise', () => {
    const found = compared({ ...baseline(), noiseHu: 12 }, scanOf({ clot: [HEMATOMA], dark: [SWIRL] }));
    expect(found.newHypodensityMl).toBeNull();
  });
});

describe('no comparison', () => {
  it('with another head', () => {
    const other = baseline();
    const [a, b, c, d, e, f, g, h, i, j, k, l] = other.image.affine;
    const affine = [a, b, c, 0.72 * d, e, 0.72 * f, g, 0.72 * h, i, j, 0.72 * k, 0.72 * l] as const;
    const image = { ...other.image, affine: [0.72 * a, ...affine.slice(1)] as unknown as typeof affine };
    expect(compareSerially({ ...other, image }, baseline())).toEqual({ notCompared: 'not-registered' });
  });

  it('with a scan that did not reach the hematoma', () => {
    const upper = { ...baseline() };
    const [nx, ny, nz] = upper.stack.size;
    // The slabs above 25 mm: half of the hematoma is not on them.
    const first = Math.ceil((25 - upper.stack.affine[11]) / upper.stack.affine[10]);
    const from = first * nx * ny;
    const affine = upper.stack.affine.map((x, at) =>
      at === 11 ? x + first * upper.stack.affine[10] : x,
    ) as unknown as typeof upper.stack.affine;
    const part: SerialScan = {
      ...upper,
      stack: { ...upper.stack, affine, size: [nx, ny, nz - first], values: upper.stack.values.subarray(from) },
      labels: upper.labels.subarray(from),
    };
    expect(compareSerially(part, baseline())).toEqual({ notCompared: 'not-covered' });
  });
});
