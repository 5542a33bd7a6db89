/** The measurement of a lesion: from a binary mask in template space to the table of features. */
import {
  LESION_FEATURE_NAMES,
  LESION_FEATURES,
  type LesionFeatureName,
  type LesionFeatures,
} from '../../case/index.ts';
import { determinant } from '../affine.ts';
import { type BinaryMask, boundingBox, onGrid } from '../binary-mask.ts';
import { ImageRefusal } from '../image-refusal.ts';
import type { ArterialAtlas } from './arterial-atlas.ts';
import { components } from './components.ts';
import { largestAxialDiameter, largestDiameter } from './diameter.ts';
import { eloquentFeatures, mcaRegionFeatures, territoryFeatures } from './place.ts';
import { depths, inZone, tally, type Tally } from './tally.ts';
import { ZONE } from './zones.ts';

/** Volumes at least this large count as present; below lie stray voxels of the segmentation. */
const PRESENT_ML = 0.1;
const PRESENT_FRACTION = 0.05;
const STRAY_ML = 0.05;
const CORTICAL_MM = 8;
const DEEP_MM = 10;
const VOXEL_ML = 0.001;
/** Less than this share on the grid of the atlas: what is left says little about the lesion. */
const LEAST_ON_GRID = 0.5;
/** More than this share away from all territories: the mask is not in the space of the template. */
const MOST_OUTSIDE = 0.8;

/**
 * Measures a lesion. The mask may lie on any grid of MNI space: it is brought onto the grid of the atlas (1 mm, nearest
 * voxel), so that volumes and lengths are those of the template. An empty mask gives `lesionPresent` 0 and zeros.
 * @returns every feature within its bounds, with seven significant digits
 * @throws ImageRefusal 'outside-template' when most of the lesion lies outside of the template brain
 */
export function lesionFeatures(mask: BinaryMask, atlas: ArterialAtlas): LesionFeatures {
  const voxels = onGrid(mask, atlas);
  const box = boundingBox(voxels, atlas.size);
  if (box === undefined) {
    if (mask.voxels.includes(1)) throw outsideTemplate();
    return features({});
  }
  const counted = tally(voxels, box, atlas);
  if (voxels !== mask.voxels) refuseOffGrid(mask, counted.voxels);
  if ((counted.territories[0] ?? 0) > MOST_OUTSIDE * counted.voxels) throw outsideTemplate();

  const volumeMl = counted.voxels * VOXEL_ML;
  const place = territoryFeatures(counted, atlas);
  const regions = mcaRegionFeatures(counted, atlas);
  const parts = components(voxels, atlas.size, box);
  const from = (ml: number): number => parts.sizes.filter((size) => size * VOXEL_ML >= ml).length;
  const largestMl = parts.largest.length * VOXEL_ML;
  const maxDiameterMm = largestDiameter(parts.largest, atlas.size);
  const maxAxialDiameterMm = largestAxialDiameter(parts.largest, atlas.size);
  const depth = depths(counted, CORTICAL_MM);
  const [ci, cj, ck] = counted.sums.map((sum) => sum / counted.voxels) as [number, number, number];
  const centroidXMm = atlas.affine[0] * ci + atlas.affine[3];

  const { volumeLeftMl, volumeRightMl, vertebrobasilarMl } = place;
  const both = Math.max(volumeLeftMl + volumeRightMl, VOXEL_ML);
  const laterality = (volumeLeftMl - volumeRightMl) / both;
  const smallerMl = Math.min(volumeLeftMl, volumeRightMl);
  const subcorticalOnly = place.deepFraction >= 0.8 || (depth.p05 >= DEEP_MM && awayFromHiddenCortex(counted, place));
  const lacunar = subcorticalOnly && from(STRAY_ML) <= 1;

  return features({
    ...place,
    ...regions,
    ...eloquentFeatures(counted, atlas),
    lesionPresent: 1,
    volumeMl,
    laterality,
    leftHemisphere: flag(laterality > 0.8),
    rightHemisphere: flag(laterality < -0.8),
    bilateral: flag(smallerMl >= PRESENT_ML && smallerMl / both >= PRESENT_FRACTION),
    bilateralTrace: flag(smallerMl >= PRESENT_ML),
    outsideAtlasFraction: (counted.territories[0] ?? 0) / counted.voxels,
    touchesLowerCut: flag(counted.lowestK === 0),
    componentCount: parts.sizes.length,
    componentCountFrom50Ul: from(STRAY_ML),
    componentCountFrom1Ml: from(1),
    largestComponentMl: largestMl,
    largestComponentFraction: parts.largest.length / counted.voxels,
    maxDiameterMm,
    maxAxialDiameterMm,
    overallExtentMm: parts.sizes.length === 1 ? maxDiameterMm : largestDiameter(parts.all, atlas.size),
    compactness: largestMl / ((Math.PI / 6) * (maxDiameterMm / 10) ** 3),
    anyInfratentorial: flag(vertebrobasilarMl >= STRAY_ML),
    infratentorial: flag(vertebrobasilarMl >= 0.5 * volumeMl),
    depthMeanMm: depth.mean,
    depthP05Mm: depth.p05,
    corticalFraction: depth.cortical,
    borderZoneFraction: inZone(counted, ZONE.borderZone) / counted.voxels,
    periventricularFraction: inZone(counted, ZONE.periventricular) / counted.voxels,
    subcorticalOnly: flag(subcorticalOnly),
    lacune15: flag(lacunar && maxAxialDiameterMm < 15),
    lacune20: flag(lacunar && maxAxialDiameterMm < 20),
    centroidXMm,
    centroidYMm: atlas.affine[5] * cj + atlas.affine[7],
    centroidZMm: atlas.affine[10] * ck + atlas.affine[11],
    centroidLateralMm: Math.abs(centroidXMm - atlas.midlineXMm),
  });
}

