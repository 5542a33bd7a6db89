/** The outer surface of the brain of an atlas, sulci and ventricles closed, and the depth below it. */
import type { Point } from '../affine.ts';
import { distanceTransform } from './distance-transform.ts';

/** Gaps up to twice this many voxels are closed: sulci, and the slits between territories. */
const CLOSING_STEPS = 3;

/**
 * Squared depth in voxels: the distance to the nearest voxel outside the brain, 0 outside. The edge of the grid is no
 * surface: an atlas that is cut off below does not make the cut a cortex.
 */
export function squaredDepth(labels: Uint8Array, size: Point): Int32Array {
  let brain: Uint8Array = Uint8Array.from(labels, (label) => (label === 0 ? 0 : 1));
  for (let step = 0; step < CLOSING_STEPS; step++) brain = grow(brain, size, 1);
  for (let step = 0; step < CLOSING_STEPS; step++) brain = grow(brain, size, 0);
  const outside = outsideOf(brain, size);
  return distanceTransform(outside, size).squared;
}

/** One step of dilation (value 1) or erosion (value 0) over the six faces; beyond the grid nothing grows. */
function grow(brain: Uint8Array, [nx, ny, nz]: Point, value: 0 | 1): Uint8Array {
  const grown = brain.slice();
  const plane = nx * ny;
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, at++) {
        if (brain[at] !== value) continue;
        if (i > 0) grown[at - 1] = value;
        if (i < nx - 1) grown[at + 1] = value;
        if (j > 0) grown[at - nx] = value;
        if (j < ny - 1) grown[at + nx] = value;
        if (k > 0) grown[at - plane] = value;
        if (k < nz - 1) grown[at + plane] = value;
      }
    }
  }
  return grown;
}

/** 1 where the background is connected with the edge of the grid: a cavity inside the brain is not outside. */
function outsideOf(brain: Uint8Array, [nx, ny, nz]: Point): Uint8Array {
  const outside = new Uint8Array(brain.length);
  const stack = new Int32Array(brain.length);
  const plane = nx * ny;
  let top = 0;
  const visit = (at: number): void => {
    if (brain[at] !== 0 || outside[at] !== 0) return;
    outside[at] = 1;
    stack[top++] = at;
  };
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, at++) {
        if (i === 0 || j === 0 || k === 0 || i === nx - 1 || j === ny - 1 || k === nz - 1) visit(at);
      }
    }
  }
  while (top > 0) {
    const at = stack[--top] ?? 0;
    const i = at % nx;
    const j = Math.floor(at / nx) % ny;
    if (i > 0) visit(at - 1);
    if (i < nx - 1) visit(at + 1);
    if (j > 0) visit(at - nx);
    if (j < ny - 1) visit(at + nx);
    if (at >= plane) visit(at - plane);
    if (at < plane * (nz - 1)) visit(at + plane);
  }
  return outside;
}
