/**
 * The plane that parts the hemispheres: the one in which the mean image mirrors itself best. In millimeters of the patient,
 * so that left stays left whatever the order of the voxels.
 */
import { inverse, transform, type Affine, type Point } from '../../affine.ts';
import type { Grid } from '../../volume/volume.ts';

export interface Midline {
  /** A point on the plane and its normal, which points to the patient's right; mm. */
  readonly point: Point;
  readonly normal: Point;
  /** Agreement of the image with its mirror image: 1 is perfect, 0 none. */
  readonly symmetry: number;
}

/** Positive on the patient's right, mm. */
export function rightOf({ point, normal }: Midline, [x, y, z]: Point): number {
  return (x - point[0]) * normal[0] + (y - point[1]) * normal[1] + (z - point[2]) * normal[2];
}

interface Sample {
  readonly position: Point;
  readonly value: number;
}

const SPACING_MM = 6;
const DEGREE = Math.PI / 180;

/** @param mask of the head or brain; the plane is sought near its center */
export function findMidline(values: Float32Array, { size, affine }: Grid, mask: Uint8Array): Midline {
  const samples = sampled(values, size, affine, mask);
  const center = [0, 1, 2].map(
    (axis) => samples.reduce((sum, s) => sum + (s.position[axis] ?? 0), 0) / samples.length,
  ) as unknown as Point;
  const read = reader(values, size, affine, mask);
  let best = { yaw: 0, roll: 0, shift: 0, symmetry: -Infinity };
  // Coarse to fine; yaw turns about the long axis of the body, roll tips the head to the shoulder.
  for (const [angle, distance] of [
    [8, 8],
    [4, 4],
    [2, 2],
    [1, 1],
  ] as const) {
    const start = best;
    for (const yaw of [-1, 0, 1]) {
      for (const roll of [-1, 0, 1]) {
        for (const shift of [-1, 0, 1]) {
          const tried = {
            yaw: start.yaw + yaw * angle * DEGREE,
            roll: start.roll + roll * angle * DEGREE,
            shift: start.shift + shift * distance,
          };
          const symmetry = mirrorAgreement(samples, plane(center, tried), read);
          if (symmetry > best.symmetry) best = { ...tried, symmetry };
        }
      }
    }
  }
  return { ...plane(center, best), symmetry: best.symmetry };
}

function plane(
  center: Point,
  { yaw, roll, shift }: { yaw: number; roll: number; shift: number },
): Omit<Midline, 'symmetry'> {
  const normal: Point = [Math.cos(yaw) * Math.cos(roll), Math.sin(yaw) * Math.cos(roll), Math.sin(roll)];
  return { normal, point: center.map((c, axis) => c + shift * (normal[axis] ?? 0)) as unknown as Point };
}

function sampled(values: Float32Array, [nx, ny, nz]: Point, affine: Affine, mask: Uint8Array): Sample[] {
  const step = Math.max(1, Math.round(SPACING_MM / Math.hypot(affine[0], affine[4], affine[8])));
  const out: Sample[] = [];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j += step) {
      for (let i = 0; i < nx; i += step) {
        const at = (k * ny + j) * nx + i;
        if (mask[at] === 1) out.push({ position: transform(affine, [i, j, k]), value: values[at] ?? NaN });
      }
    }
  }
  return out;
}

/** Nearest voxel of the mask; 0 beside it, so that the outline counts; NaN above and below the image. */
function reader(
  values: Float32Array,
  [nx, ny, nz]: Point,
  affine: Affine,
  mask: Uint8Array,
): (position: Point) => number {
  const toVoxel = inverse(affine);
  return (position) => {
    const [i, j, k] = transform(toVoxel, position).map(Math.round) as unknown as Point;
    if (k < 0 || k >= nz) return NaN;
    if (i < 0 || j < 0 || i >= nx || j >= ny) return 0;
    const at = (k * ny + j) * nx + i;
    const value = mask[at] === 1 ? (values[at] ?? 0) : 0;
    return Number.isNaN(value) ? 0 : value;
  };
}

/** Share of the mirrored image that agrees: 1 less the relative mean difference, the outline included. */
function mirrorAgreement(
  samples: readonly Sample[],
  { point, normal }: Omit<Midline, 'symmetry'>,
  read: (p: Point) => number,
): number {
  let [difference, sum] = [0, 0];
  for (const { position, value } of samples) {
    const away = rightOf({ point, normal, symmetry: 0 }, position);
    const mirrored: Point = [
      position[0] - 2 * away * normal[0],
      position[1] - 2 * away * normal[1],
      position[2] - 2 * away * normal[2],
    ];
    const apart = Math.abs(value - read(mirrored));
    if (Number.isNaN(apart)) continue;
    difference += apart;
    sum += Math.abs(value);
  }
  return sum > 0 ? 1 - difference / sum : 0;
}
