/** What a person measures with the ruler: A · B · C / 2 (Kothari 1996, Stroke 27:1304). For comparison with the planimetry. */
import type { Point } from '../../affine.ts';

export interface Abc {
  /** Largest diameter in the slab of the largest area, mm. */
  readonly aMm: number;
  /** Largest width across it in the same slab, mm. */
  readonly bMm: number;
  /** Slabs times their thickness: one with over 75 % of the largest area counts whole, from 25 % half, below not; mm. */
  readonly cMm: number;
  readonly ml: number;
}

/**
 * @param part flat indices of one connected hemorrhage
 * @param millimeters of a voxel; pixels are square
 * @returns null for an empty part
 */
export function abcOf(part: Int32Array, [nx, ny]: Point, [pixelMm, , slabMm]: Point): Abc | null {
  const plane = nx * ny;
  const slabs = new Map<number, number[]>();
  for (const at of part) {
    const k = Math.floor(at / plane);
    const own = slabs.get(k);
    if (own === undefined) slabs.set(k, [at]);
    else own.push(at);
  }
  const [largest] = [...slabs.values()].toSorted((a, b) => b.length - a.length);
  if (largest === undefined) return null;
  const points = largest.map((at) => [at % nx, Math.floor(at / nx) % ny] as const);
  const { length, direction } = longest(points);
  const aMm = (length + 1) * pixelMm;
  const bMm = (widest(points, direction) + 1) * pixelMm;
  let count = 0;
  for (const { length: area } of slabs.values()) {
    const share = area / largest.length;
    count += share > 0.75 ? 1 : share >= 0.25 ? 0.5 : 0;
  }
  const cMm = count * slabMm;
  return { aMm, bMm, cMm, ml: (aMm * bMm * cMm) / 2 / 1000 };
}

type Pixel = readonly [number, number];

function longest(points: readonly Pixel[]): { length: number; direction: Pixel } {
  let best = { length: 0, direction: [1, 0] as Pixel };
  const ends = outermost(points);
  for (const [n, [x, y]] of ends.entries()) {
    for (const [a, b] of ends.slice(n + 1)) {
      const length = Math.hypot(a - x, b - y);
      if (length > best.length) best = { length, direction: [(a - x) / length, (b - y) / length] };
    }
  }
  return best;
}

/** First and last pixel of each row: the ends of the largest diameter are among them. */
function outermost(points: readonly Pixel[]): Pixel[] {
  const rows = new Map<number, [number, number]>();
  for (const [x, y] of points) {
    const row = rows.get(y);
    if (row === undefined) rows.set(y, [x, x]);
    else rows.set(y, [Math.min(row[0], x), Math.max(row[1], x)]);
  }
  return [...rows].flatMap(([y, [from, to]]): Pixel[] =>
    from === to
      ? [[from, y]]
      : [
          [from, y],
          [to, y],
        ],
  );
}

/** The longest line across: pixels within half a pixel of one line at a right angle to the direction. */
function widest(points: readonly Pixel[], [dx, dy]: Pixel): number {
  const lines = new Map<number, [number, number]>();
  for (const [x, y] of points) {
    const along = Math.round(x * dx + y * dy);
    const across = y * dx - x * dy;
    const line = lines.get(along);
    if (line === undefined) lines.set(along, [across, across]);
    else lines.set(along, [Math.min(line[0], across), Math.max(line[1], across)]);
  }
  return [...lines.values()].reduce((most, [from, to]) => Math.max(most, to - from), 0);
}
