/**
 * Spot sign on CT angiography: contrast inside the hematoma (Delgado Almandoz 2009, Stroke 40:2994; score 2010, Stroke 41:54).
 * At least 1.5 mm, at least twice as dense as the hematoma around it (and 120 HU, as the paper asks), not joined to a vessel
 * outside. Score: two and more spots 1, 5 mm and more 1, 180 HU and more 1.
 */
import { spacing } from '../../affine.ts';
import { largestAxialDiameter } from '../../lesion/diameter.ts';
import { labelsTo } from '../../volume/resample.ts';
import type { Grid, Volume } from '../../volume/volume.ts';
import { partsOf } from './labels.ts';

export const SPOT = { leastMm: 1.5, leastHu: 120, timesHematoma: 2, largeMm: 5, brightHu: 180 } as const;

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
const THICKEST_MM = 2.1;

/**
 * @param cta in the space of the mask (registered)
 * @param hematoma intraparenchymal blood on its grid
 */
export function spotSign(cta: Volume, hematoma: Grid & { readonly voxels: Uint8Array }): SpotSign {
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
  const spots = partsOf(bright, size)
    .filter((part) => part.every((at) => mask[at] === 1))
    .map((part) => ({
      part,
      mm: largestAxialDiameter(part, size) * mm,
      hu: part.reduce((m, at) => Math.max(m, values[at] ?? 0), 0),
    }))
    .filter((spot) => spot.mm >= SPOT.leastMm);
  if (spots.length === 0) return { status: 'absent', score: 0, ...NOTHING };
  const voxels = new Uint8Array(values.length);
  for (const { part } of spots) for (const at of part) voxels[at] = 1;
  const largestMm = Math.max(...spots.map((spot) => spot.mm));
  const highestHu = Math.max(...spots.map((spot) => spot.hu));
  const score = Number(spots.length >= 2) + Number(largestMm >= SPOT.largeMm) + Number(highestHu >= SPOT.brightHu);
  return {
    status: 'present',
    count: spots.length,
    largestMm,
    highestHu,
    score,
    segment: { grid: { size, affine }, voxels },
  };
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
