/** Invented bodies in HU at points of space (LPS millimeters, the middle of the head at 0): shapes, not anatomy. */
import type { Point } from '../../src/imaging/affine.ts';

export interface HeadOptions {
  /** HU of contrast in vessels; none by default. */
  readonly vesselHu?: number;
  /** Standard deviation of the noise. */
  readonly noiseHu?: number;
  /** Moves the head, millimeters. */
  readonly moved?: Point;
}

/** Half axes of the skin; the skull is 6 mm thick below 6 mm of scalp. */
const SKIN: Point = [78, 95, 92];

/** How far out a point is: 1 on the ellipsoid. */
const out = (p: Point, half: Point): number => Math.hypot(p[0] / half[0], p[1] / half[1], p[2] / half[2]);
const smaller = (half: Point, by: number): Point => [half[0] - by, half[1] - by, half[2] - by];

export function headHu({ vesselHu, noiseHu = 4, moved = [0, 0, 0] }: HeadOptions = {}): (p: Point) => number {
  return (at) => {
    const p: Point = [at[0] - moved[0], at[1] - moved[1], at[2] - moved[2]];
    if (out(p, SKIN) > 1) return -1000;
    const noise = noiseHu * gauss(at);
    if (out(p, smaller(SKIN, 6)) > 1) return 20 + noise;
    if (out(p, smaller(SKIN, 12)) > 1) return 900 + noise;
    if (vesselHu !== undefined && isVessel(p)) return vesselHu + noise;
    // Lateral ventricles, and gray matter over white.
    if (out([Math.abs(p[0]) - 12, p[1], p[2] - 10], [9, 30, 14]) < 1) return 8 + noise;
    return (out(p, smaller(SKIN, 18)) > 1 ? 39 : 29) + noise;
  };
}

/** Arteries run up through the head on both sides and in the middle, 3.6 mm wide. */
export function isVessel(p: Point): boolean {
  const tubes = [-38, -24, 24, 38].map((x) => Math.hypot(p[0] - x, p[1] + 12 + Math.abs(p[2]) / 6));
  return Math.min(...tubes, Math.hypot(p[0], p[1] + 48), Math.hypot(p[0], p[1] - 62)) < 1.8 + 1e-9;
}

/** Chest: wide, with lungs, a spine and no skull. */
export function chestHu(p: Point): number {
  if (out([p[0], p[1], 0], [170, 115, 1]) > 1) return -1000;
  if (out([p[0], p[1] - 85, 0], [18, 18, 1]) < 1) return 500;
  if (out([Math.abs(p[0]) - 80, p[1], 0], [60, 75, 1]) < 1) return -850 + 10 * gauss(p);
  return 40 + 8 * gauss(p);
}

/** A cylinder of water in plastic, as used to test scanners. */
export function waterHu(p: Point): number {
  const radius = Math.hypot(p[0], p[1]);
  if (radius > 105) return -1000;
  return (radius > 98 ? 130 : 0) + 1.5 * gauss(p);
}

/** The same place always has the same noise; mean 0, standard deviation 1. */
export function gauss([x, y, z]: Point): number {
  const hash = (seed: number): number => {
    const s = Math.sin(12.9898 * x + 78.233 * y + 37.719 * z + seed) * 43_758.5453;
    return s - Math.floor(s);
  };
  // Twelve would be exact enough for any test; four make a bell.
  return (hash(1) + hash(2) + hash(3) + hash(4) - 2) * Math.sqrt(3);
}
