/** Density of brain tissue in each region, side by side. */
import type { Side, SidedStructure } from '../../anatomy/index.ts';
import { BRAIN, labelOf, maskOf, VENTRICLES } from '../../anatomy/index.ts';
import { voxelVolume } from '../perfusion/working-grid.ts';
import type { Volume } from '../../volume/volume.ts';
import { SETTINGS } from './settings.ts';

/** A region of one side or, for the posterior circulation, of several structures. */
export interface RegionOfInterest {
  /** 'M1', 'thalamus' */
  readonly name: string;
  readonly structures: readonly SidedStructure[];
}

export interface Density {
  /** Median HU of tissue. */
  readonly hu: number;
  readonly ml: number;
}

export interface SideDensity {
  readonly region: string;
  /** null: too little tissue to measure. */
  readonly sides: Readonly<Record<Side, Density | null>>;
  /** HU, standard error of the difference between the sides from the noise of the image alone; NaN with a side missing. */
  readonly noiseHu: number;
}

/** 1 for brain tissue: labelled as brain, and neither fluid, cavity, blood, calcium nor bone. */
export function tissueMask({ size, values }: Volume, labels: Uint8Array): Uint8Array {
  const [nx, ny] = size;
  const brain = maskOf(labels, BRAIN);
  const hollow = maskOf(labels, VENTRICLES);
  const [low, high] = SETTINGS.tissueHu;
  const around = [-nx - 1, -nx, -nx + 1, -1, 0, 1, nx - 1, nx, nx + 1];
  const mask = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) {
    if (brain[at] !== 1 || hollow[at] === 1) continue;
    const [i, j] = [at % nx, Math.floor(at / nx) % ny];
    if (i === 0 || j === 0 || i === nx - 1 || j === ny - 1) continue;
    let sum = 0;
    for (const step of around) sum += Math.min(200, Math.max(-200, values[at + step] ?? 0));
    const hu = sum / 9;
    if (hu > low && hu < high) mask[at] = 1;
  }
  return mask;
}

/** HU: standard deviation of a voxel's noise in tissue, from pixels three apart, of which most anatomy is gone. */
export function tissueNoise({ size, values }: Volume, tissue: Uint8Array): number {
  const apart: number[] = [];
  const step = Math.max(1, Math.floor(values.length / 400_000));
  for (let at = 3; at < values.length; at += step) {
    if (at % size[0] < 3 || tissue[at] !== 1 || tissue[at - 3] !== 1) continue;
    apart.push(Math.abs((values[at] ?? 0) - (values[at - 3] ?? 0)));
  }
  return middle(apart) / (0.6745 * Math.SQRT2);
}

/** @param labels on the grid of the stack @param noise HU, of one voxel (`tissueNoise`) */
export function sideDensities(
  stack: Volume,
  labels: Uint8Array,
  tissue: Uint8Array,
  regions: readonly RegionOfInterest[],
  noise: number,
): SideDensity[] {
  const voxelMl = voxelVolume(stack);
  // One pass over the image for all regions.
  const found = new Map<number, number[]>();
  for (const { structures } of regions) {
    for (const structure of structures) {
      for (const side of ['left', 'right'] as const) found.set(labelOf(structure, side), []);
    }
  }
  for (let at = 0; at < labels.length; at++) {
    if (tissue[at] === 1) found.get(labels[at] ?? 0)?.push(stack.values[at] ?? NaN);
  }
  return regions.map(({ name, structures }) => {
    const of = (side: Side): number[] => structures.flatMap((s) => found.get(labelOf(s, side)) ?? []);
    const [left, right] = [of('left'), of('right')];
    const density = (values: number[]): Density | null =>
      values.length * voxelMl < SETTINGS.leastRegionMl ? null : { hu: middle(values), ml: values.length * voxelMl };
    // The median is less exact than the mean by a factor of 1.25.
    const noiseHu = 1.25 * noise * Math.sqrt(SETTINGS.pixelsOfOneGrain * (1 / left.length + 1 / right.length));
    const sides = { left: density(left), right: density(right) };
    return { region: name, sides, noiseHu: sides.left === null || sides.right === null ? NaN : noiseHu };
  });
}

/** Median; NaN of nothing. Sorts in place. */
function middle(values: number[]): number {
  values.sort((a, b) => a - b);
  const half = values.length >> 1;
  return values.length % 2 === 1 ? (values[half] ?? NaN) : ((values[half - 1] ?? NaN) + (values[half] ?? NaN)) / 2;
}
