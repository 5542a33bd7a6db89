/**
 * A head as a perfusion study with known truth: scalp, skull, fluid, gray and white matter, arteries and a venous sinus; on
 * one side core inside hypoperfused tissue inside mildly late tissue. Flow and volume of normal tissue are those of Kudo
 * 2013 (Radiology 267:201) and Rempp 1994; HU and noise those of an 80 kV CT perfusion.
 */
import type { Affine, Point } from '../../src/imaging/affine.ts';
import type { SourceSeries, TimeSeries } from '../../src/imaging/volume/volume.ts';
import {
  arterialCurve,
  normalNumbers,
  tissueCurve,
  venousCurve,
  type Sampling,
  type Tissue,
} from './perfusion-curves.ts';

export interface PhantomOptions {
  readonly kind?: 'ct' | 'mr';
  /** Voxels along i, j, k. */
  readonly size?: Point;
  readonly pixelMm?: number;
  readonly sliceMm?: number;
  readonly frames?: number;
  readonly intervalSeconds?: number;
  readonly side?: 'left' | 'right' | null;
  /** Radii of core, hypoperfused and mildly late tissue around one center, mm. */
  readonly radii?: readonly [number, number, number];
  /** Standard deviation of a native voxel: HU, or share of the signal of gray matter. */
  readonly noise?: number;
  readonly seed?: number;
  /** Seconds when contrast arrives; Infinity for none. */
  readonly arrival?: number;
  /** Position of the head at a frame. */
  readonly motion?: (frame: number) => HeadMotion;
  /** Seconds of a slice within a frame. */
  readonly sliceTime?: (k: number) => number;
  /** Turns of the whole head, degrees about the long axis. */
  readonly yawDegrees?: number;
  /** Stored with left and right exchanged: the affine says so. */
  readonly flipped?: boolean;
}

export interface HeadMotion {
  readonly yawDegrees: number;
  readonly shift: Point;
}

export interface Phantom {
  readonly series: TimeSeries;
  readonly source: SourceSeries;
  /** mL of tissue in each region. */
  readonly coreMl: number;
  readonly hypoperfusedMl: number;
  readonly mildMl: number;
  /** Label by voxel: see LABEL. */
  readonly labels: Uint8Array;
}

export const LABEL = { air: 0, scalp: 1, bone: 2, fluid: 3, artery: 4, vein: 5, gray: 6, white: 7 } as const;
/** Added to gray or white: 10 core, 20 hypoperfused, 30 mildly late. */
const REGION = { core: 10, hypoperfused: 20, mild: 30 } as const;

const HU: Record<number, number> = { 0: -1000, 1: 40, 2: 900, 3: 6, 4: 42, 5: 48, 6: 37, 7: 29 };
const SIGNAL: Record<number, number> = { 0: 0, 1: 25, 2: 4, 3: 190, 4: 100, 5: 100, 6: 100, 7: 85 };
const GRAY: Tissue = { flow: 60, volume: 4, delay: 0.5 };
const WHITE: Tissue = { flow: 25, volume: 2, delay: 0.8 };
const ARTERY_HU = 380;
/** -ln(S/S0) of an arterial voxel at its peak, as seen beside the artery; of 1 in concentration. */
const ARTERY_MR = 1.6;
const TISSUE_MR = 17;
const CENTER: Point = [36, -2, 22];

