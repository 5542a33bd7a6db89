/**
 * Spot sign on CT angiography: contrast that pools inside the hematoma, at least 120 HU, joined to no vessel (Delgado Almandoz
 * 2009, Stroke 40:2994), at least 1.5 mm and twice as dense as the hematoma around it (reference E). What is as bright
 * without contrast is calcium. Score, 0 to 4 (same paper): one or two spots 1, three and more 2; 5 mm and more 1; 180 HU and
 * more 1.
 */
import { spacing } from '../../affine.ts';
import { largestAxialDiameter } from '../../lesion/diameter.ts';
import { labelsTo, resampleTo } from '../../volume/resample.ts';
import type { Grid, Volume } from '../../volume/volume.ts';
import { partsOf } from './labels.ts';

export const SPOT = { leastMm: 1.5, leastHu: 120, timesHematoma: 2, many: 3, largeMm: 5, brightHu: 180 } as const;

export interface SpotSign {
  readonly status: 'present' | 'absent' | 'not-assessable';
  readonly count: number;
  readonly largestMm: number;
  readonly highestHu: number;
  /** null where not assessable. */
  readonly score: number | null;
  /** On the grid of the cut-out; null without a spot. */
  readonly segment: { readonly grid: Grid; readonly voxels: Uint8Array } | null;
}

const NOTHING = { count: 0, largestMm: 0, highestHu: 0, segment: null };
/** Around the hematoma, so that a vessel that runs in from outside is seen; mm. */
const MARGIN_MM = 6;
/** Thicker slices average a spot of 1.5 mm away. */
export const THICKEST_MM = 2.1;
/**
 * Calcium: on the native scan as dense as no clot is, HU, or holding this share of its brightness on the angiography. Thick
 * native slices average it down, so that one of the two may fail. Looked for this far around, as registration is not exact,
 * mm. Own choices.
 */
const CALCIUM = { hu: 100, share: 0.5, withinMm: 2 } as const;

/**
 * @param cta in the space of the mask (registered)
 * @param native the scan without contrast, in the same space
 * @param hematoma intraparenchymal blood with what it encloses, on its grid
 */
export function spotSign(cta: Volume, native: Volume, hematoma: Grid & { readonly voxels: Uint8Array }): SpotSign {
  if (spacing(cta.affine)[2] > THICKEST_MM) return { status: 'not-assessable', score: null, ...NOTHING };
  const inside = labelsTo(hematoma, cta);
  const box = boxOf(
    inside,
    cta.size,
    spacing(cta.affine).map((mm) => Math.ceil(MARGIN_MM / mm)),
  );
  if (box === null) return { status: 'not-assessable', score: null, ...NOTHING };
  const { size, affine, values, mask } = cut(cta, inside, box);
  const around = meanOf(values, mask);
  const limit = Math.max(SPOT.leastHu, SPOT.timesHematoma * around);
  const bright = Uint8Array.from(values, (hu) => (hu >= limit ? 1 : 0));
  const [mm] = spacing(affine);
  const isCalcium = calciumIn({ size, affine, values }, native, mask, around);
  const spots = partsOf(bright, size)
    .filter((part) => part.every((at) => mask[at] === 1))
    .filter((part) => !isCalcium(part))
    .map((part) => ({
      part,
      mm: largestAxialDiameter(part, size) * mm,
      hu: densestHu(part, values, size),
    }))
    .filter((spot) => spot.mm >= SPOT.leastMm);
  if (spots.length === 0) return { status: 'absent', score: 0, ...NOTHING };
  const voxels = new Uint8Array(values.length);
  for (const { part } of spots) for (const at of part) voxels[at] = 1;
  const largestMm = Math.max(...spots.map((spot) => spot.mm));
  const highestHu = Math.max(...spots.map((spot) => spot.hu));
  const score =
    (spots.length >= SPOT.many ? 2 : 1) + Number(largestMm >= SPOT.largeMm) + Number(highestHu >= SPOT.brightHu);
  return {
    status: 'present',
    count: spots.length,
    largestMm,
    highestHu,
    score,
    segment: { grid: { size, affine }, voxels },
  };
}

/**
 * Of the means over 3 × 3 pixels, those of them that belong to the spot: the densest single voxel of an angiography is mostly
 * noise, by up to 50 HU.
 */