const flag = (holds: boolean): number => (holds ? 1 : 0);

/**
 * Cortex that lies deep below the outer surface, or has none near it: insula, cerebellum, medial frontal and cingulate
 * cortex, medial and lower occipital and temporal cortex. Less than 5 % of the lesion may lie there.
 */
function awayFromHiddenCortex(counted: Tally, place: ReturnType<typeof territoryFeatures>): boolean {
  return [
    place.mcaInsularFraction,
    place.pcaSuperficialFraction,
    place.vertebrobasilarMl / VOXEL_ML / counted.voxels,
    inZone(counted, ZONE.medialAca) / counted.voxels,
  ].every((fraction) => fraction < PRESENT_FRACTION);
}

/** In the order of the table, rounded so that a file, a message and a model all hold the same number. */
function features(measured: Readonly<Partial<Record<LesionFeatureName, number>>>): LesionFeatures {
  const entries = LESION_FEATURE_NAMES.map((name): [LesionFeatureName, number] => {
    const value = Number((measured[name] ?? 0).toPrecision(7));
    const { low, high } = LESION_FEATURES[name];
    if (!(value >= low && value <= high)) throw new RangeError(`${name} cannot be ${value}`);
    return [name, value];
  });
  return Object.fromEntries(entries) as Record<LesionFeatureName, number>;
}

function refuseOffGrid(mask: BinaryMask, onAtlas: number): void {
  let inMask = 0;
  for (let at = 0; at < mask.voxels.length; at++) inMask += mask.voxels[at] ?? 0;
  if (onAtlas < LEAST_ON_GRID * inMask * Math.abs(determinant(mask.affine))) throw outsideTemplate();
}

function outsideTemplate(): ImageRefusal {
  return new ImageRefusal(
    'outside-template',
    'most of the lesion lies outside of the atlas (which ends at z = -50 mm): is the mask in MNI space?',
  );
}
