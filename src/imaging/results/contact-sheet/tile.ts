/** One square picture of one slice: gray or colored values, regions over them. */
import type { Affine } from '../../affine.ts';
import type { Grid, Volume } from '../../volume/volume.ts';
import { turbo, type Rgb } from './color-map.ts';

export interface Tile {
  readonly pixels: number;
  /** Three bytes a pixel. */
  readonly rgb: Uint8Array;
}

export interface Region {
  readonly grid: Grid;
  readonly voxels: Uint8Array;
  readonly color: Rgb;
  /** 0 to 1, of the inside; the outline is always opaque. */
  readonly fill: number;
}

/** Values in gray between the ends of the window. */
export function grayTile(volume: Volume, toVoxels: Affine, pixels: number, window: readonly [number, number]): Tile {
  return draw(volume, toVoxels, pixels, window, GRAYS);
}

/** Values in color between the ends of the window; black where the map says nothing. */
export function mapTile(volume: Volume, toVoxels: Affine, pixels: number, window: readonly [number, number]): Tile {
  return draw(volume, toVoxels, pixels, window, COLORS);
}

const LEVELS = 256;
const palette = (color: (share: number) => Rgb): Uint8Array =>
  Uint8Array.from(Array.from({ length: LEVELS }, (_, at) => color(at / (LEVELS - 1))).flat());
const GRAYS = palette((share) => [255 * share, 255 * share, 255 * share]);
const COLORS = palette(turbo);

function draw(
  volume: Volume,
  a: Affine,
  pixels: number,
  [low, high]: readonly [number, number],
  colors: Uint8Array,
): Tile {
  const rgb = new Uint8Array(3 * pixels * pixels);
  for (let y = 0, at = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++, at += 3) {
      const value = sample(volume, a[0] * x + a[1] * y + a[3], a[4] * x + a[5] * y + a[7], a[8] * x + a[9] * y + a[11]);
      if (Number.isNaN(value)) continue;
      const level = 3 * Math.round((LEVELS - 1) * Math.min(1, Math.max(0, (value - low) / (high - low))));
      rgb[at] = colors[level] ?? 0;
      rgb[at + 1] = colors[level + 1] ?? 0;
      rgb[at + 2] = colors[level + 2] ?? 0;
    }
  }
  return { pixels, rgb };
}

/** Rounding of the geometry must not reach for the neighbor slice. */
const ON_VOXEL = 1e-6;

/** Trilinear, and the nearest voxel where a neighbor says nothing; NaN outside. */
function sample({ size: [nx, ny, nz], values }: Volume, i: number, j: number, k: number): number {
  const [ri, rj, rk] = [Math.round(i), Math.round(j), Math.round(k)];
  if (!(ri >= 0 && rj >= 0 && rk >= 0 && ri < nx && rj < ny && rk < nz)) return NaN;
  const nearest = values[ri + nx * (rj + ny * rk)] ?? NaN;
  if (Number.isNaN(nearest)) return NaN;
  const [x, y, z] = [inside(i, nx), inside(j, ny), inside(k, nz)];
  const [lx, ly, lz] = [Math.floor(x + ON_VOXEL), Math.floor(y + ON_VOXEL), Math.floor(z + ON_VOXEL)];
  const [wx, wy, wz] = [x - lx, y - ly, z - lz];
  const [sx, sy, sz] = [wx > ON_VOXEL ? 1 : 0, wy > ON_VOXEL ? nx : 0, wz > ON_VOXEL ? nx * ny : 0];
  const at = lx + nx * (ly + ny * lz);
  const near = plane(values, at, sx, sy, wx, wy);
  const mixed = sz === 0 ? near : near * (1 - wz) + plane(values, at + sz, sx, sy, wx, wy) * wz;
  return Number.isNaN(mixed) ? nearest : mixed;
}

const inside = (at: number, count: number): number => Math.min(count - 1, Math.max(0, at));

/** @param sx, sy steps to the neighbors, 0 where the position lies on a voxel */
function plane(values: Float32Array, at: number, sx: number, sy: number, wx: number, wy: number): number {
  const upper = (values[at] ?? NaN) * (1 - wx) + (values[at + sx] ?? NaN) * wx;
  if (sy === 0) return upper;
  return upper * (1 - wy) + ((values[at + sy] ?? NaN) * (1 - wx) + (values[at + sy + sx] ?? NaN) * wx) * wy;
}

/** Lays regions over the tile, in order: a transparent fill and an outline as wide as `width` pixels. */
export function overlay(tile: Tile, regions: readonly { region: Region; toVoxels: Affine }[], width: number): Tile {
  const { pixels } = tile;
  const rgb = tile.rgb.slice();
  for (const { region, toVoxels } of regions) {
    const inside = insideTile(region, toVoxels, pixels);
    for (let y = 0, at = 0; y < pixels; y++) {
      for (let x = 0; x < pixels; x++, at++) {
        if (inside[at] !== 1) continue;
        const share = isBorder(inside, pixels, x, y, width) ? 1 : region.fill;
        for (let c = 0; c < 3; c++) {
          rgb[3 * at + c] = Math.round((rgb[3 * at + c] ?? 0) * (1 - share) + (region.color[c] ?? 0) * share);
        }
      }
    }
  }
  return { pixels, rgb };
}

function insideTile({ grid: { size }, voxels }: Region, a: Affine, pixels: number): Uint8Array {
  const [nx, ny, nz] = size;
  const inside = new Uint8Array(pixels * pixels);
  for (let y = 0, at = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++, at++) {
      const i = Math.round(a[0] * x + a[1] * y + a[3]);
      const j = Math.round(a[4] * x + a[5] * y + a[7]);
      const k = Math.round(a[8] * x + a[9] * y + a[11]);
      if (i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz) inside[at] = voxels[i + nx * (j + ny * k)] ?? 0;
    }
  }
  return inside;
}

function isBorder(inside: Uint8Array, pixels: number, x: number, y: number, width: number): boolean {
  if (x < width || y < width || x >= pixels - width || y >= pixels - width) return true;
  const at = x + pixels * y;
  return (
    inside[at - width] !== 1 ||
    inside[at + width] !== 1 ||
    inside[at - width * pixels] !== 1 ||
    inside[at + width * pixels] !== 1
  );
}
