/** The arterial atlas made ready for measuring: for each voxel what a lesion there counts towards. */
import { MCA_REGIONS, TERRITORIES, type Territory } from '../../case/index.ts';
import { type Affine, determinant, type Point } from '../affine.ts';
import { readAtlasFile, type LabelVolume } from './atlas-file.ts';
import { squaredDepth } from './brain-surface.ts';
import { distanceTransform } from './distance-transform.ts';
import { inCorticospinalCourse, inHandKnob, isPerisylvian } from './eloquent-regions.ts';
import { mcaRegionAt } from './mca-regions.ts';
import { tally, type Tally } from './tally.ts';
import { BORDER, ZONE } from './zones.ts';

/** A lesion voxel this far from a label still belongs to it: masks reach over the edge of the template brain. */
const NEAREST_LABEL_MM = 6;
const BORDER_ZONE_MM = 5;
/** Own: borders differ between people by centimeters, and the way into template space errs by some millimeters. */
const BORDER_MM = 10;
/** Own: below this depth lies white matter only; above this height the lateral ventricle's body and the centrum semiovale. */
const INTERNAL_FROM_DEPTH_MM = 15;
const INTERNAL_FROM_Z_MM = 18;
/** Own: the border of the basal temporal lobe is none of those that low flow is known to reach first. */
const EXTERNAL_FROM_Z_MM = 0;
const PERIVENTRICULAR_MM = 10;
const MEDIAL_CORTEX_MM = 12;

export const TERRITORY_ORDER = Object.keys(TERRITORIES) as readonly Territory[];
export const MCA_REGION_ORDER = Object.keys(MCA_REGIONS) as readonly (keyof typeof MCA_REGIONS)[];

/** Arrays have one entry a voxel, i runs fastest; all may lie in shared memory. Grid of 1 mm. */
export interface ArterialAtlas {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the labelled volume. */
  readonly digest: string;
  readonly size: Point;
  readonly affine: Affine;
  readonly midlineXMm: number;
  /** 0 outside; else 1 + 2 x index in {@link TERRITORY_ORDER}, and 1 more on the right. */
  readonly territory: Uint8Array;
  /** 0 outside; else 1 + 2 x index in {@link MCA_REGION_ORDER}, and 1 more on the right. */
  readonly mcaRegion: Uint8Array;
  /** Bits of {@link ZONE}. */
  readonly zones: Uint8Array;
  /** One of {@link BORDER}: between which territories a voxel lies. */
  readonly border: Uint8Array;
  /** Squared distance in mm to the outer surface of the brain; 0 outside. */
  readonly squaredDepth: Uint16Array;
  /** Voxels of each territory, by its number, without the rim of nearest labels. */
  readonly territoryVoxels: readonly number[];
  /** What a lesion of every voxel would count: the whole of each region and zone. */
  readonly whole: Tally;
}

/** What a lesion is counted against, voxel by voxel. */
export type AtlasGrid = Omit<
  ArterialAtlas,
  'name' | 'version' | 'digest' | 'midlineXMm' | 'border' | 'territoryVoxels' | 'whole'
>;

/** Reads, checks and prepares the atlas: seconds, so once a process. @throws Error that names the file at fault */
export async function loadArterialAtlas(directory: string): Promise<ArterialAtlas> {
  return prepareAtlas(await readAtlasFile(directory));
}

/** @throws Error when the grid is not one of 1 mm along the axes of the template */
export function prepareAtlas({ manifest, size, affine, labels }: LabelVolume): ArterialAtlas {
  if (!isUnitGrid(affine)) throw new Error('the atlas must lie on a grid of 1 mm along the axes of its space');
  const numbers = new Uint8Array(256);
  for (const { id, territory, side } of manifest.labels) {
    numbers[id] = 1 + 2 * TERRITORY_ORDER.indexOf(territory) + (side === 'left' ? 0 : 1);
  }
  const proper = labels.map((label) => numbers[label] ?? 0);
  const nearby = distanceTransform(proper, size);
  const territory = shared(Uint8Array, labels.length);
  for (let at = 0; at < labels.length; at++) {
    if ((nearby.squared[at] ?? 0) <= NEAREST_LABEL_MM ** 2) territory[at] = nearby.nearest[at] ?? 0;
  }
  const squared = shared(Uint16Array, labels.length);
  squared.set(squaredDepth(proper, size));
  const { zones, border } = borderAndVentricleZones({ proper, territory, squaredDepth: squared, size, affine });
  const mcaRegion = shared(Uint8Array, labels.length);
  const grid: AtlasGrid = { size, affine, territory, mcaRegion, zones, squaredDepth: squared };
  addPositions(grid, manifest.midlineXMm);
  return {
    ...grid,
    border,
    name: manifest.name,
    version: manifest.version,
    digest: manifest.sha256,
    midlineXMm: manifest.midlineXMm,
    territoryVoxels: histogram(proper, 2 * TERRITORY_ORDER.length + 1),
    whole: tally(new Uint8Array(labels.length).fill(1), { from: [0, 0, 0], to: size }, grid),
  };
}

