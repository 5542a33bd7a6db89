/** Which slices are shown, and which part of them. */
import { spacing, transform, inverse, compose } from '../../affine.ts';
import type { Grid, Volume } from '../../volume/volume.ts';
import type { Crop, DisplayGrid } from '../../display-grid.ts';

interface Mask {
  readonly grid: Grid;
  readonly voxels: Uint8Array;
}

/** Range of displayed slices and pixels that a mask touches. */
interface Extent {
  readonly slices: readonly [number, number];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** undefined for an empty mask */
function extentOf({ grid: { size, affine }, voxels }: Mask, display: DisplayGrid): Extent | undefined {
  const toDisplay = compose(inverse(display.plane(0).affine), affine);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const [nx, ny] = size;
  for (let at = voxels.indexOf(1); at >= 0; at = voxels.indexOf(1, at + 1)) {
    const p = transform(toDisplay, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
    for (const axis of [0, 1, 2] as const) {
      low[axis] = Math.min(low[axis] ?? Infinity, p[axis]);
      high[axis] = Math.max(high[axis] ?? -Infinity, p[axis]);
    }
  }
  const [x0 = 0, y0 = 0, z0 = 0] = low;
  const [x1 = 0, y1 = 0, z1 = 0] = high;
  return Number.isFinite(z0) ? { slices: [z0, z1], x: [x0, x1], y: [y0, y1] } : undefined;
}

/** Extent of several masks together. */
function union(extents: readonly Extent[]): Extent | undefined {
  const [first, ...rest] = extents;
  if (first === undefined) return undefined;
  const wider = (a: readonly [number, number], b: readonly [number, number]): readonly [number, number] => [
    Math.min(a[0], b[0]),
    Math.max(a[1], b[1]),
  ];
  return rest.reduce(
    (all, e) => ({ slices: wider(all.slices, e.slices), x: wider(all.x, e.x), y: wider(all.y, e.y) }),
    first,
  );
}

/**
 * Evenly spread from feet to head: over the lesions and one slice beyond them, else over the head.
 * @returns indices of at most `count` slices
 */
export function chooseSlices(
  display: DisplayGrid,
  lesions: readonly Mask[],
  head: Mask | null,
  count: number,
): readonly number[] {
  const last = display.size.slices - 1;
  const found = union(lesions.flatMap((mask) => extentOf(mask, display) ?? []));
  const around = found ?? (head === null ? undefined : extentOf(head, display));
  const beyond = found === undefined ? 0 : 1;
  let from = around === undefined ? 0 : Math.max(0, Math.round(around.slices[0]) - beyond);
  let to = around === undefined ? last : Math.min(last, Math.round(around.slices[1]) + beyond);
  // A small lesion is shown with its surroundings.
  while (to - from + 1 < count && (from > 0 || to < last)) {
    if (from > 0) from--;
    if (to - from + 1 < count && to < last) to++;
  }
  const shown = Math.min(count, to - from + 1);
  return Array.from({ length: shown }, (_, at) =>
    Math.round(shown === 1 ? (from + to) / 2 : from + ((to - from) * at) / (shown - 1)),
  );
}

/** Of a brain, so that the skull around it is seen too. */
const MARGIN = 1.2;

/** The square around the head, with a margin; the whole picture where no head is known. */
export function cropTo(display: DisplayGrid, head: Mask | null): Crop {
  const { width, height } = display.size;
  const extent = head === null ? undefined : extentOf(head, display);
  const [x0, x1] = extent?.x ?? [0, width - 1];
  const [y0, y1] = extent?.y ?? [0, height - 1];
  const [px, py] = display.pixel;
  const side = MARGIN * Math.max((x1 - x0 + 1) * px, (y1 - y0 + 1) * py);
  return { left: (x0 + x1 + 1) / 2 - side / px / 2, top: (y0 + y1 + 1) / 2 - side / py / 2, side };
}

/** Where the map has values. */
export function definedMask({ size, affine, values }: Volume): Mask {
  return { grid: { size, affine }, voxels: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1)) };
}

const HEAD_ML = 200;
/** Share of the fullest plane: emptier ones hold a headrest or a tube, not the head. */
const EMPTY_PLANE = 0.06;

/** Voxels that are not air, as the head of an image without a brain mask; null when that is next to nothing. */
export function headMask(volume: Volume, threshold: number): Mask | null {
  const { size, affine, values } = volume;
  const voxels = Uint8Array.from(values, (value) => (value > threshold ? 1 : 0));
  const [dx, dy, dz] = spacing(affine);
  const milliliters = (voxels.reduce((sum, one) => sum + one, 0) * dx * dy * dz) / 1000;
  if (milliliters < HEAD_ML) return null;
  const counts = planeCounts(voxels, size);
  const full = counts.map((planes) => {
    const least = EMPTY_PLANE * planes.reduce((most, count) => Math.max(most, count), 0);
    return Uint8Array.from(planes, (count) => (count >= least ? 1 : 0));
  });
  const [nx, ny, nz] = size;
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const keep = full[1]?.[j] === 1 && full[2]?.[k] === 1;
      for (let i = 0; i < nx; i++, at++) if (!keep || full[0]?.[i] !== 1) voxels[at] = 0;
    }
  }
  return { grid: { size, affine }, voxels };
}

/** Voxels that are set in each plane, along each axis. */
function planeCounts(voxels: Uint8Array, [nx, ny, nz]: Grid['size']): readonly [Uint32Array, Uint32Array, Uint32Array] {
  const counts = [new Uint32Array(nx), new Uint32Array(ny), new Uint32Array(nz)] as const;
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      let row = 0;
      for (let i = 0; i < nx; i++, at++) {
        if (voxels[at] !== 1) continue;
        row++;
        counts[0][i] = (counts[0][i] ?? 0) + 1;
      }
      counts[1][j] = (counts[1][j] ?? 0) + row;
      counts[2][k] = (counts[2][k] ?? 0) + row;
    }
  }
  return counts;
}
