/** Signs in the shape of the hematoma and in what lies beside it. Definitions: reference E. */
import type { Point } from '../../../affine.ts';
import { largestAxialDiameter } from '../../../lesion/diameter.ts';
import { distanceBetween, partsOf } from '../labels.ts';
import { isAssessable, NOT_ASSESSABLE, regionInSlab, round, type Hematoma, type SignResult } from './hematoma.ts';
import { opened } from './opening.ts';

/** Shimoda 2017, J Stroke Cerebrovasc Dis 26:2865: smaller than 10 mm, 1 to 20 mm from the main hemorrhage. */
export const SATELLITE_MM = { largest: 10, nearest: 1, farthest: 20 } as const;
/** Li 2017, Stroke 48:3019: three separate foci, or four of which some or all hang on the main hematoma. */
export const ISLANDS = { separate: 3, withAttached: 4 } as const;
/** Bumps on the border are what a disc of this radius cannot reach, mm; smaller ones are pixels. Own choices. */
const BUMP_RADIUS_MM = 4;
const BUMP_MM2 = 9;

const millimeters = ({ pixelMm, slabMm }: Hematoma): Point => [pixelMm, pixelMm, slabMm];

/** A small hemorrhage apart from the main one in all slabs, 1 to 20 mm away. */
export function satelliteSign(hematoma: Hematoma): SignResult {
  if (!isAssessable(hematoma)) return NOT_ASSESSABLE(hematoma);
  const [main, ...others] = hematoma.parts;
  if (main === undefined) return NOT_ASSESSABLE(hematoma);
  const small = others
    .map((part) => ({
      diameterMm: largestAxialDiameter(part, hematoma.size) * hematoma.pixelMm,
      distanceMm: distanceBetween(part, main, hematoma.size, millimeters(hematoma)),
    }))
    .filter(
      ({ diameterMm, distanceMm }) =>
        diameterMm < SATELLITE_MM.largest &&
        distanceMm >= SATELLITE_MM.nearest - 1e-6 &&
        distanceMm <= SATELLITE_MM.farthest + 1e-6,
    );
  return {
    status: small.length > 0 ? 'present' : 'absent',
    measured: {
      satellites: small.length,
      ...(small.length === 0 ? {} : { nearestMm: round(Math.min(...small.map(({ distanceMm }) => distanceMm))) }),
    },
  };
}

/** Bumps of the main hematoma in one slab. */
export function attachedFoci(hematoma: Hematoma, slab: number): number {
  const { size, pixelMm, parts } = hematoma;
  const [nx, ny] = size;
  const main = new Set(parts[0]);
  const mask = new Uint8Array(nx * ny);
  for (const at of regionInSlab(hematoma, slab)) if (main.has(at)) mask[at - slab * nx * ny] = 1;
  const body = opened(mask, nx, ny, BUMP_RADIUS_MM / pixelMm);
  if (!body.includes(1)) return 0;
  const rest = mask.map((inside, at) => (inside === 1 && body[at] !== 1 ? 1 : 0));
  // What remains of a bump after its thin ends are gone: corners of pixels vanish, bubbles stay.
  const thick = opened(rest, nx, ny, 1);
  return partsOf(thick, [nx, ny, 1]).filter((part) => part.length * pixelMm ** 2 >= BUMP_MM2).length;
}

/** Scattered small hematomas. */
export function islandSign(hematoma: Hematoma): SignResult {
  if (!isAssessable(hematoma)) return NOT_ASSESSABLE(hematoma);
  const separate = Math.max(0, hematoma.parts.length - 1);
  const attached = Math.max(...Array.from({ length: hematoma.size[2] }, (_, k) => attachedFoci(hematoma, k)), 0);
  const isThere = separate >= ISLANDS.separate || separate + attached >= ISLANDS.withAttached;
  return { status: isThere ? 'present' : 'absent', measured: { separate, attached } };
}

const SHAPE_GRADES = [1, 2, 3, 4, 5] as const;

/**
 * Irregularity of the border in the slab of the largest area, after Barras 2009, Stroke 40:1325 (1 regular to 5; 3 and more: two
 * and more irregularities, joined or separate). The paper grades by eye; counting them is this project's reading of it.
 */
export function shapeGrade(hematoma: Hematoma): { readonly grade: number | null; readonly irregularities: number } {
  if (!isAssessable(hematoma)) return { grade: null, irregularities: 0 };
  const { largestSlab, size, parts } = hematoma;
  const plane = size[0] * size[1];
  const separate = parts.slice(1).filter((part) => part.some((at) => Math.floor(at / plane) === largestSlab)).length;
  const irregularities = separate + attachedFoci(hematoma, largestSlab);
  return { grade: SHAPE_GRADES[Math.min(irregularities, 4)] ?? 5, irregularities };
}