export function perfusionPhantom(options: PhantomOptions = {}): Phantom {
  const { kind = 'ct', size = [78, 80, 7], pixelMm = 3, sliceMm = 9, frames = 32, intervalSeconds = 1.7 } = options;
  const { side = 'right', radii = [14, 28, 34], noise = kind === 'ct' ? 3 : 0.02, seed = 1, arrival = 9 } = options;
  const { motion, sliceTime = () => 0, yawDegrees = 0, flipped = false } = options;
  const sign = flipped ? -1 : 1;
  const affine: Affine = [
    ...[sign * pixelMm, 0, 0, (-sign * pixelMm * (size[0] - 1)) / 2],
    ...[0, pixelMm, 0, (-pixelMm * (size[1] - 1)) / 2],
    ...[0, 0, sliceMm, -16],
  ] as unknown as Affine;
  const label = (motionOfHead: HeadMotion): Uint8Array => labelGrid(size, affine, side, radii, motionOfHead);
  const still: HeadMotion = { yawDegrees, shift: [0, 0, 0] };
  const labels = label(still);
  const sliceTimes = Array.from({ length: size[2] }, (_, k) => sliceTime(k));
  const first = Math.min(...sliceTimes);
  const times = Array.from({ length: frames }, (_, frame) =>
    Float64Array.from(sliceTimes, (s) => frame * intervalSeconds + s - first),
  );
  const bySlice = sliceTimes.map((_, k) => Float64Array.from(times, (frame) => frame[k] ?? 0));
  const curves = bySlice.map((seconds) =>
    contrast({ times: Array.from(seconds), arrival: Number.isFinite(arrival) ? arrival : 1e6 }),
  );
  const gaussian = noiseTable(seed);
  const plane = size[0] * size[1];
  const volumes = Array.from({ length: frames }, (_, frame) => {
    const moved = motion?.(frame);
    const here =
      moved === undefined ? labels : label({ yawDegrees: yawDegrees + moved.yawDegrees, shift: moved.shift });
    const values = new Float32Array(here.length);
    const draw = gaussian();
    for (let k = 0; k < size[2]; k++) {
      const concentration = Array.from({ length: 40 }, (_, tissue) => curves[k]?.[tissue]?.[frame] ?? 0);
      for (let at = k * plane; at < (k + 1) * plane; at++) {
        const tissue = here[at] ?? 0;
        const c = concentration[tissue] ?? 0;
        values[at] = kind === 'ct' ? ctValue(tissue, c) + noise * draw() : mrValue(tissue, c, 100 * noise, draw);
      }
    }
    return values;
  });
  const ml = (region: number): number =>
    (labels.reduce((sum, x) => sum + (x >= region && x < region + 10 ? 1 : 0), 0) * pixelMm * pixelMm * sliceMm) / 1000;
  return {
    series: { size, affine, frames: volumes, times: bySlice, unit: kind === 'ct' ? 'HU' : 'signal' },
    source: sourceOf(kind, size, pixelMm),
    coreMl: ml(REGION.core),
    hypoperfusedMl: ml(REGION.core) + ml(REGION.hypoperfused),
    mildMl: ml(REGION.mild),
    labels,
  };
}

function ctValue(label: number, concentration: number): number {
  return (HU[label % 10] ?? 0) + ARTERY_HU * concentration;
}

function mrValue(label: number, concentration: number, noise: number, draw: () => number): number {
  const vessel = label === LABEL.artery || label === LABEL.vein;
  const clean = (SIGNAL[label % 10] ?? 0) * Math.exp(-(vessel ? ARTERY_MR : TISSUE_MR) * concentration);
  // Magnitude images: noise of both channels.
  return Math.hypot(clean + noise * draw(), noise * draw());
}

/** Concentration by label; an artery has 1 at its peak. */
function contrast(sampling: Sampling): (readonly number[] | undefined)[] {
  const curves: (readonly number[] | undefined)[] = [];
  curves[LABEL.artery] = arterialCurve(sampling);
  curves[LABEL.vein] = venousCurve(sampling);
  for (const [label, tissue] of [
    [LABEL.gray, GRAY],
    [LABEL.white, WHITE],
  ] as const) {
    const of = (flow: number, volume: number, delay: number): number[] =>
      tissueCurve({ flow: tissue.flow * flow, volume: tissue.volume * volume, delay: tissue.delay + delay }, sampling);
    curves[label] = of(1, 1, 0);
    curves[label + REGION.core] = of(0.08, 0.25, 9);
    curves[label + REGION.hypoperfused] = of(0.5, 1.1, 6.5);
    curves[label + REGION.mild] = of(0.85, 1.1, 1);
  }
  return curves;
}

