/** Territories, regions and eloquent places that a lesion takes part of. */
import {
  ELOQUENT_REGIONS,
  type EloquentRegion,
  type LesionFeatureName,
  type McaRegion,
  type Territory,
  TERRITORY_GROUPS,
  type TerritoryGroup,
} from '../../case/index.ts';
import { type ArterialAtlas, MCA_REGION_ORDER, TERRITORY_ORDER } from './arterial-atlas.ts';
import { inZone, type Tally } from './tally.ts';
import { ZONE } from './zones.ts';

type Measured = Partial<Record<LesionFeatureName, number>>;

const VOXEL_ML = 0.001;
const PRESENT_ML = 0.1;
const PRESENT_FRACTION = 0.05;
const INVOLVED_COVERAGE = 0.2;
/** A slice with less of the tract than this (mm²) is no cross-section: the course is cut off there. */
const LEAST_SECTION_VOXELS = 20;

const PERFORATOR: readonly Territory[] = [
  'medialLenticulostriate',
  'lateralLenticulostriate',
  'thalamoperforating',
  'anteriorChoroidal',
  'basilar',
  'ventricle',
];

/** Names of the table that every lesion has: spelled out so that what builds on them need not ask. */
type TerritoryFeatures = Measured &
  Record<'volumeLeftMl' | 'volumeRightMl' | 'vertebrobasilarMl' | 'deepFraction', number> &
  Record<'mcaInsularFraction' | 'pcaSuperficialFraction', number>;

export function territoryFeatures({ territories, voxels }: Tally, atlas: ArterialAtlas): TerritoryFeatures {
  const sided = (territory: Territory, side: 0 | 1): number => territories[numberOf(territory, side)] ?? 0;
  const sum = (parts: readonly Territory[], sides: readonly (0 | 1)[] = [0, 1]): number => {
    let total = 0;
    for (const part of parts) for (const side of sides) total += sided(part, side);
    return total;
  };
  const labelled = Math.max(sum(TERRITORY_ORDER), 1);
  const measured: Measured = {};
  const coverage = (parts: readonly Territory[], side: 0 | 1): number =>
    Math.min(
      1,
      sum(parts, [side]) / parts.reduce((all, part) => all + (atlas.territoryVoxels[numberOf(part, side)] ?? 0), 0),
    );
  const put = (name: Territory | TerritoryGroup, parts: readonly Territory[]): void => {
    const [left, right] = [coverage(parts, 0), coverage(parts, 1)];
    measured[`${name}Ml`] = sum(parts) * VOXEL_ML;
    measured[`${name}Fraction`] = sum(parts) / labelled;
    measured[`${name}Coverage`] = Math.max(left, right);
    measured[`${name}CoverageLeft`] = left;
    measured[`${name}CoverageRight`] = right;
  };
  for (const territory of TERRITORY_ORDER) put(territory, [territory]);
  for (const group of Object.keys(TERRITORY_GROUPS) as TerritoryGroup[]) put(group, TERRITORY_GROUPS[group]);

  const arteries = {
    Aca: sum(['aca']),
    Mca: sum(TERRITORY_GROUPS.mcaAll),
    Pca: sum([...TERRITORY_GROUPS.pcaSuperficial, ...TERRITORY_GROUPS.thalamochoroidal]),
    Vertebrobasilar: sum(TERRITORY_GROUPS.vertebrobasilar),
  };
  const amounts = Object.values(arteries);
  const most = Math.max(...amounts);
  // The first of several equals: never two.
  const dominant = most > 0 ? amounts.indexOf(most) : -1;
  (Object.keys(arteries) as (keyof typeof arteries)[]).forEach((artery, at) => {
    measured[`dominant${artery}`] = at === dominant ? 1 : 0;
  });
  const involved = amounts.filter((n) => n * VOXEL_ML >= PRESENT_ML && n >= PRESENT_FRACTION * voxels).length;
  const inArteries = amounts.reduce((all, amount) => all + amount, 0);
  return {
    ...measured,
    volumeLeftMl: sum(TERRITORY_ORDER, [0]) * VOXEL_ML,
    volumeRightMl: sum(TERRITORY_ORDER, [1]) * VOXEL_ML,
    vertebrobasilarMl: arteries.Vertebrobasilar * VOXEL_ML,
    mcaInsularFraction: sum(['mcaInsular']) / labelled,
    pcaSuperficialFraction: sum(TERRITORY_GROUPS.pcaSuperficial) / labelled,
    deepFraction: sum(PERFORATOR) / labelled,
    territoryCount: involved,
    multiTerritory: involved > 1 ? 1 : 0,
    anteriorFraction: inArteries === 0 ? 0 : (arteries.Aca + arteries.Mca) / inArteries,
  };
}

function numberOf(territory: Territory, side: 0 | 1): number {
  return 1 + 2 * TERRITORY_ORDER.indexOf(territory) + side;
}

export function mcaRegionFeatures({ mcaRegions }: Tally, { whole }: ArterialAtlas): Measured {
  const measured: Measured = {};
  const involved = { left: 0, right: 0, worse: 0 };
  MCA_REGION_ORDER.forEach((region: McaRegion, index) => {
    const [left, right] = [0, 1].map((side) => ratio(mcaRegions, whole.mcaRegions, 1 + 2 * index + side)) as [
      number,
      number,
    ];
    const worse = Math.max(left, right);
    measured[`${region}RegionCoverage`] = worse;
    measured[`${region}RegionCoverageLeft`] = left;
    measured[`${region}RegionCoverageRight`] = right;
    if (left >= INVOLVED_COVERAGE) involved.left++;
    if (right >= INVOLVED_COVERAGE) involved.right++;
    if (worse >= INVOLVED_COVERAGE) involved.worse++;
  });
  return {
    ...measured,
    mcaRegionsInvolved: involved.worse,
    mcaRegionsInvolvedLeft: involved.left,
    mcaRegionsInvolvedRight: involved.right,
  };
}

export function eloquentFeatures(counted: Tally, { whole }: ArterialAtlas): Measured {
  const measured: Measured = {};
  for (const region of Object.keys(ELOQUENT_REGIONS) as EloquentRegion[]) {
    const left = inZone(counted, ZONE[region] | ZONE.left) / inZone(whole, ZONE[region] | ZONE.left);
    const right = inZone(counted, ZONE[region], ZONE.left) / inZone(whole, ZONE[region], ZONE.left);
    measured[`${region}Coverage`] = Math.max(left, right);
    measured[`${region}CoverageLeft`] = left;
    measured[`${region}CoverageRight`] = right;
  }
  const [left, right] = [largestSection(counted, whole, 0), largestSection(counted, whole, 1)];
  return {
    ...measured,
    corticospinalMaxSection: Math.max(left, right),
    corticospinalMaxSectionLeft: left,
    corticospinalMaxSectionRight: right,
  };
}

function largestSection(counted: Tally, whole: Tally, side: 0 | 1): number {
  let largest = 0;
  whole.corticospinal[side].forEach((all, k) => {
    if (all >= LEAST_SECTION_VOXELS) largest = Math.max(largest, (counted.corticospinal[side][k] ?? 0) / all);
  });
  return largest;
}

function ratio(part: Float64Array, all: Float64Array, at: number): number {
  const whole = all[at] ?? 0;
  return whole === 0 ? 0 : (part[at] ?? 0) / whole;
}
