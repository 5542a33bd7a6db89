/** Masks changed slice by slice, by steps to the four neighbors in the plane. */
import type { Point } from '../../affine.ts';
import { components } from '../../lesion/components.ts';

export function eroded(mask: Uint8Array, size: Point, steps: number): Uint8Array {
  return stepped(mask, size, steps, 0);
}

export function dilated(mask: Uint8Array, size: Point, steps: number): Uint8Array {
  return stepped(mask, size, steps, 1);
}

/** Every voxel that a voxel of value `spreads` touches takes that value. The edge of the image changes nothing. */
function stepped(mask: Uint8Array, [nx, ny]: Point, steps: number, spreads: 0 | 1): Uint8Array {
  let now = mask;
  for (let step = 0; step < steps; step++) {
    const next = Uint8Array.from(now);
    for (let at = 0; at < now.length; at++) {
      if (now[at] !== spreads) continue;
      const [i, j] = [at % nx, Math.floor(at / nx) % ny];
      if (i > 0) next[at - 1] = spreads;
      if (i < nx - 1) next[at + 1] = spreads;
      if (j > 0) next[at - nx] = spreads;
      if (j < ny - 1) next[at + nx] = spreads;
    }
    now = next;
  }
  return now;
}

/** 1 for voxels that a path through `open` voxels joins to the edge of their slice. */
export function reachedFromEdge(open: Uint8Array, [nx, ny, nz]: Point): Uint8Array {
  const reached = new Uint8Array(open.length);
  const queue = new Int32Array(nx * ny);
  for (let k = 0; k < nz; k++) {
    const from = k * nx * ny;
    let [head, tail] = [0, 0];
    const visit = (at: number): void => {
      if (open[from + at] !== 1 || reached[from + at] === 1) return;
      reached[from + at] = 1;
      queue[tail++] = at;
    };
    for (let i = 0; i < nx; i++) [i, (ny - 1) * nx + i].forEach(visit);
    for (let j = 0; j < ny; j++) [j * nx, j * nx + nx - 1].forEach(visit);
    while (head < tail) {
      const at = queue[head++] ?? 0;
      const i = at % nx;
      if (i > 0) visit(at - 1);
      if (i < nx - 1) visit(at + 1);
      if (at >= nx) visit(at - nx);
      if (at < nx * (ny - 1)) visit(at + nx);
    }
  }
  return reached;
}

export function holesFilled(mask: Uint8Array, size: Point): Uint8Array {
  const outside = reachedFromEdge(
    mask.map((inside) => 1 - inside),
    size,
  );
  return outside.map((out) => 1 - out);
}

/** The largest part (26 neighbors); empty for an empty mask. */
export function largestPart(mask: Uint8Array, size: Point): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (const at of components(mask, size, { from: [0, 0, 0], to: size }).largest) out[at] = 1;
  return out;
}

/** Parts of fewer voxels taken away. */
export function withoutSmallParts(mask: Uint8Array, size: Point, leastVoxels: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  const { sizes, all } = components(mask, size, { from: [0, 0, 0], to: size });
  let from = 0;
  for (const count of sizes) {
    if (count >= leastVoxels) for (const at of all.subarray(from, from + count)) out[at] = 1;
    from += count;
  }
  return out;
}
