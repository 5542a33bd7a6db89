/** Regions of the anatomy on any grid of the patient, and where a lesion lies in them. */
import { labelsTo } from '../volume/resample.ts';
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

/** The label of every voxel of another grid; 0 outside. */
export function labelsOn({ grid, labels }: Pick<Anatomy, 'grid' | 'labels'>, target: Grid): Uint8Array {
  return labelsTo({ ...grid, voxels: labels }, target);
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
