/**
 * Brings all frames of a time series to one position of the head. Motion is estimated on a grid of about 4 mm from
 * intensities that are cut off where contrast changes them: what remains is the outline of the head.
 */
import { spacing, type Point } from '../../affine.ts';
import type { Grid } from '../../volume/volume.ts';
import { dilated, eroded, largestPart } from './morphology.ts';
import {
  fixedVolume,
  multiply3,
  NO_MOTION,
  register,
  sampler,
  type RigidMotion,
} from '../../registration/rigid-registration.ts';
import type { PerfusionKind } from './settings.ts';
import { smoother } from './smoothing.ts';
import { reducedGrid, reduceInPlane } from './working-grid.ts';

export interface Corrected {
  readonly frames: readonly Float32Array[];
  /** Largest displacement of the head by frame, mm. */
  readonly motionMm: readonly number[];
}

const COARSE_MM = 4.5;
/** Smaller motion is left: interpolation would blur more than it mends. */
const LEAST_MOTION_MM = 0.4;
const REFERENCE_FRAMES = 3;
const RIM_VOXELS = 2;
const BLURS_MM = [7, 3] as const;
/** Air to soft tissue of CT; bone and contrast are no brighter. */
const CT_WINDOW: readonly [number, number] = [-200, 60];
/** Share of the typical signal of the head: a bolus takes away less than the rest. */
const MR_CEILING = 0.35;

/** @param pause between frames, so that others can work; may throw to stop */
export async function correctMotion(
  frames: readonly Float32Array[],
  grid: Grid,
  kind: PerfusionKind,
  pause: (fraction: number) => Promise<void>,
): Promise<Corrected> {
  const [sx, sy] = spacing(grid.affine);
  const factor = Math.max(1, Math.round(COARSE_MM / Math.max(sx, sy)));
  const coarse = reducedGrid(grid, factor);
  const outline = outlineOf(kind, frames[0] ?? new Float32Array());
  const small = frames.map((frame) => reduceInPlane(outline(frame), grid.size, factor));
  const mm = spacing(coarse.affine);
  const reference = meanOf(small.slice(0, REFERENCE_FRAMES));
  const head = headRegion(reference, coarse.size, kind);
  const everywhere = new Uint8Array(reference.length).fill(1);
  const levels = BLURS_MM.map((blur) => {
    const { smooth } = smoother(everywhere, coarse.size, [blur / mm[0], blur / mm[1]]);
    return { smooth, fixed: fixedVolume(smooth(reference), coarse.size, mm, head) };
  });
  const out: Float32Array[] = [];
  const motionMm: number[] = [];
  let last = NO_MOTION;
  for (const [at, frame] of frames.entries()) {
    let motion = last;
    for (const { smooth, fixed } of levels) motion = register(fixed, smooth(small[at] ?? reference), motion);
    last = motion;
    const moved = displacement(motion, head, coarse.size, mm);
    motionMm.push(moved);
    out.push(moved < LEAST_MOTION_MM ? frame : resampled(frame, grid, motion));
    await pause((at + 1) / frames.length);
  }
  return { frames: out, motionMm };
}

function outlineOf(kind: PerfusionKind, first: Float32Array): (frame: Float32Array) => Float32Array {
  const clamp = (low: number, high: number) => (frame: Float32Array) =>
    frame.map((x) => Math.min(Math.max(x, low), high));
  if (kind === 'ct') return clamp(...CT_WINDOW);
  const valid = first.filter((x) => x > 0).sort();
  const bright = valid.subarray(Math.floor(valid.length * 0.5));
  return clamp(0, MR_CEILING * (bright[Math.floor(bright.length / 2)] ?? 1));
}

function meanOf(frames: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(frames[0]?.length ?? 0);
  for (let at = 0; at < out.length; at++) {
    let [sum, count] = [0, 0];
    for (const frame of frames) {
      const value = frame[at] ?? NaN;
      if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
    }
    out[at] = sum / count;
  }
  return out;
}

/** Voxels of the head and a rim of air, without what lies farther off (the headrest does not move with the head). */
function headRegion(reference: Float32Array, size: Point, kind: PerfusionKind): Uint8Array {
  let [low, high] = [Infinity, -Infinity];
  for (const value of reference) {
    if (Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const half = (low + high) / 2;
  const bright = Uint8Array.from(reference, (value) => (value > half ? 1 : 0));
  if (kind === 'mr') return dilated(bright, size, RIM_VOXELS);
  // One step inwards cuts a headrest off.
  return dilated(largestPart(eroded(bright, size, 1), size), size, 1 + RIM_VOXELS);
}

/** Largest distance that a corner of the box around the head moves, mm. */
function displacement({ rotation, shift }: RigidMotion, head: Uint8Array, [nx, ny, nz]: Point, mm: Point): number {
  const [from, to] = [
    [nx, ny, nz],
    [0, 0, 0],
  ];
  for (let at = 0; at < head.length; at++) {
    if (head[at] !== 1) continue;
    [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))].forEach((index, axis) => {
      from[axis] = Math.min(from[axis] ?? 0, index);
      to[axis] = Math.max(to[axis] ?? 0, index);
    });
  }
  let largest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const position = [nx, ny, nz].map(
      (n, axis) =>
        ((((corner >> axis) & 1) === 1 ? (to[axis] ?? 0) : (from[axis] ?? 0)) - (n - 1) / 2) * (mm[axis] ?? 1),
    );
    const moved = multiply3(rotation, position);
    largest = Math.max(largest, Math.hypot(...position.map((x, axis) => (moved[axis] ?? 0) + (shift[axis] ?? 0) - x)));
  }
  return largest;
}

/** The frame as it would be without the motion; NaN where it was not in view. */
export function resampled(
  frame: Float32Array,
  { size, affine }: Grid,
  { rotation: r, shift: t }: RigidMotion,
): Float32Array {
  const mm = spacing(affine);
  const sample = sampler(frame, size, mm);
  const [nx, ny, nz] = size;
  const out = new Float32Array(frame.length);
  let at = 0;
  for (let k = 0; k < nz; k++) {
    const z = (k - (nz - 1) / 2) * mm[2];
    for (let j = 0; j < ny; j++) {
      const y = (j - (ny - 1) / 2) * mm[1];
      for (let i = 0; i < nx; i++) {
        const x = (i - (nx - 1) / 2) * mm[0];
        out[at++] = sample(
          (r[0] ?? 0) * x + (r[1] ?? 0) * y + (r[2] ?? 0) * z + (t[0] ?? 0),
          (r[3] ?? 0) * x + (r[4] ?? 0) * y + (r[5] ?? 0) * z + (t[1] ?? 0),
          (r[6] ?? 0) * x + (r[7] ?? 0) * y + (r[8] ?? 0) * z + (t[2] ?? 0),
        );
      }
    }
  }
  return out;
}
