/** A head whose regions and densities are known: an ellipsoid cut into blocks, both halves alike but for what is dropped. */
import type { Anatomy, SidedStructure } from '../../src/imaging/anatomy/index.ts';
import { labelOf } from '../../src/imaging/anatomy/index.ts';
import { transform, type Affine, type Point } from '../../src/imaging/affine.ts';
import type { Grid, SourceSeries, Volume } from '../../src/imaging/volume/volume.ts';
import { normalNumbers } from './perfusion-curves.ts';

/** Half axes of the brain, mm, and its middle. */
const HALF: Point = [68, 84, 62];
const SKULL_MM = 6;

/** Which block of a hemisphere a place lies in: mm from the middle of the brain, `lateral` from the midline. */
function structureAt(lateral: number, y: number, z: number): SidedStructure {
  if (z < -30) return 'superiorCerebellum';
  if (lateral < 8) return y < -20 ? 'pca' : 'aca';
  if (z < 24 && lateral < 38 && y > -25 && y < 25) {
    if (lateral < 15) return y > 0 ? 'caudate' : 'thalamus';
    if (lateral < 20) return 'internalCapsule';
    return lateral < 31 ? 'lentiform' : 'insula';
  }
  if (y < -45) return 'pca';
  const row = y > 20 ? 0 : y > -12 ? 1 : 2;
  return (z < 24 ? (['m1', 'm2', 'm3'] as const) : (['m4', 'm5', 'm6'] as const))[row];
}

const HU: Readonly<Partial<Record<SidedStructure, number>>> = {
  internalCapsule: 27,
  caudate: 37,
  lentiform: 37,
  insula: 36,
};
const USUAL_HU = 33;

export interface IschemiaPhantomOptions {
  /** HU that tissue of a region loses: {'left-m1': 5}. */
  readonly drops?: Readonly<Record<string, number>>;
  /** Standard deviation of independent noise of each voxel. */
  readonly noise?: number;
  /** Share of the cortex of the left side that is fluid of 5 HU, in strips. */
  readonly leftSulci?: number;
  /** mm of voxels; 1.2, 1.2 and 5. */
  readonly voxel?: Point;
  /** HU in a tube along the first part of the middle cerebral arteries. */
  readonly arteries?: { readonly left: number; readonly right: number };
  /** Millimeters by which the head lies to the patient's left. */
  readonly shiftMm?: number;
}

export interface IschemiaPhantom {
  readonly image: Volume;
  readonly source: SourceSeries;
  readonly anatomy: Anatomy;
}

export function ischemiaPhantom(options: IschemiaPhantomOptions = {}): IschemiaPhantom {
  const { drops = {}, noise = 0, leftSulci = 0, voxel = [1.2, 1.2, 5], arteries, shiftMm = 0 } = options;
  const normal = normalNumbers(11);
  const place = ([x, y, z]: Point): { inside: number; right: number; y: number; z: number } => {
    const right = x + shiftMm;
    const r = Math.hypot(right / HALF[0], y / HALF[1], z / HALF[2]);
    return { inside: (1 - r) * 70, right, y, z };
  };
  const image = painted(voxel, (point) => {
    const { inside, right, y, z } = place(point);
    if (inside < -SKULL_MM) return -1000;
    if (inside < 0) return 900;
    const structure = structureAt(Math.abs(right), y, z);
    const side = right > 0 ? 'right' : 'left';
    if (arteries !== undefined && Math.hypot(y - 4, z + 17) < 2.5 && Math.abs(right) > 10 && Math.abs(right) < 36) {
      return arteries[side];
    }
    const isSulcus =
      leftSulci > 0 && side === 'left' && structure.startsWith('m') && (((y % 12) + 12) % 12) / 12 < leftSulci;
    if (isSulcus) return 5 + noise * normal();
    return (HU[structure] ?? USUAL_HU) - (drops[`${side}-${structure}`] ?? 0) + noise * normal();
  });
  const coarse = painted([3, 3, 3], (point) => {
    const { inside, right, y, z } = place(point);
    if (inside < -SKULL_MM) return labelOf('background');
    if (inside < 0) return labelOf('headTissue');
    return labelOf(structureAt(Math.abs(right), y, z), right > 0 ? 'right' : 'left');
  });
  const grid: Grid = { size: coarse.size, affine: coarse.affine };
  return {
    image,
    source: sourceOf(image),
    anatomy: {
      grid,
      labels: Uint8Array.from(coarse.values),
      confidence: new Float32Array(coarse.values.length).fill(0.95),
      meanConfidence: 0.95,
      brainMl: 1400,
      ventriclesMl: 20,
      midline: { point: [-shiftMm, 0, 0], normal: [1, 0, 0], spreadMm: 0.5 },
      midlineShift: null,
      toTemplate: [1, 0, 0, shiftMm, 0, 1, 0, 0, 0, 0, 1, 0],
      quality: [],
      model: null,
      ranOn: 'test',
    },
  };
}

function sourceOf({ size: [columns, rows, slices], affine }: Volume): SourceSeries {
  return {
    ...{ studyUid: '2.25.1', seriesUid: '2.25.2', frameOfReferenceUid: '2.25.3', modality: 'CT', rows, columns },
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacing: [-affine[5], -affine[0]],
    slices: Array.from({ length: slices }, (_, k) => ({
      sopInstanceUid: `2.25.4.${k}`,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      frame: 1,
      position: [-affine[3], -affine[7], affine[11] + k * affine[10]],
    })),
  };
}

/** Slices upward, rows to the back, columns to the patient's left. */
function painted([dx, dy, dz]: Point, hu: (point: Point) => number): Volume {
  const size: Point = [Math.ceil(170 / dx), Math.ceil(206 / dy), Math.ceil(140 / dz)];
  const affine: Affine = [
    -dx,
    0,
    0,
    (dx * (size[0] - 1)) / 2,
    0,
    -dy,
    0,
    (dy * (size[1] - 1)) / 2,
    0,
    0,
    dz,
    (-dz * (size[2] - 1)) / 2,
  ];
  const values = new Float32Array(size[0] * size[1] * size[2]);
  for (let k = 0, at = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, at++) values[at] = hu(transform(affine, [i, j, k]));
    }
  }
  return { size, affine, values, unit: 'HU' };
}
