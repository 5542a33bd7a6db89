/** Positions of voxels: the affine of an image maps voxel indices (i, j, k) to millimeters (right, front, up positive). */

/** Three rows of four, row by row: x = a0 i + a1 j + a2 k + a3, and so on. */
export type Affine = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

export type Point = readonly [number, number, number];

export function transform(a: Affine, [i, j, k]: Point): Point {
  return [
    a[0] * i + a[1] * j + a[2] * k + a[3],
    a[4] * i + a[5] * j + a[6] * k + a[7],
    a[8] * i + a[9] * j + a[10] * k + a[11],
  ];
}

/** Signed volume of a voxel in cubic millimeters; negative when the axes are left-handed. */
export function determinant(a: Affine): number {
  return a[0] * (a[5] * a[10] - a[6] * a[9]) - a[1] * (a[4] * a[10] - a[6] * a[8]) + a[2] * (a[4] * a[9] - a[5] * a[8]);
}

/** @throws RangeError when the affine is singular */
export function inverse(a: Affine): Affine {
  const d = determinant(a);
  if (!Number.isFinite(d) || d === 0) throw new RangeError('the affine is singular');
  const r = [
    (a[5] * a[10] - a[6] * a[9]) / d,
    (a[2] * a[9] - a[1] * a[10]) / d,
    (a[1] * a[6] - a[2] * a[5]) / d,
    (a[6] * a[8] - a[4] * a[10]) / d,
    (a[0] * a[10] - a[2] * a[8]) / d,
    (a[2] * a[4] - a[0] * a[6]) / d,
    (a[4] * a[9] - a[5] * a[8]) / d,
    (a[1] * a[8] - a[0] * a[9]) / d,
    (a[0] * a[5] - a[1] * a[4]) / d,
  ] as const;
  const shift = (x: number, y: number, z: number): number => -(x * a[3] + y * a[7] + z * a[11]);
  return [
    ...[r[0], r[1], r[2], shift(r[0], r[1], r[2])],
    ...[r[3], r[4], r[5], shift(r[3], r[4], r[5])],
    ...[r[6], r[7], r[8], shift(r[6], r[7], r[8])],
  ] as unknown as Affine;
}

/** `transform(compose(outer, inner), p)` is `transform(outer, transform(inner, p))`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const column = (c: 0 | 1 | 2 | 3): Point => {
    const [x, y, z] = [inner[c], inner[c + 4] ?? 0, inner[c + 8] ?? 0];
    const moved = transform(outer, [x, y, z]);
    return c === 3 ? moved : [moved[0] - outer[3], moved[1] - outer[7], moved[2] - outer[11]];
  };
  const [p, q, r, s] = [column(0), column(1), column(2), column(3)];
  return [p[0], q[0], r[0], s[0], p[1], q[1], r[1], s[1], p[2], q[2], r[2], s[2]];
}

/** Length of one step along each voxel axis, in millimeters. */
export function spacing(a: Affine): Point {
  return [Math.hypot(a[0], a[4], a[8]), Math.hypot(a[1], a[5], a[9]), Math.hypot(a[2], a[6], a[10])];
}

/** The largest distance in millimeters between where the two affines place the corners of a grid. */
export function cornerDistance(a: Affine, b: Affine, [nx, ny, nz]: Point): number {
  let largest = 0;
  for (const i of [0, nx - 1]) {
    for (const j of [0, ny - 1]) {
      for (const k of [0, nz - 1]) {
        const [p, q] = [transform(a, [i, j, k]), transform(b, [i, j, k])];
        largest = Math.max(largest, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
      }
    }
  }
  return largest;
}
