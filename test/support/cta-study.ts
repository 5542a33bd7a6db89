/**
 * A head with a face, an ear and a neck, so that no turn looks like another: native and with contrast in the vessels, moved in
 * between. Shapes, not anatomy. Points are LPS millimeters, the middle of the head at 0.
 */
import type { Affine, Point } from '../../src/imaging/affine.ts';
import type { RoledSeries } from '../../src/imaging/pipelines/pipeline.ts';
import type { Volume } from '../../src/imaging/volume/volume.ts';
import { multiply3, rotationOf } from '../../src/imaging/registration/rigid-registration.ts';

export interface Body {
  readonly at: Point;
  /** Half axes, mm. */
  readonly half: Point;
  readonly hu: number;
}

/** Where the patient lies: turned about the middle of the head by a vector (degrees about each axis), then shifted (mm). */
export interface Motion {
  readonly degrees: Point;
  readonly mm: Point;
}
export const STILL: Motion = { degrees: [0, 0, 0], mm: [0, 0, 0] };

export interface HeadOnTable {
  readonly bleedings?: readonly Body[];
  /** Bright on both scans. */
  readonly calcifications?: readonly Body[];
  /** On the angiography only. */
  readonly foci?: readonly Body[];
  /** HU of the vessels; none on a native scan. */
  readonly vesselHu?: number;
  /** A vessel from the edge of the brain to this point. */
  readonly vesselInto?: Point;
  readonly motion?: Motion;
  readonly noiseHu?: number;
}

export interface Scan {
  readonly pixelMm: number;
  readonly sliceMm: number;
  /** Corners of what is scanned. */
  readonly from: Point;
  readonly to: Point;
}

const HEAD: readonly [Point, Point] = [
  [-104, -124, -110],
  [104, 104, 100],
];
export const NATIVE_SCAN: Scan = { pixelMm: 2, sliceMm: 5, from: HEAD[0], to: HEAD[1] };
/** From the shoulders up. */
export const NECK_SCAN: Scan = { pixelMm: 2, sliceMm: 2, from: [-104, -124, -260], to: HEAD[1] };

type Field = (x: number, y: number, z: number) => number;

/** Below 1 inside. Without arrays: it is asked millions of times. */
const within = ({ at: [cx, cy, cz], half: [a, b, c] }: Pick<Body, 'at' | 'half'>): Field => {
  return (x, y, z) => ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 + ((z - cz) / c) ** 2;
};

/** HU of the first body that holds the point; NaN of none. */
function firstOf(bodies: readonly Body[]): Field {
  const fields = bodies.map((body) => ({ inside: within(body), hu: body.hu }));
  return (x, y, z) => {
    for (const { inside, hu } of fields) if (inside(x, y, z) <= 1) return hu;
    return NaN;
  };
}

const BASE = firstOf([
  { at: [0, -72, -62], half: [14, 16, 20], hu: -900 },
  { at: [42, 12, -52], half: [26, 9, 9], hu: 850 },
  { at: [-42, 12, -52], half: [26, 9, 9], hu: 850 },
  { at: [0, -66, -78], half: [40, 30, 24], hu: 250 },
]);
const VENTRICLES = firstOf([
  { at: [12, 0, 10], half: [9, 30, 14], hu: 8 },
  { at: [-12, 0, 10], half: [9, 30, 14], hu: 8 },
]);
const SHELLS = firstOf([
  { at: [0, 0, 0], half: [60, 77, 74], hu: 29 },
  { at: [0, 0, 0], half: [66, 83, 80], hu: 39 },
  { at: [0, 0, 0], half: [72, 89, 86], hu: 900 },
  { at: [0, 0, 0], half: [78, 95, 92], hu: 20 },
  { at: [3, -104, -45], half: [12, 14, 18], hu: 30 },
  { at: [-84, 8, -30], half: [7, 16, 22], hu: 20 },
  { at: [84, 4, -34], half: [7, 14, 20], hu: 20 },
  { at: [0, 20, -265], half: [190, 90, 70], hu: 40 },
]);

function tissue(x: number, y: number, z: number): number {
  const base = BASE(x, y, z);
  if (!Number.isNaN(base)) return base;
  const ventricle = VENTRICLES(x, y, z);
  if (!Number.isNaN(ventricle)) return ventricle;
  const shell = SHELLS(x, y, z);
  if (!Number.isNaN(shell)) return shell;
  if (z > -60) return -1000;
  return Math.hypot(x, y - 15) > 56 ? -1000 : Math.hypot(x, y - 28) < 16 ? 500 : 45;
}

