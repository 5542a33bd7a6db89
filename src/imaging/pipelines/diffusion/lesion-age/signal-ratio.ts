/**
 * FLAIR signal of the diffusion lesion over that of the mirrored tissue (whole-lesion method: Cheng 2013, J Cereb Blood Flow
 * Metab 33:76; Legge 2017, J Stroke Cerebrovasc Dis 26:1582).
 */
import { inverse, transform, type Point } from '../../../affine.ts';
import type { Grid } from '../../../volume/volume.ts';
import { uniformNumbers } from '../../perfusion/random.ts';
import { placeOfVoxel } from '../../slice-network.ts';
import { LESION_AGE } from './settings.ts';

export interface MirrorPlane {
  /** A point on the plane between the hemispheres and its normal of length 1, mm. */
  readonly point: Point;
  readonly normal: Point;
}

export interface RatioInputs {
  /** Grid of the masks and of the ADC map. */
  readonly grid: Grid;
  readonly lesion: Uint8Array;
  readonly brain: Uint8Array;
  /** 10⁻⁶ mm²/s; tells fluid. */
  readonly adc: Float32Array;
  /** FLAIR signal at a place of the diffusion images; NaN where there is none. */
  readonly flairAt: (place: Point) => number;
  readonly plane: MirrorPlane;
}

export interface SignalRatio {
  readonly ratio: number;
  /** 90 %: of lesion and mirror drawn anew in blocks, and of a mirror moved by some millimeters. */
  readonly low: number;
  readonly high: number;
  /** Voxels that could be compared, mL. */
  readonly comparedMl: number;
}

interface Pair {
  readonly block: string;
  readonly lesion: number;
  readonly mirror: number;
}

/** @returns null where too little of the lesion has normal tissue opposite to it */
export function signalRatio(inputs: RatioInputs, voxelMl: number): SignalRatio | null {
  const pairs = pairsOf(inputs, 0);
  const comparedMl = pairs.length * voxelMl;
  if (comparedMl < LESION_AGE.leastComparedMl) return null;
  const ratio = ratioOf(pairs);
  const drawn = bootstrap(pairs);
  const moved = [-LESION_AGE.mirrorJitterMm, LESION_AGE.mirrorJitterMm]
    .map((mm) => pairsOf(inputs, mm))
    .filter((others) => others.length > pairs.length / 2)
    .map(ratioOf);
  return {
    ratio,
    low: Math.min(ratio, drawn.low, ...moved),
    high: Math.max(ratio, drawn.high, ...moved),
    comparedMl,
  };
}

const ratioOf = (pairs: readonly Pair[]): number => {
  let [lesion, mirror] = [0, 0];
  for (const pair of pairs) {
    lesion += pair.lesion;
    mirror += pair.mirror;
  }
  return lesion / mirror;
};

/** @param jitter moves the plane along its normal, mm */
function pairsOf({ grid, lesion, brain, adc, flairAt, plane }: RatioInputs, jitter: number): Pair[] {
  const pairs: Pair[] = [];
  const indexOf = indexAt(grid);
  const { point, normal } = plane;
  const tissue = (at: number): boolean => (adc[at] ?? NaN) < LESION_AGE.fluidAdc && brain[at] === 1;
  for (let at = 0; at < lesion.length; at++) {
    if (lesion[at] !== 1 || !tissue(at)) continue;
    const place = placeOfVoxel(grid, at);
    const away =
      (place[0] - point[0]) * normal[0] +
      (place[1] - point[1]) * normal[1] +
      (place[2] - point[2]) * normal[2] -
      jitter;
    // Beside the midline the mirror image is the lesion's own neighbor.
    if (Math.abs(away) < LESION_AGE.besideMidlineMm) continue;
    const mirrored: Point = [
      place[0] - 2 * away * normal[0],
      place[1] - 2 * away * normal[1],
      place[2] - 2 * away * normal[2],
    ];
    const opposite = indexOf(mirrored);
    if (opposite === null || lesion[opposite] === 1 || !tissue(opposite)) continue;
    const [own, other] = [flairAt(place), flairAt(mirrored)];
    if (Number.isNaN(own) || Number.isNaN(other)) continue;
    const block = place.map((x) => Math.floor(x / LESION_AGE.blockMm)).join();
    pairs.push({ block, lesion: own, mirror: other });
  }
  return pairs;
}

function indexAt({ size, affine }: Grid): (place: Point) => number | null {
  const toVoxel = inverse(affine);
  return (place) => {
    const [i, j, k] = transform(toVoxel, place).map(Math.round) as unknown as Point;
    if (i < 0 || j < 0 || k < 0 || i >= size[0] || j >= size[1] || k >= size[2]) return null;
    return (k * size[1] + j) * size[0] + i;
  };
}

/** 5th and 95th percentile of the ratio with blocks of tissue drawn anew; the same for the same images. */
function bootstrap(pairs: readonly Pair[]): { readonly low: number; readonly high: number } {
  const blocks = new Map<string, { lesion: number; mirror: number }>();
  for (const { block, lesion, mirror } of pairs) {
    const sums = blocks.get(block) ?? { lesion: 0, mirror: 0 };
    blocks.set(block, { lesion: sums.lesion + lesion, mirror: sums.mirror + mirror });
  }
  const all = [...blocks.values()];
  const uniform = uniformNumbers(1);
  const ratios = Array.from({ length: LESION_AGE.draws }, () => {
    let [lesion, mirror] = [0, 0];
    for (let n = 0; n < all.length; n++) {
      const one = all[Math.floor(uniform() * all.length)];
      lesion += one?.lesion ?? 0;
      mirror += one?.mirror ?? 0;
    }
    return lesion / mirror;
  }).sort((a, b) => a - b);
  const at = (share: number): number => ratios[Math.round(share * (ratios.length - 1))] ?? NaN;
  return { low: at(0.05), high: at(0.95) };
}
