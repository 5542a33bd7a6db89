/** Darker spots inside the hemorrhage of one slab. */
import type { Point } from '../../../affine.ts';
import { partsOf } from '../labels.ts';
import { mean, quantile, regionInSlab, SMALLEST_FOCUS_MM2, type Hematoma } from './hematoma.ts';

export interface Focus {
  readonly slab: number;
  /** Flat indices into the volume. */
  readonly voxels: Int32Array;
  readonly areaMm2: number;
  /** It meets what is not hemorrhage. */
  readonly touchesBorder: boolean;
  /** Mean of the darkest quarter of the spot, where partial volume does not lift it. */
  readonly meanHu: number;
  /** Mean of the hemorrhage around it less that of the spot. */
  readonly differenceHu: number;
}

/** Of a spot: its middle, not its blurred edge. */
const DARKEST_SHARE = 0.25;

/** How far around a spot the hemorrhage is compared, pixels; the first pixel is left out for partial volume. */
const RING = [2, 4] as const;

/**
 * Spots that are darker than the bright part of the hemorrhage (75th percentile of its slab) by half of a difference: there
 * lies the edge of a spot that is darker by the whole of it.
 * @param difference HU that a definition asks for
 */
export function hypodenseFoci(hematoma: Hematoma, slab: number, difference: number): readonly Focus[] {
  const inSlab = regionInSlab(hematoma, slab);
  if (inSlab.length === 0) return [];
  const bright = quantile(
    Array.from(inSlab, (at) => hematoma.smooth[at] ?? NaN),
    0.75,
  );
  return fociBelow(hematoma, slab, bright - difference / 2, inSlab);
}

/** Spots of the slab whose smoothed density lies at or below a value. */
export function fociBelow(
  hematoma: Hematoma,
  slab: number,
  limitHu: number,
  inSlab: Int32Array = regionInSlab(hematoma, slab),
): readonly Focus[] {
  const { size, smooth, region, pixelMm } = hematoma;
  const [nx, ny] = size;
  const dark = new Uint8Array(nx * ny);
  for (const at of inSlab) if ((smooth[at] ?? NaN) <= limitHu) dark[at - slab * nx * ny] = 1;
  return partsOf(dark, [nx, ny, 1]).flatMap((part): Focus[] => {
    const areaMm2 = part.length * pixelMm ** 2;
    if (areaMm2 < SMALLEST_FOCUS_MM2) return [];
    const voxels = part.map((at) => at + slab * nx * ny);
    const values = Array.from(voxels, (at) => smooth[at] ?? NaN);
    const middle = quantile(values, DARKEST_SHARE);
    const meanHu = mean(
      smooth,
      voxels.filter((at) => (smooth[at] ?? NaN) <= middle),
    );
    const around = ring(part, [nx, ny, 1], RING).filter((at) => region[at + slab * nx * ny] === 1 && dark[at] === 0);
    // Median: a pixel that blur has darkened does not count.
    const surroundings = quantile(
      Array.from(around, (at) => smooth[at + slab * nx * ny] ?? NaN),
      0.5,
    );
    return [
      {
        slab,
        voxels,
        areaMm2,
        touchesBorder: part.some((at) => neighbors(at, nx, ny).some((n) => region[n + slab * nx * ny] !== 1)),
        meanHu,
        differenceHu: Number.isNaN(surroundings) ? 0 : surroundings - meanHu,
      },
    ];
  });
}

/** The four neighbors in the plane that lie in the image. */
export function neighbors(at: number, nx: number, ny: number): number[] {
  const [i, j] = [at % nx, Math.floor(at / nx)];
  return [
    ...(i > 0 ? [at - 1] : []),
    ...(i < nx - 1 ? [at + 1] : []),
    ...(j > 0 ? [at - nx] : []),
    ...(j < ny - 1 ? [at + nx] : []),
  ];
}

/** Pixels between two distances (city block) from a part, both inclusive. */
export function ring(part: Int32Array, [nx, ny]: Point, [from, to]: readonly [number, number]): Int32Array {
  const distance = new Map<number, number>(Array.from(part, (at) => [at, 0]));
  let edge = Array.from(part);
  for (let step = 1; step <= to; step++) {
    const next: number[] = [];
    for (const at of edge) {
      for (const n of neighbors(at, nx, ny)) {
        if (distance.has(n)) continue;
        distance.set(n, step);
        next.push(n);
      }
    }
    edge = next;
  }
  return Int32Array.from([...distance].filter(([, d]) => d >= from && d <= to).map(([at]) => at));
}
