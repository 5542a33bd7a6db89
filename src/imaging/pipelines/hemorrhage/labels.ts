/** From probabilities to a label map: what is blood, of which kind, and which parts are large enough to be believed. */
import type { Point } from '../../affine.ts';
import { components } from '../../lesion/components.ts';
import { BLOOD, CLASSES, EDEMA_LABEL, labelOfClass, SETTINGS } from './settings.ts';
import type { Probabilities } from './segment.ts';

/**
 * @param threshold probability of any blood; of blood the likeliest kind counts
 * @returns labels as places in CLASSES
 */
export function labelsAt(probabilities: Probabilities, threshold: number): Uint8Array {
  const voxels = probabilities.length / CLASSES.length;
  const blood = BLOOD.map(labelOfClass);
  const labels = new Uint8Array(voxels);
  for (let at = 0; at < voxels; at++) {
    let [sum, best, likeliest] = [0, 0, 0];
    for (const label of blood) {
      const p = probabilities[label * voxels + at] ?? 0;
      sum += p;
      if (p > best) [best, likeliest] = [p, label];
    }
    if (sum >= threshold && likeliest !== 0) labels[at] = likeliest;
    else if ((probabilities[EDEMA_LABEL * voxels + at] ?? 0) >= SETTINGS.edemaProbability) labels[at] = EDEMA_LABEL;
  }
  return labels;
}

/** Probability of any blood. */
export function bloodProbability(probabilities: Probabilities): Float32Array {
  const voxels = probabilities.length / CLASSES.length;
  const blood = new Float32Array(voxels);
  for (const label of BLOOD.map(labelOfClass)) {
    for (let at = 0; at < voxels; at++) blood[at] = (blood[at] ?? 0) + (probabilities[label * voxels + at] ?? 0);
  }
  return blood;
}

export interface Believed {
  /** Labels without the parts that were taken for noise, and without edema that lies beside no blood. */
  readonly labels: Uint8Array;
  /** Voxels of blood taken away. */
  readonly removed: number;
}

export interface Where {
  /** Of any blood. */
  readonly probability: Float32Array;
  /** 1 where blood can be (inside the skull); a part counts when most of it lies there. */
  readonly inside: Uint8Array;
  readonly size: Point;
  /** Of a voxel. */
  readonly millimeters: Point;
}

/**
 * Parts of blood (26 neighbors) count from a size and a certainty on; smaller ones only beside a larger one. Edema counts
 * where its part touches intraparenchymal blood.
 */
export function believedLabels(labels: Uint8Array, { probability, inside, size, millimeters }: Where): Believed {
  const voxelMl = (millimeters[0] * millimeters[1] * millimeters[2]) / 1000;
  const kept = new Uint8Array(labels.length);
  const blood = Uint8Array.from(labels, (label) => (isBlood(label) ? 1 : 0));
  const parts = partsOf(blood, size).filter(
    (part) => mostlyInside(part, inside) && part.some((at) => (probability[at] ?? 0) >= SETTINGS.peakProbability),
  );
  const large = parts.filter((part) => part.length * voxelMl >= SETTINGS.smallestMl);
  const small = parts.filter(
    (part) => part.length * voxelMl < SETTINGS.smallestMl && part.length * voxelMl >= SETTINGS.smallestBesideMl,
  );
  const take = (part: Int32Array): void => {
    for (const at of part) kept[at] = labels[at] ?? 0;
  };
  large.forEach(take);
  small
    .filter((part) => large.some((other) => distanceBetween(part, other, size, millimeters) <= SETTINGS.besideMm))
    .forEach(take);
  let removed = 0;
  labels.forEach((label, at) => {
    if (isBlood(label) && kept[at] === 0) removed++;
  });
  const iph = labelOfClass('intraparenchymal');
  for (const part of partsOf(
    Uint8Array.from(labels, (label, at) => (label === EDEMA_LABEL || kept[at] === iph ? 1 : 0)),
    size,
  )) {
    if (part.some((at) => kept[at] === iph))
      for (const at of part) if (labels[at] === EDEMA_LABEL) kept[at] = EDEMA_LABEL;
  }
  return { labels: kept, removed };
}

export const isBlood = (label: number): boolean => label !== 0 && label !== EDEMA_LABEL;

export const maskOfClass = (labels: Uint8Array, name: (typeof CLASSES)[number]): Uint8Array => {
  const wanted = labelOfClass(name);
  return labels.map((label) => (label === wanted ? 1 : 0));
};

/** Flat indices of every part (26 neighbors), the largest first. */
export function partsOf(mask: Uint8Array, size: Point): Int32Array[] {
  const { sizes, all } = components(mask, size, { from: [0, 0, 0], to: size });
  let from = 0;
  const parts = sizes.map((count) => all.subarray(from, (from += count)));
  return parts.sort((a, b) => b.length - a.length);
}

const mostlyInside = (part: Int32Array, inside: Uint8Array): boolean => {
  let count = 0;
  for (const at of part) count += inside[at] ?? 0;
  return 2 * count >= part.length;
};

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