/** Everything that follows from a voxel's place and territory alone. */
function addPositions(grid: AtlasGrid, midlineXMm: number): void {
  const { affine, territory, mcaRegion, zones, squaredDepth } = grid;
  const [nx, ny, nz] = grid.size;
  for (let k = 0, at = 0; k < nz; k++) {
    const z = affine[10] * k + affine[11];
    for (let j = 0; j < ny; j++) {
      const y = affine[5] * j + affine[7];
      for (let i = 0; i < nx; i++, at++) {
        const x = affine[0] * i + affine[3] - midlineXMm;
        let zone = zones[at] ?? 0;
        if (x < 0) zone |= ZONE.left;
        const lateral = Math.abs(x);
        const inBrain = (squaredDepth[at] ?? 0) > 0;
        if (inBrain && inCorticospinalCourse(lateral, y, z)) zone |= ZONE.corticospinal;
        if (inBrain && inHandKnob(lateral, y, z)) zone |= ZONE.handKnob;
        const name = territoryNamed(territory[at] ?? 0);
        if (name !== undefined) {
          if (name === 'aca' && lateral <= MEDIAL_CORTEX_MM) zone |= ZONE.medialAca;
          if (inBrain && isPerisylvian(name, y, z)) zone |= ZONE.perisylvian;
          const region = mcaRegionAt(name, y, z);
          // By position: near the midline the territories of both sides interlock.
          if (region !== undefined) mcaRegion[at] = 1 + 2 * MCA_REGION_ORDER.indexOf(region) + (x < 0 ? 0 : 1);
        }
        zones[at] = zone;
      }
    }
  }
}

/** The territory behind a number of {@link ArterialAtlas.territory}. */
export function territoryNamed(number: number): Territory | undefined {
  return number === 0 ? undefined : TERRITORY_ORDER[(number - 1) >> 1];
}

const [ACA, MCA, PCA, LENTICULOSTRIATE] = [1, 2, 3, 4] as const;
const CORTICAL: readonly number[] = [ACA, MCA, PCA];
const BORDERING: Readonly<Partial<Record<Territory, number>>> = {
  aca: ACA,
  mcaFrontal: MCA,
  mcaParietal: MCA,
  mcaTemporal: MCA,
  mcaOccipital: MCA,
  mcaInsular: MCA,
  pcaTemporal: PCA,
  pcaOccipital: PCA,
  medialLenticulostriate: LENTICULOSTRIATE,
  lateralLenticulostriate: LENTICULOSTRIATE,
};

interface Labelled extends Pick<AtlasGrid, 'territory' | 'squaredDepth' | 'size' | 'affine'> {
  /** Territories without the rim of nearest labels. */
  readonly proper: Uint8Array;
}

function borderAndVentricleZones(atlas: Labelled): { readonly zones: Uint8Array; readonly border: Uint8Array } {
  const { proper, territory, size } = atlas;
  const [zones, border] = [shared(Uint8Array, proper.length), shared(Uint8Array, proper.length)];
  const groupOf = Uint8Array.from({ length: 256 }, (_, number) => {
    const name = territoryNamed(number);
    return name === undefined ? 0 : (BORDERING[name] ?? 0);
  });
  for (const group of [ACA, MCA, PCA, LENTICULOSTRIATE]) {
    const only = proper.map((number) => (groupOf[number] === group ? 1 : 0));
    const { squared } = distanceTransform(only, size);
    for (let at = 0; at < proper.length; at++) {
      const own = groupOf[territory[at] ?? 0] ?? 0;
      if (own === 0 || own === group) continue;
      const distance = squared[at] ?? 0;
      if (CORTICAL.includes(group) && CORTICAL.includes(own) && distance <= BORDER_ZONE_MM ** 2) {
        zones[at] = (zones[at] ?? 0) | ZONE.borderZone;
      }
      if ((group === MCA || own === MCA) && distance <= BORDER_MM ** 2) {
        border[at] = Math.max(border[at] ?? 0, borderAt(at, own === MCA ? group : own, atlas));
      }
    }
  }
  const ventricle = proper.map((number) => (territoryNamed(number) === 'ventricle' ? 1 : 0));
  const { squared } = distanceTransform(ventricle, size);
  for (let at = 0; at < proper.length; at++) {
    if ((squared[at] ?? 0) <= PERIVENTRICULAR_MM ** 2) zones[at] = (zones[at] ?? 0) | ZONE.periventricular;
  }
  return { zones, border };
}

/** Which border between the middle cerebral artery and another group it is, by height and depth. */
function borderAt(at: number, other: number, { squaredDepth, size: [nx, ny], affine }: Labelled): number {
  const z = affine[10] * Math.floor(at / (nx * ny)) + affine[11];
  const isDeep = (squaredDepth[at] ?? 0) >= INTERNAL_FROM_DEPTH_MM ** 2 && z >= INTERNAL_FROM_Z_MM;
  if (isDeep && other !== PCA) return BORDER.internal;
  return other !== LENTICULOSTRIATE && z >= EXTERNAL_FROM_Z_MM ? BORDER.external : BORDER.none;
}

function isUnitGrid(affine: Affine): boolean {
  const across = [affine[1], affine[2], affine[4], affine[6], affine[8], affine[9]];
  const along = [affine[0], affine[5], affine[10]];
  return (
    Math.abs(Math.abs(determinant(affine)) - 1) < 1e-6 &&
    across.every((x) => Math.abs(x) < 1e-6) &&
    along.every((x) => Math.abs(Math.abs(x) - 1) < 1e-6)
  );
}

function histogram(numbers: Uint8Array, length: number): readonly number[] {
  const counts = new Array<number>(length).fill(0);
  for (const number of numbers) counts[number] = (counts[number] ?? 0) + 1;
  return counts;
}

/** Memory that worker threads read without a copy. */
function shared<A extends Uint8Array | Uint16Array>(
  kind: { new (buffer: SharedArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
  length: number,
): A {
  return new kind(new SharedArrayBuffer(length * kind.BYTES_PER_ELEMENT));
}
