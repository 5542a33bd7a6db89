/** From probabilities to a label map: what is blood, and of which kind. */
import type { Point } from '../../affine.ts';
import type { Box } from '../../binary-mask.ts';
import { components } from '../../lesion/components.ts';
import { BLOOD, CLASSES, EDEMA_LABEL, labelOfClass } from './settings.ts';
import type { Probabilities } from './segment.ts';

/**
 * @param threshold probability of any blood; of blood the likeliest kind counts
 * @param where flat indices of the voxels that are asked about; the others are none
 * @returns labels as places in CLASSES
 */
export function labelsAt(
  probabilities: Probabilities,
  threshold: number,
  edemaProbability: number,
  where: Int32Array,
): Uint8Array {
  const voxels = probabilities.length / CLASSES.length;
  const blood = BLOOD.map(labelOfClass);
  const labels = new Uint8Array(voxels);
  for (const at of where) {
    let [sum, best, likeliest] = [0, 0, 0];
    for (const label of blood) {
      const p = probabilities[label * voxels + at] ?? 0;
      sum += p;
      if (p > best) [best, likeliest] = [p, label];
    }
    if (sum >= threshold && likeliest !== 0) labels[at] = likeliest;
    else if ((probabilities[EDEMA_LABEL * voxels + at] ?? 0) >= edemaProbability) labels[at] = EDEMA_LABEL;
  }
  return labels;
}

/** Voxels that are more than hardly anything in one pass at least: most of a head need not be looked at again. */
export function doubtfulVoxels(passes: readonly Probabilities[], least: number): Int32Array {
  const voxels = (passes[0]?.length ?? 0) / CLASSES.length;
  const found: number[] = [];
  for (let at = 0; at < voxels; at++) if (passes.some((pass) => 1 - (pass[at] ?? 1) >= least)) found.push(at);
  return Int32Array.from(found);
}

/** Probability of any blood at these voxels, 0 elsewhere. */
export function bloodProbability(probabilities: Probabilities, where: Int32Array): Float32Array {
  const voxels = probabilities.length / CLASSES.length;
  const blood = new Float32Array(voxels);
  for (const label of BLOOD.map(labelOfClass)) {
    for (const at of where) blood[at] = (blood[at] ?? 0) + (probabilities[label * voxels + at] ?? 0);
  }
  return blood;
}

/** Labels of the parts of blood that count. Edema counts where its part touches intraparenchymal blood. */
export function labelsOfParts(labels: Uint8Array, counted: readonly Int32Array[], size: Point): Uint8Array {
  const kept = new Uint8Array(labels.length);
  for (const part of counted) for (const at of part) kept[at] = labels[at] ?? 0;
  const iph = labelOfClass('intraparenchymal');
  for (const part of partsOf(
    labels.map((label, at) => (label === EDEMA_LABEL || kept[at] === iph ? 1 : 0)),
    size,
  )) {
    if (part.some((at) => kept[at] === iph))
      for (const at of part) if (labels[at] === EDEMA_LABEL) kept[at] = EDEMA_LABEL;
  }
  return kept;
}

export const isBlood = (label: number): boolean => label !== 0 && label !== EDEMA_LABEL;

export const maskOfClass = (labels: Uint8Array, name: (typeof CLASSES)[number]): Uint8Array => {
  const wanted = labelOfClass(name);
  return labels.map((label) => (label === wanted ? 1 : 0));
};

/** mL. Smaller parts beside more blood of other kinds are its border. Own choice. */
const LEAST_HEMATOMA_ML = 1;

/**
 * 1 for intraparenchymal blood that is described as a hematoma: all of it, but where other kinds of blood are more, the small
 * parts at their borders are a mix-up of kinds, and a place or a diameter of them would mislead.
 */
export function hematomaMask(labels: Uint8Array, size: Point, voxelMl: number): Uint8Array {
  const mask = maskOfClass(labels, 'intraparenchymal');
  const own = mask.reduce((sum, one) => sum + one, 0);
  const all = labels.reduce((sum, label) => sum + Number(isBlood(label)), 0);
  if (2 * own >= all) return mask;
  const hematoma = new Uint8Array(mask.length);
  for (const part of partsOf(mask, size)) {
    if (part.length * voxelMl >= LEAST_HEMATOMA_ML) for (const at of part) hematoma[at] = 1;
  }
  return hematoma;
}

/** Flat indices of every part (26 neighbors), the largest first. */
export function partsOf(mask: Uint8Array, size: Point): Int32Array[] {
  const { sizes, all } = components(mask, size, boxOf(mask, size));
  let from = 0;
  const parts = sizes.map((count) => all.subarray(from, (from += count)));
  return parts.sort((a, b) => b.length - a.length);
}

/** Shortest distance between the borders of two voxels of either part, mm; 0 where they touch. */
export function distanceBetween(a: Int32Array, b: Int32Array, [nx, ny]: Point, [sx, sy, sz]: Point): number {
  let best = Infinity;
  const point = (at: number): Point => [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
  const others = Array.from(b, point);
  const gap = (x: number, y: number): number => Math.max(0, Math.abs(x - y) - 1);
  for (const at of a) {
    const [i, j, k] = point(at);
    for (const [x, y, z] of others) {
      const d = (gap(i, x) * sx) ** 2 + (gap(j, y) * sy) ** 2 + (gap(k, z) * sz) ** 2;
      if (d < best) best = d;
    }
  }
  return Math.sqrt(best);
}

/** The smallest box that holds every voxel that is set. */
function boxOf(mask: Uint8Array, [nx, ny]: Point): Box {
  const from: [number, number, number] = [Infinity, Infinity, Infinity];
  const to: [number, number, number] = [0, 0, 0];
  for (let at = mask.indexOf(1); at !== -1; at = mask.indexOf(1, at + 1)) {
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    if (i < from[0]) from[0] = i;
    if (j < from[1]) from[1] = j;
    if (k < from[2]) from[2] = k;
    if (i >= to[0]) to[0] = i + 1;
    if (j >= to[1]) to[1] = j + 1;
    if (k >= to[2]) to[2] = k + 1;
  }
  return to[0] === 0 ? { from: [0, 0, 0], to: [0, 0, 0] } : { from, to };
}
