/** Regions of the anatomy on any grid of the patient, and where a lesion lies in them. */
import { compose, inverse } from '../affine.ts';
import type { Grid } from '../volume/volume.ts';
import type { Anatomy } from './anatomy.ts';
import {
  ARTERIAL_TERRITORIES,
  type ArterialTerritory,
  ASPECTS_REGIONS,
  ASPECTS_STRUCTURE,
  type AspectsRegion,
  BELONGS,
  LABEL_COUNT,
  labelOf,
  labelsOf,
  type Location,
  LOCATIONS,
  type Side,
  type Structure,
  structureOf,
} from './labels.ts';

/**
 * The label of every voxel of another grid: of the eight voxels about it the label that weighs most, so that borders on a finer
 * grid have no steps. 0 outside.
 */
export function labelsOn({ grid, labels }: Pick<Anatomy, 'grid' | 'labels'>, target: Grid): Uint8Array {
  const a = compose(inverse(grid.affine), target.affine);
  const [nx, ny, nz] = grid.size;
  const [tx, ty, tz] = target.size;
  const out = new Uint8Array(tx * ty * tz);
  const votes = new Float64Array(LABEL_COUNT);
  const read = (i: number, j: number, k: number): number =>
    i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz ? 0 : (labels[i + nx * (j + ny * k)] ?? 0);
  const [seen, weights] = [new Uint8Array(8), new Float64Array(8)];
  for (let k = 0, at = 0; k < tz; k++) {
    for (let j = 0; j < ty; j++) {
      for (let i = 0; i < tx; i++, at++) {
        const x = a[0] * i + a[1] * j + a[2] * k + a[3];
        const y = a[4] * i + a[5] * j + a[6] * k + a[7];
        const z = a[8] * i + a[9] * j + a[10] * k + a[11];
        if (x < -0.5 || y < -0.5 || z < -0.5 || x > nx - 0.5 || y > ny - 0.5 || z > nz - 0.5) continue;
        const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.floor(z)];
        const first = read(x0, y0, z0);
        let same = true;
        for (let corner = 0; corner < 8; corner++) {
          const [dx, dy, dz] = [corner & 1, (corner >> 1) & 1, corner >> 2];
          const label = read(x0 + dx, y0 + dy, z0 + dz);
          seen[corner] = label;
          weights[corner] =
            (dx === 1 ? x - x0 : 1 - x + x0) * (dy === 1 ? y - y0 : 1 - y + y0) * (dz === 1 ? z - z0 : 1 - z + z0);
          same &&= label === first;
        }
        out[at] = same ? first : heaviest(seen, weights, votes);
      }
    }
  }
  return out;
}

function heaviest(labels: Uint8Array, weights: Float64Array, votes: Float64Array): number {
  for (const label of labels) votes[label] = 0;
  let best = labels[0] ?? 0;
  for (let corner = 0; corner < labels.length; corner++) {
    const label = labels[corner] ?? 0;
    votes[label] = (votes[label] ?? 0) + (weights[corner] ?? 0);
    if ((votes[label] ?? 0) > (votes[best] ?? 0)) best = label;
  }
  return best;
}

/** 1 where the label is one of the structures; `side` limits those that have sides. */
export function maskOf(labels: Uint8Array, structures: readonly Structure[], side?: Side): Uint8Array {
  const wanted = new Uint8Array(256);
  for (const label of labelsOf(structures, side)) wanted[label] = 1;
  return labels.map((label) => wanted[label] ?? 0);
}

/** Voxels of each label. */
export function countLabels(labels: Uint8Array, within?: Uint8Array): Float64Array {
  const counts = new Float64Array(LABEL_COUNT);
  for (let at = 0; at < labels.length; at++) {
    if (within !== undefined && within[at] !== 1) continue;
    const label = labels[at] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

/** 0 outside; else 1 + the index of the region in ASPECTS_REGIONS, of the named hemisphere. */
export function aspectsRegions(labels: Uint8Array, side: Side): Uint8Array {
  const region = new Uint8Array(256);
  ASPECTS_REGIONS.forEach((name: AspectsRegion, index) => {
    region[labelOf(ASPECTS_STRUCTURE[name], side)] = index + 1;
  });
  return labels.map((label) => region[label] ?? 0);
}

export interface LesionPlace {
  /** Share of the lesion's voxels, 0 to 1; what lies outside the skull or in no territory is left out. */
  readonly locations: Readonly<Record<Location, number>>;
  readonly territories: Readonly<Record<ArterialTerritory, number>>;
  readonly sides: Readonly<Record<Side, number>>;
  /** Parts of the brain's labels that the lesion takes, largest share of the lesion first. */
  readonly structures: readonly {
    readonly structure: Structure;
    readonly side: Side | null;
    /** Of the lesion. */
    readonly share: number;
    /** Of the structure. */
    readonly covered: number;
  }[];
  /** The largest share; null for an empty lesion, or one outside of all. */
  readonly location: Location | null;
  /** The side that holds most; 'both' when the lesser one holds over a fifth of the greater. */
  readonly side: Side | 'both' | null;
}

/** The lesser side counts above this share of the greater one. */
const BOTH_SIDES_SHARE = 0.2;

/**
 * @param lesion 1 inside
 * @param labels on the grid of the lesion (`labelsOn`)
 */
export function placeOf(lesion: Uint8Array, labels: Uint8Array): LesionPlace {
  const inside = countLabels(labels, lesion);
  const all = countLabels(labels);
  const total = inside.reduce((sum, n) => sum + n, 0);
  const locations = zeros(LOCATIONS);
  const territories = zeros(ARTERIAL_TERRITORIES);
  const sides = { left: 0, right: 0 };
  const structures: LesionPlace['structures'][number][] = [];
  inside.forEach((count, label) => {
    if (count === 0) return;
    const { structure, side } = structureOf(label);
    const { location, territory } = BELONGS[structure];
    const share = count / total;
    if (location !== null) locations[location] += share;
    if (territory !== null) territories[territory] += share;
    if (side !== null) sides[side] += share;
    if (location !== null) structures.push({ structure, side, share, covered: count / (all[label] ?? count) });
  });
  return {
    locations,
    territories,
    sides,
    structures: structures.toSorted((a, b) => b.share - a.share),
    location: largest(locations),
    side: sideOf(sides),
  };
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}

function largest<K extends string>(shares: Readonly<Record<K, number>>): K | null {
  const [first] = (Object.entries(shares) as [K, number][]).toSorted((a, b) => b[1] - a[1]);
  return first !== undefined && first[1] > 0 ? first[0] : null;
}

function sideOf({ left, right }: Readonly<Record<Side, number>>): LesionPlace['side'] {
  if (left + right === 0) return null;
  if (Math.min(left, right) > BOTH_SIDES_SHARE * Math.max(left, right)) return 'both';
  return left > right ? 'left' : 'right';
}