function densestHu(part: Int32Array, values: Float32Array, [nx]: Grid['size']): number {
  const own = new Set(part);
  const square = [-nx - 1, -nx, -nx + 1, -1, 0, 1, nx - 1, nx, nx + 1];
  return part.reduce((most, at) => {
    const near = square.map((step) => at + step).filter((one) => own.has(one));
    return Math.max(most, near.reduce((sum, one) => sum + (values[one] ?? 0), 0) / near.length);
  }, 0);
}

/** @param around mean density of the hematoma on the angiography, HU */
function calciumIn(
  cta: Pick<Volume, 'size' | 'affine' | 'values'>,
  native: Volume,
  mask: Uint8Array,
  around: number,
): (part: Int32Array) => boolean {
  const without = resampleTo(native, cta).values;
  const clot = meanOf(without, mask);
  const offsets = offsetsWithin(CALCIUM.withinMm, cta);
  return (part) => {
    // The part as a whole is moved: single noisy voxels do not count.
    const densest = Math.max(...offsets.map((offset) => meanOfPart(without, part, offset)).filter(Number.isFinite));
    const brightness = meanOfPart(cta.values, part, 0) - around;
    return densest >= CALCIUM.hu || densest - clot >= CALCIUM.share * brightness;
  };
}

/** Steps of flat indices; the cut-out is wider than the hematoma by more than they reach. */
function offsetsWithin(reachMm: number, { size: [nx, ny], affine }: Grid): readonly number[] {
  const mm = spacing(affine);
  const steps = mm.map((each) => {
    const reach = Math.floor(reachMm / each);
    return Array.from({ length: 2 * reach + 1 }, (_, n) => n - reach);
  });
  const [is = [], js = [], ks = []] = steps;
  return ks.flatMap((k) =>
    js.flatMap((j) =>
      is.filter((i) => Math.hypot(i * mm[0], j * mm[1], k * mm[2]) <= reachMm).map((i) => i + nx * (j + ny * k)),
    ),
  );
}

/** NaN where any of it is not known. */
function meanOfPart(values: Float32Array, part: Int32Array, offset: number): number {
  return part.reduce((sum, at) => sum + (values[at + offset] ?? NaN), 0) / part.length;
}

type Box = readonly (readonly [number, number])[];

function boxOf(mask: Uint8Array, size: Grid['size'], margins: readonly number[]): Box | null {
  const [nx, ny] = size;
  const low = [Infinity, Infinity, Infinity];
  const high = [-1, -1, -1];
  for (let at = mask.indexOf(1); at !== -1; at = mask.indexOf(1, at + 1)) {
    [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))].forEach((index, axis) => {
      low[axis] = Math.min(low[axis] ?? index, index);
      high[axis] = Math.max(high[axis] ?? index, index);
    });
  }
  if ((high[0] ?? -1) < 0) return null;
  return size.map((n, axis) => {
    const margin = margins[axis] ?? 0;
    return [Math.max(0, (low[axis] ?? 0) - margin), Math.min(n - 1, (high[axis] ?? 0) + margin)] as const;
  });
}

function cut(
  { size: [nx, ny], affine, values }: Volume,
  inside: Uint8Array,
  box: Box,
): Pick<Volume, 'size' | 'affine' | 'values'> & { readonly mask: Uint8Array } {
  const [[x0, x1], [y0, y1], [z0, z1]] = box as readonly [
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
  ];
  const size = [x1 - x0 + 1, y1 - y0 + 1, z1 - z0 + 1] as const;
  const out = new Float32Array(size[0] * size[1] * size[2]);
  const mask = new Uint8Array(out.length);
  let at = 0;
  for (let k = z0; k <= z1; k++) {
    for (let j = y0; j <= y1; j++) {
      for (let i = x0; i <= x1; i++, at++) {
        const from = (k * ny + j) * nx + i;
        out[at] = values[from] ?? NaN;
        mask[at] = inside[from] ?? 0;
      }
    }
  }
  const moved = [...affine] as number[];
  for (const row of [0, 4, 8]) {
    moved[row + 3] =
      (affine[row] ?? 0) * x0 + (affine[row + 1] ?? 0) * y0 + (affine[row + 2] ?? 0) * z0 + (affine[row + 3] ?? 0);
  }
  return { size, affine: moved as unknown as Volume['affine'], values: out, mask };
}

function meanOf(values: Float32Array, mask: Uint8Array): number {
  let [sum, count] = [0, 0];
  mask.forEach((inside, at) => {
    const hu = values[at] ?? NaN;
    if (inside !== 1 || Number.isNaN(hu) || hu > SPOT.leastHu) return;
    sum += hu;
    count++;
  });
  return count === 0 ? 0 : sum / count;
}
