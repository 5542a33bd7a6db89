/** The left side of the sheet: rows of slices, the image with its regions first, then the maps. */
import type { MapDraft, SegmentDraft } from '../../pipelines/pipeline.ts';
import type { Volume } from '../../volume/volume.ts';
import { chooseSlices, cropTo, definedMask, headMask } from './choose-slices.ts';
import { css, OTHER_REGION, REGION_COLORS, turbo } from './color-map.ts';
import { displayGrid, tileToVoxels, type Crop, type DisplayGrid } from '../../display-grid.ts';
import { picture, rect, text } from './svg.ts';
import { grayTile, mapTile, overlay, type Region, type Tile } from './tile.ts';
import { capitalized, unitName, type SheetWords } from './words.ts';

export interface SlicesInput {
  readonly background: Volume | null;
  readonly segments: readonly SegmentDraft[];
  readonly maps: readonly MapDraft[];
  readonly words: SheetWords;
}

interface Row {
  readonly title: string;
  readonly unit: string;
  /** Ends of the color bar; null: the legend of regions stands there. */
  readonly bar: readonly [number, number] | null;
  readonly tile: (slice: number) => Tile;
}

/** Pixels of a picture for one of the sheet: it stays sharp when it is enlarged. */
const DETAIL = 1.5;
export const GAP = 4;
const BAR = 200;
const HEADER = 24;

export interface SliceRows {
  readonly svg: readonly string[];
  readonly width: number;
  readonly bottom: number;
}

/** Segments that are drawn over the image; the brain is everywhere and would hide it. */
export const drawnSegments = (segments: readonly SegmentDraft[]): readonly SegmentDraft[] =>
  segments.filter(({ label }) => label !== 'brain');

export function sliceRows(x: number, top: number, side: number, count: number, input: SlicesInput): SliceRows {
  const shown = input.background ?? input.maps[0]?.volume;
  if (shown === undefined) return { svg: [], width: 0, bottom: top };
  const display = displayGrid(shown);
  const head = headOf(input);
  // Without maps there is room for twice as many slices of the image.
  const wanted = input.maps.length === 0 ? 2 * count : count;
  const slices = chooseSlices(display, drawnSegments(input.segments), head, wanted);
  const pixels = Math.round(side * DETAIL);
  const rows = rowsOf(input, display, cropTo(display, head), pixels);
  const svg: string[] = [];
  let y = top;
  for (const { title, unit, bar, tile } of rows) {
    svg.push(text(x, y + 16, unit === '' ? title : `${title} (${unit})`, { size: 16, bold: true }));
    y += HEADER;
    slices.forEach((slice, at) => {
      const left = x + (at % count) * (side + GAP);
      const upper = y + Math.floor(at / count) * (side + GAP);
      svg.push(picture(left, upper, side, tile(slice)), ...marks(left, upper, side, display, slice));
    });
    const barX = x + Math.min(count, slices.length) * (side + GAP) + 8;
    svg.push(...(bar === null ? legend(barX, y, input.segments, input.words) : colorBar(barX, y, side, bar, unit)));
    y += Math.ceil(slices.length / count) * (side + GAP) + 6;
  }
  return { svg, width: Math.min(count, slices.length) * (side + GAP) + 8 + BAR, bottom: y };
}

/** What is to fill the pictures: the brain, as the pipeline or its maps know it, else all that is no air. */
function headOf({ background, segments, maps }: Omit<SlicesInput, 'words'>): Parameters<typeof cropTo>[1] {
  const brain = segments.find(({ label }) => label === 'brain');
  if (brain !== undefined) return brain;
  const map = maps.find(({ volume }) => volume.values.some(Number.isNaN));
  if (map !== undefined) return definedMask(map.volume);
  return background?.unit === 'HU' ? headMask(background, -300) : null;
}

