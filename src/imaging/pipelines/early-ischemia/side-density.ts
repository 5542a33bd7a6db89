/** How much darker the tissue of each region is than its mirror image, voxel by voxel. */
import { BRAIN, INTRACRANIAL, labelOf, maskOf, SIDES, VENTRICLES } from '../../anatomy/index.ts';
import type { Side, SidedStructure } from '../../anatomy/index.ts';
import type { Volume } from '../../volume/volume.ts';
import { eroded } from '../perfusion/morphology.ts';
import { voxelVolume } from '../perfusion/working-grid.ts';
import { SETTINGS } from './settings.ts';

/** A region of each side. */
export interface RegionOfInterest {
  /** 'M1', 'thalamus' */
  readonly name: string;
  readonly structures: readonly SidedStructure[];
}

export interface SideDensity {
  readonly region: string;
  readonly side: Side;
  /** Median HU by which the mirror image is denser; negative where it is less dense. */
  readonly dropHu: number;
  /** HU, standard error of the drop from the noise of the image alone. */
  readonly noiseHu: number;
  /** Median HU of the mirror image. */
  readonly normalHu: number;
  /** mL of compared tissue. */
  readonly ml: number;
}

/** A stack, its mirror image on the same grid, and where either can be compared. */
export interface Halves {
  readonly stack: Volume;
  readonly mirror: Volume;
  /** On the grid of the stack. */
  readonly labels: Uint8Array;
  /** 1 for brain tissue, healthy or ischemic: labelled as brain, away from bone, and neither fluid, blood nor calcium. */
  readonly tissue: Uint8Array;
  /** 1 where the mirror image can be healthy tissue. */
  readonly reference: Uint8Array;
  /** HU, standard deviation of the noise of a voxel. */
  readonly noiseHu: number;
}

export function halvesOf(stack: Volume, mirror: Volume, labels: Uint8Array): Halves {
  const deep = eroded(maskOf(labels, INTRACRANIAL), stack.size, SETTINGS.rimPixels);
  const brain = maskOf(labels, BRAIN);
  const hollow = maskOf(labels, VENTRICLES);
  const where = deep.map((inside, at) => (inside === 1 && brain[at] === 1 && hollow[at] !== 1 ? 1 : 0));
  const tissue = within(stack, where, SETTINGS.tissueHu);
  return {
    ...{ stack, mirror, labels, tissue },
    reference: within(mirror, where, SETTINGS.referenceHu),
    noiseHu: tissueNoise(stack, tissue),
  };
}

/** 1 where the mean of 3 x 3 pixels lies between the two ends. */
function within({ size, values }: Volume, where: Uint8Array, [low, high]: readonly [number, number]): Uint8Array {
  const [nx, ny] = size;
  const around = [-nx - 1, -nx, -nx + 1, -1, 0, 1, nx - 1, nx, nx + 1];
  const mask = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const [i, j] = [at % nx, Math.floor(at / nx) % ny];
    if (where[at] !== 1 || i === 0 || j === 0 || i === nx - 1 || j === ny - 1) continue;
    let sum = 0;
    for (const step of around) sum += Math.min(200, Math.max(-200, values[at + step] ?? 0));
    if (sum > 9 * low && sum < 9 * high) mask[at] = 1;
  }
  return mask;
}

/** HU: standard deviation of a voxel's noise in tissue, from pixels three apart, of which most anatomy is gone. */
function tissueNoise({ size, values }: Volume, tissue: Uint8Array): number {
  const apart: number[] = [];
  const step = Math.max(1, Math.floor(values.length / 400_000));
  for (let at = 3; at < values.length; at += step) {
    if (at % size[0] < 3 || tissue[at] !== 1 || tissue[at - 3] !== 1) continue;
    apart.push(Math.abs((values[at] ?? 0) - (values[at - 3] ?? 0)));
  }
  return middle(apart) / (0.6745 * Math.SQRT2);
}

/** Both sides of every region; a side with too little tissue is left out. */
export function sideDensities(halves: Halves, regions: readonly RegionOfInterest[]): SideDensity[] {
  const { stack, labels, tissue, reference } = halves;
  const voxelMl = voxelVolume(stack);
  // One pass over the image for all regions.
  const places = new Map<number, number[]>();
  for (const { structures } of regions) {
    for (const structure of structures) for (const side of SIDES) places.set(labelOf(structure, side), []);
  }
  for (let at = 0; at < labels.length; at++) {
    if (tissue[at] === 1 && reference[at] === 1) places.get(labels[at] ?? 0)?.push(at);
  }
  return regions.flatMap(({ name, structures }) =>
    SIDES.flatMap((side): SideDensity[] => {
      const found = structures.flatMap((structure) => places.get(labelOf(structure, side)) ?? []);
      const ml = found.length * voxelMl;
      return ml < SETTINGS.leastRegionMl ? [] : [{ region: name, side, ml, ...differenceAt(halves, found) }];
    }),
  );
}

/** The same of any outline; null where less than `leastRegionMl` of it can be compared. */
export function differenceWithin(
  halves: Halves,
  outline: Uint8Array,
): Pick<SideDensity, 'dropHu' | 'noiseHu' | 'normalHu'> | null {
  const found: number[] = [];
  for (let at = 0; at < outline.length; at++) {
    if (outline[at] === 1 && halves.tissue[at] === 1 && halves.reference[at] === 1) found.push(at);
  }
  return found.length * voxelVolume(halves.stack) < SETTINGS.leastRegionMl ? null : differenceAt(halves, found);
}

function differenceAt(
  { stack, mirror, noiseHu }: Halves,
  places: readonly number[],
): Pick<SideDensity, 'dropHu' | 'noiseHu' | 'normalHu'> {
  const other = (at: number): number => mirror.values[at] ?? NaN;
  return {
    dropHu: middle(places.map((at) => other(at) - (stack.values[at] ?? NaN))),
    // Of a difference of two voxels; the median is less exact than the mean by a factor of 1.25.
    noiseHu: 1.25 * noiseHu * Math.sqrt((2 * SETTINGS.pixelsOfOneGrain) / places.length),
    normalHu: middle(places.map(other)),
  };
}

/** Median; NaN of nothing. Sorts in place. */
function middle(values: number[]): number {
  values.sort((a, b) => a - b);
  const half = values.length >> 1;
  return values.length % 2 === 1 ? (values[half] ?? NaN) : ((values[half - 1] ?? NaN) + (values[half] ?? NaN)) / 2;
}
