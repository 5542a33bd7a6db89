/**
 * Hyperdense artery sign: the first part of a middle cerebral artery denser than 43 HU and 1.2 times as dense as that of the
 * other side (Koo 2000, Cerebrovasc Dis 10:419). Needs thin slices: in thick ones the artery is lost among its neighbors.
 */
import { compose, inverse, spacing, transform, type Affine, type Point } from '../../affine.ts';
import type { Anatomy, Side } from '../../anatomy/index.ts';
import type { Volume } from '../../volume/volume.ts';
import { SETTINGS } from './settings.ts';

/** Course of the first part in template space, right side, mm: carotid end to the first branches. Own choice. */
const COURSE: readonly Point[] = [
  [12, 4, -16],
  [22, 5, -18],
  [34, 4, -15],
];
/** The fit of the template moves it by millimeters. */
const AROUND_MM = 6;
/** mm³ of a thrombus that is dense; single bright pixels are noise. */
const DENSE_MM3 = 25;
/** Above it is calcium or bone, and so are its neighbors. */
const BONE_HU = 90;

export interface ArteryDensity {
  /** HU of the densest 25 mm³ around the course. */
  readonly hu: Readonly<Record<Side, number>>;
  readonly hyperdense: Side | 'none';
}

/** null: slices too thick, or the place of the arteries is not known. */
export function hyperdenseArtery(native: Volume, toTemplate: Anatomy['toTemplate']): ArteryDensity | null {
  const steps = spacing(native.affine);
  if (toTemplate === null || Math.max(...steps) > SETTINGS.thinSliceMm) return null;
  const voxelMm3 = steps[0] * steps[1] * steps[2];
  const count = Math.max(4, Math.round(DENSE_MM3 / voxelMm3));
  const of = (side: Side): number => densest(native, toTemplate, side, count);
  const hu = { left: of('left'), right: of('right') };
  if (Number.isNaN(hu.left + hu.right)) return null;
  const denser: Side = hu.left > hu.right ? 'left' : 'right';
  const other = denser === 'left' ? hu.right : hu.left;
  const is = hu[denser] > SETTINGS.arteryHu && hu[denser] > SETTINGS.arteryRatio * other;
  return { hu, hyperdense: is ? denser : 'none' };
}

/** Mean of the densest voxels near the course, away from bone; NaN where too few were imaged. */
function densest({ size, affine, values }: Volume, toTemplate: Affine, side: Side, count: number): number {
  const toMm = compose(toTemplate, affine);
  const course = COURSE.map(([x, y, z]): Point => [side === 'right' ? x : -x, y, z]);
  const [nx, ny, nz] = size;
  const steps = spacing(affine);
  const box = boxAround(course, inverse(toMm), size, AROUND_MM / Math.min(...steps) + 2);
  const found: number[] = [];
  for (let k = box.from[2]; k <= Math.min(nz - 1, box.to[2]); k++) {
    for (let j = Math.max(1, box.from[1]); j <= Math.min(ny - 2, box.to[1]); j++) {
      for (let i = Math.max(1, box.from[0]); i <= Math.min(nx - 2, box.to[0]); i++) {
        if (distanceTo(course, transform(toMm, [i, j, k])) > AROUND_MM) continue;
        const at = i + nx * (j + ny * k);
        let [sum, most] = [0, -Infinity];
        for (const row of [-nx, 0, nx]) {
          for (const step of [-1, 0, 1]) {
            const hu = values[at + row + step] ?? NaN;
            sum += hu;
            most = Math.max(most, hu);
          }
        }
        if (most < BONE_HU && !Number.isNaN(sum)) found.push(sum / 9);
      }
    }
  }
  if (found.length < 4 * count) return NaN;
  found.sort((a, b) => b - a);
  return found.slice(0, count).reduce((sum, hu) => sum + hu, 0) / count;
}

function boxAround(
  points: readonly Point[],
  toVoxel: Affine,
  size: Point,
  margin: number,
): { readonly from: Point; readonly to: Point } {
  const voxels = points.map((point) => transform(toVoxel, point));
  const end = (axis: 0 | 1 | 2, which: 'min' | 'max'): number => {
    const of = voxels.map((voxel) => voxel[axis]);
    const raw = which === 'min' ? Math.floor(Math.min(...of) - margin) : Math.ceil(Math.max(...of) + margin);
    return Math.min(size[axis] - 1, Math.max(0, raw));
  };
  return {
    from: [end(0, 'min'), end(1, 'min'), end(2, 'min')],
    to: [end(0, 'max'), end(1, 'max'), end(2, 'max')],
  };
}

function distanceTo(course: readonly Point[], p: Point): number {
  let nearest = Infinity;
  for (let n = 0; n + 1 < course.length; n++) {
    const [a, b] = [course[n] ?? p, course[n + 1] ?? p];
    const along: Point = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const length = along[0] ** 2 + along[1] ** 2 + along[2] ** 2;
    const from = (p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1] + (p[2] - a[2]) * along[2];
    const t = Math.min(1, Math.max(0, from / length));
    const away = Math.hypot(p[0] - a[0] - t * along[0], p[1] - a[1] - t * along[1], p[2] - a[2] - t * along[2]);
    nearest = Math.min(nearest, away);
  }
  return nearest;
}