function rowsOf(input: SlicesInput, display: DisplayGrid, crop: Crop, pixels: number): readonly Row[] {
  const { background, segments, maps, words } = input;
  const to = (slice: number, grid: Parameters<typeof tileToVoxels>[4]): ReturnType<typeof tileToVoxels> =>
    tileToVoxels(display, slice, crop, pixels, grid);
  const regions = drawnSegments(segments).map(({ label, grid, voxels }): Region => ({
    grid,
    voxels,
    color: REGION_COLORS[label] ?? OTHER_REGION,
    fill: label === 'hypoperfusion' ? 0.18 : 0.4,
  }));
  // The larger region first, so that the smaller one lies on it.
  const sized = regions.toSorted((a, b) => volumeOf(b) - volumeOf(a));
  const image: Row[] = [];
  if (background !== null) {
    const window = windowOf(background);
    const gray = (slice: number): Tile => grayTile(background, to(slice, background), pixels, window);
    image.push({
      title: words.text('image'),
      unit: '',
      bar: null,
      tile: (slice) =>
        overlay(
          gray(slice),
          sized.map((region) => ({ region, toVoxels: to(slice, region.grid) })),
          2,
        ),
    });
  }
  const colored = maps.map(({ name, volume, window }): Row => ({
    title: capitalized(words.named('map', name)),
    unit: unitName(volume.unit),
    bar: window,
    tile: (slice) => mapTile(volume, to(slice, volume), pixels, window),
  }));
  return [...image, ...colored];
}

const volumeOf = ({ voxels }: Region): number => voxels.reduce((sum, one) => sum + one, 0);

/** Brain window of CT (level 40, width 80); of other images all but the darkest and the brightest. */
function windowOf({ unit, values }: Volume): readonly [number, number] {
  if (unit === 'HU') return [0, 80];
  const sorted = values.filter((value) => value > 0).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.02), at(0.995)];
  return high > low ? [low, high] : [0, 1];
}

function marks(x: number, y: number, side: number, display: DisplayGrid, slice: number): readonly string[] {
  const z = display.plane(slice).height;
  const mark = { size: 13, bold: true, halo: true } as const;
  return [
    text(x + 4, y + side / 2 + 5, 'R', mark),
    text(x + side - 4, y + side / 2 + 5, 'L', { ...mark, anchor: 'end' }),
    text(x + side - 4, y + side - 5, `z ${z.toFixed(0)} mm`, { size: 11, halo: true, anchor: 'end', color: '#cfd6dd' }),
  ];
}

function colorBar(
  x: number,
  y: number,
  height: number,
  [low, high]: readonly [number, number],
  unit: string,
): readonly string[] {
  const steps = 40;
  const step = height / steps;
  const cells = Array.from({ length: steps }, (_, at) =>
    rect(x, y + at * step, 16, step + 0.5, `fill="${css(turbo(1 - (at + 0.5) / steps))}"`),
  );
  const digits = high - low < 10 ? 1 : 0;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const label = (low + share * (high - low)).toFixed(digits);
    const at = y + height - share * height;
    return (
      rect(x + 16, at - 0.5, 5, 1, 'fill="#e8e8e8"') +
      text(x + 25, Math.min(y + height, Math.max(y + 10, at + 4)), share === 1 ? `${label} ${unit}` : label, {
        size: 12,
      })
    );
  });
  return [...cells, ...ticks];
}

function legend(x: number, y: number, segments: readonly SegmentDraft[], words: SheetWords): readonly string[] {
  // The smallest lies on top, so it is named first.
  const size = ({ voxels }: SegmentDraft): number => voxels.reduce((sum, one) => sum + one, 0);
  const ordered = drawnSegments(segments).toSorted((a, b) => size(a) - size(b));
  return ordered.flatMap(({ label, voxels }, at) => {
    const color = css(REGION_COLORS[label] ?? OTHER_REGION);
    const region = capitalized(words.named('region', label));
    const said = voxels.includes(1) ? region : words.text('region-none', { region });
    return [
      rect(x, y + 6 + 26 * at, 14, 14, `fill="${color}" fill-opacity="0.45" stroke="${color}" stroke-width="2"`),
      text(x + 22, y + 18 + 26 * at, said, { size: 12 }),
    ];
  });
}