function labelGrid(
  [nx, ny, nz]: Point,
  a: Affine,
  side: PhantomOptions['side'],
  radii: readonly [number, number, number],
  { yawDegrees, shift }: HeadMotion,
): Uint8Array {
  const [c, s] = [Math.cos((yawDegrees * Math.PI) / 180), Math.sin((yawDegrees * Math.PI) / 180)];
  const out = new Uint8Array(nx * ny * nz);
  let at = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const [x, y, z] = [a[0] * i + a[3] - shift[0], a[5] * j + a[7] - shift[1], a[10] * k + a[11] - shift[2]];
        out[at++] = labelAt([c * x + s * y, -s * x + c * y, z], side ?? null, radii);
      }
    }
  }
  return out;
}

/** @param x right, y front, z up, mm from the center of the head */
function labelAt(
  [x, y, z]: Point,
  side: 'left' | 'right' | null,
  [core, late, mild]: readonly [number, number, number],
): number {
  // Cross-sections shrink towards the vertex and, less, towards the base. A nose: the head is no ellipse of revolution.
  const scale = Math.sqrt(Math.max(0.02, 1 - ((z - 10) / 95) ** 2));
  const radial = (halfWidth: number, halfLength: number): number =>
    Math.hypot(x / (halfWidth * scale), y / (halfLength * scale));
  const nose = Math.hypot(x / 14, (y - 100 * scale) / 18);
  if (radial(82, 102) > 1) return nose < 1 && z < 20 ? LABEL.scalp : LABEL.air;
  if (radial(77, 97) > 1) return LABEL.scalp;
  if (radial(70, 90) > 1) return LABEL.bone;
  if (Math.hypot(x, y + 83 * scale) < 5) return LABEL.vein;
  if (radial(67, 87) > 1) return LABEL.fluid;
  const occluded = (sign: number): boolean => side !== null && sign === (side === 'right' ? 1 : -1);
  for (const sign of [-1, 1]) {
    if (!occluded(sign) && Math.hypot(x - sign * 28, y - 22) < 2.6 && z < 14) return LABEL.artery;
    if (Math.hypot(x - sign * 12, y - 4) / (1 + Math.abs(y - 4) / 40) < 6 && Math.abs(z - 22) < 20) return LABEL.fluid;
  }
  if (Math.hypot(x, y - 42) < 2.2 && z < 40) return LABEL.artery;
  const cortex = radial(57, 77) > 1 || Math.hypot(Math.abs(x) - 26, y - 4) < 11;
  const tissue = cortex ? LABEL.gray : LABEL.white;
  if (side === null) return tissue;
  const lateral = side === 'right' ? x : -x;
  if (lateral < 3) return tissue;
  const away = Math.hypot(lateral - CENTER[0], (y - CENTER[1]) * 0.8, z - CENTER[2]);
  if (away < core) return tissue + REGION.core;
  if (away < late) return tissue + REGION.hypoperfused;
  return away < mild ? tissue + REGION.mild : tissue;
}

/** A long table of deviates, read from another place each frame: drawing each one would take most of the time. */
function noiseTable(seed: number): () => () => number {
  const normal = normalNumbers(seed);
  const table = Float32Array.from({ length: 524_287 }, () => normal());
  return () => {
    let at = Math.floor(Math.abs(normal()) * 1e5) % table.length;
    return () => table[(at = at + 1 === table.length ? 0 : at + 1)] ?? 0;
  };
}

function sourceOf(kind: 'ct' | 'mr', [columns, rows, slices]: Point, pixelMm: number): SourceSeries {
  return {
    studyUid: '2.25.1',
    seriesUid: '2.25.2',
    frameOfReferenceUid: '2.25.3',
    modality: kind === 'ct' ? 'CT' : 'MR',
    rows,
    columns,
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacing: [pixelMm, pixelMm],
    slices: Array.from({ length: slices }, (_, k) => ({
      sopInstanceUid: `2.25.4.${k}`,
      sopClassUid: kind === 'ct' ? '1.2.840.10008.5.1.4.1.1.2' : '1.2.840.10008.5.1.4.1.1.4',
      frame: 1,
      position: [0, 0, k],
    })),
  };
}