/** Arteries on both sides and in the middle, and one that runs from the front into a point. */
function isVessel(x: number, y: number, z: number, into: Point | undefined): boolean {
  const side = Math.abs(x);
  const upward = y + 30 + Math.abs(z) / 6;
  if (Math.hypot(side - 38, upward) < 1.8 || Math.hypot(side - 24, upward) < 1.8 || Math.hypot(x, y - 62) < 2.5)
    return true;
  return into !== undefined && y < into[1] && Math.hypot(x - into[0], z - into[2]) < 1.2;
}

function huAt(options: HeadOnTable): Field {
  const { bleedings = [], calcifications = [], foci = [], vesselHu, vesselInto, motion = STILL } = options;
  // The transpose turns back.
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0, i = 1] = turnOf(motion);
  const [tx, ty, tz] = motion.mm;
  const small = firstOf([...foci, ...calcifications]);
  const blood = firstOf(bleedings);
  return (seenX, seenY, seenZ) => {
    const [u, v, w] = [seenX - tx, seenY - ty, seenZ - tz];
    const [x, y, z] = [a * u + d * v + g * w, b * u + e * v + h * w, c * u + f * v + i * w];
    const spot = small(x, y, z);
    if (!Number.isNaN(spot)) return spot;
    const own = tissue(x, y, z);
    if (vesselHu !== undefined && own > 0 && own < 100 && isVessel(x, y, z, vesselInto)) return vesselHu;
    const hemorrhage = blood(x, y, z);
    return Number.isNaN(hemorrhage) ? own : hemorrhage;
  };
}

/** Mean 0, standard deviation 1; the same for the same voxel of every scan with this seed. */
function noiseOf(seed: number): () => number {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return () => (next() + next() + next() - 1.5) * 2;
}

/**
 * What a scanner measures: a slice is the mean of what lies in it.
 * @returns the volume right, front and up positive
 */
export function scanned(options: HeadOnTable, { pixelMm, sliceMm, from, to }: Scan): Volume {
  const size = from.map((low, axis) =>
    Math.max(1, Math.round(((to[axis] ?? 0) - low) / (axis === 2 ? sliceMm : pixelMm)) + 1),
  ) as unknown as Point;
  const { noiseHu = 3, vesselHu } = options;
  const hu = huAt(options);
  const noise = noiseOf(vesselHu === undefined ? 1 : 2);
  const samples = Math.max(1, Math.round(sliceMm / 1.7));
  const values = new Float32Array(size[0] * size[1] * size[2]);
  let index = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, index++) {
        let sum = 0;
        for (let n = 0; n < samples; n++) {
          const z = from[2] + (k + (n + 0.5) / samples - 0.5) * sliceMm;
          sum += hu(from[0] + i * pixelMm, from[1] + j * pixelMm, z);
        }
        values[index] = sum / samples + noiseHu * noise();
      }
    }
  }
  const affine: Affine = [-pixelMm, 0, 0, -from[0], 0, -pixelMm, 0, -from[1], 0, 0, sliceMm, from[2]];
  return { size, affine, values, unit: 'HU' };
}

const turnOf = ({ degrees }: Motion): number[] => rotationOf(degrees.map((each) => (each * Math.PI) / 180));

/** The same point right, front and up positive, as affines count. */
export const inSpace = ([x, y, z]: Point): Point => [-x, -y, z];

/** Where a point of the head lies after a motion. */
export const movedBy = (motion: Motion, p: Point): Point =>
  multiply3(turnOf(motion), p).map((x, axis) => x + (motion.mm[axis] ?? 0)) as unknown as Point;

/** The scan as a series that a pipeline reads. */
export function asSeries(image: Volume, role: RoledSeries['role'], series: string): RoledSeries {
  const [nx, ny, nz] = image.size;
  const [pixelMm, sliceMm] = [-image.affine[0], image.affine[10]];
  const source = {
    studyUid: 'head with contrast',
    seriesUid: series,
    frameOfReferenceUid: null,
    modality: 'CT',
    rows: ny,
    columns: nx,
    orientation: [1, 0, 0, 0, 1, 0] as const,
    pixelSpacing: [pixelMm, pixelMm] as const,
    slices: Array.from({ length: nz }, (_, k) => ({
      sopInstanceUid: `${series} ${k}`,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      frame: 1,
      position: [-image.affine[3], -image.affine[7], image.affine[11] + k * sliceMm] as const,
    })),
  };
  return {
    role,
    source,
    acquiredAt: null,
    quality: [],
    load: () => Promise.resolve({ image, source, steps: [] }),
  };
}
