/** A head with a stroke of the left middle cerebral artery, as a perfusion pipeline would hand it over for a picture. */
import { transform, type Affine } from '../../src/imaging/affine.ts';
import type { MapDraft, SegmentDraft } from '../../src/imaging/pipelines/pipeline.ts';
import type { Curve } from '../../src/imaging/results/result.ts';
import type { Grid, SourceSeries, Volume, VoxelUnit } from '../../src/imaging/volume/volume.ts';

const SIZE = [96, 96, 12] as const;
/** Voxels run right to left, front to back, feet to head, as CT slices do. */
const AFFINE: Affine = [-2.2, 0, 0, 105, 0, -2.2, 0, 105, 0, 0, 8, 10];
export const PICTURE_GRID: Grid = { size: SIZE, affine: AFFINE };

/** Distance from the middle of the head in head radii; its skull lies at 1. */
const head = (x: number, y: number, z: number): number => Math.hypot(x / 74, y / 92, (z - 40) / 95);
const ventricle = (x: number, y: number, z: number): boolean =>
  Math.abs(z - 55) < 22 && Math.abs(y) < 30 && Math.abs(Math.abs(x) - 9) < 5 - Math.abs(y) / 12;
/** 0 in the middle of the stroke, 1 at its border. The left side has negative x. */
const stroke = (x: number, y: number, z: number): number => Math.hypot((x + 45) / 30, (y - 5) / 38, (z - 55) / 30);

export interface PerfusionPicture {
  readonly background: Volume;
  readonly segments: readonly SegmentDraft[];
  readonly maps: readonly MapDraft[];
  readonly curves: readonly Curve[];
}

export function perfusionPicture(source: SourceSeries): PerfusionPicture {
  const points = Array.from({ length: SIZE[0] * SIZE[1] * SIZE[2] }, (_, at) =>
    transform(AFFINE, [at % SIZE[0], Math.floor(at / SIZE[0]) % SIZE[1], Math.floor(at / (SIZE[0] * SIZE[1]))]),
  );
  const volume = (unit: VoxelUnit, of: (x: number, y: number, z: number, noise: number) => number): Volume => ({
    ...PICTURE_GRID,
    unit,
    values: Float32Array.from(points, ([x, y, z], at) => of(x, y, z, ((at * 7919) % 101) / 50 - 1)),
  });
  const inBrain =
    (of: (s: number, noise: number) => number) =>
    (x: number, y: number, z: number, noise: number): number =>
      head(x, y, z) > 0.88 || ventricle(x, y, z) ? NaN : of(stroke(x, y, z), noise);
  const background = volume('HU', (x, y, z, noise) => {
    const r = head(x, y, z);
    if (r > 1) return -1000;
    if (r > 0.92) return 1100;
    if (ventricle(x, y, z)) return 8 + 3 * noise;
    return (stroke(x, y, z) < 0.6 ? 29 : r > 0.78 ? 38 : 32) + 3 * noise;
  });
  const mask = (inside: (s: number) => boolean): Uint8Array =>
    Uint8Array.from(points, ([x, y, z]) =>
      head(x, y, z) <= 0.88 && !ventricle(x, y, z) && inside(stroke(x, y, z)) ? 1 : 0,
    );
  const map = (
    name: string,
    unit: VoxelUnit,
    window: readonly [number, number],
    of: (s: number, noise: number) => number,
  ) => ({
    name,
    window,
    volume: volume(unit, inBrain(of)),
  });
  const seconds = Array.from({ length: 40 }, (_, at) => 1.5 * at);
  const bolus = (start: number, height: number) => (t: number) =>
    t < start ? 0 : height * ((t - start) / 6) ** 3 * Math.exp(3 * (1 - (t - start) / 6));
  return {
    background,
    segments: [
      { label: 'brain', grid: PICTURE_GRID, voxels: mask(() => true), source },
      { label: 'core', grid: PICTURE_GRID, voxels: mask((s) => s < 0.6), source },
      { label: 'hypoperfusion', grid: PICTURE_GRID, voxels: mask((s) => s < 1), source },
    ],
    maps: [
      map('Tmax', 's', [0, 12], (s, noise) => (s < 1.2 ? 13 - 8.5 * s : 2) + noise),
      map('CBF', 'mL/(100.g.min)', [0, 80], (s, noise) => (s < 0.6 ? 9 : s < 1 ? 28 : 52) + 6 * noise),
      map('CBV', 'mL/(100.g)', [0, 8], (s, noise) => (s < 0.6 ? 1.4 : s < 1 ? 4.6 : 4) + 0.4 * noise),
      map('MTT', 's', [0, 16], (s, noise) => (s < 1.2 ? 12 - 5 * s : 4.6) + noise),
    ],
    curves: [
      { name: 'arterial input', seconds, values: seconds.map(bolus(8, 310)), voxel: [41, 30, 3] },
      { name: 'venous output', seconds, values: seconds.map(bolus(14, 420)), voxel: [48, 88, 6] },
    ],
  };
}
