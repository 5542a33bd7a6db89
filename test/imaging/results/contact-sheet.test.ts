import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCardContent } from '../../../src/explanation/index.ts';
import type { Affine, Point } from '../../../src/imaging/affine.ts';
import { chooseSlices } from '../../../src/imaging/results/contact-sheet/choose-slices.ts';
import { turbo } from '../../../src/imaging/results/contact-sheet/color-map.ts';
import { displayGrid, tileToVoxels } from '../../../src/imaging/display-grid.ts';
import {
  contactSheetSvg,
  renderContactSheet,
  type ContactSheetInput,
} from '../../../src/imaging/results/contact-sheet/render-contact-sheet.ts';
import { grayTile, overlay } from '../../../src/imaging/results/contact-sheet/tile.ts';
import { lines } from '../../../src/imaging/results/contact-sheet/svg.ts';
import { findingsOf } from '../../../src/imaging/results/result.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';
import { sheetWords } from '../../../src/sheet-words.ts';
import { aDraft, aResult, FOUND_AT, MOTION, SHORT_TAIL } from '../../support/imaging-result.ts';
import { perfusionPicture, PICTURE_GRID } from '../../support/perfusion-picture.ts';
import { makeSeries } from '../../support/source-series.ts';

const { texts } = loadCardContent('cards');
const WORDS = { en: sheetWords(texts.en), 'zh-CN': sheetWords(texts['zh-CN']) } as const;

const picture = perfusionPicture(makeSeries().source);
const input: ContactSheetInput = {
  ...picture,
  title: 'Perfusion, CT',
  subtitle: 'acquired 2026-11-28 14:58 · perfusion 1.0.0 on cpu',
  state: 'final',
  findings: findingsOf(aResult(), FOUND_AT),
  quality: [SHORT_TAIL],
  words: WORDS.en,
};

/** The same image with its voxels stored in another order. */
function stored(volume: Volume, order: Point, flips: readonly boolean[]): Volume {
  const size = order.map((axis) => volume.size[axis]) as unknown as Point;
  const a = volume.affine;
  const affine: number[] = [];
  for (const world of [0, 1, 2]) {
    const row = order.map((axis, at) => (flips[at] === true ? -1 : 1) * (a[4 * world + axis] ?? 0));
    const shift = order.reduce(
      (sum, axis, at) => sum + (flips[at] === true ? ((size[at] ?? 1) - 1) * (a[4 * world + axis] ?? 0) : 0),
      a[4 * world + 3] ?? 0,
    );
    affine.push(...row, shift);
  }
  const values = new Float32Array(volume.values.length);
  const [nx, ny] = volume.size;
  for (let at = 0; at < values.length; at++) {
    const place = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))];
    const from = [0, 0, 0];
    order.forEach((axis, own) => {
      from[axis] = flips[own] === true ? (size[own] ?? 1) - 1 - (place[own] ?? 0) : (place[own] ?? 0);
    });
    values[at] = volume.values[(from[0] ?? 0) + nx * ((from[1] ?? 0) + ny * (from[2] ?? 0))] ?? NaN;
  }
  return { size, affine: affine as unknown as Affine, values, unit: volume.unit };
}

describe('a picture of a slice', () => {
  const crop = { left: 0, top: 0, side: 96 * 2.2 };
  const tileOf = (volume: Volume, slice: number): Uint8Array => {
    const display = displayGrid(volume);
    return grayTile(volume, tileToVoxels(display, slice, crop, 96, volume), 96, [0, 80]).rgb;
  };

  it('is the same however the voxels are stored: right stays on the left, front at the top, feet first', () => {
    const reference = tileOf(picture.background, 3);
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...orders), fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), (order, flips) => {
        expect(tileOf(stored(picture.background, order, flips), 3)).toEqual(reference);
      }),
      { numRuns: 8 },
    );
  });

  it('shows a lesion of the left side on the right of the picture', () => {
    const display = displayGrid(picture.background);
    const toVoxels = tileToVoxels(display, 5, crop, 96, PICTURE_GRID);
    const core = picture.segments.find(({ label }) => label === 'core');
    if (core === undefined) throw new Error('no core');
    const plain = grayTile(picture.background, toVoxels, 96, [0, 80]);
    const region = { grid: core.grid, voxels: core.voxels, color: [255, 0, 0] as const, fill: 0.5 };
    const { rgb } = overlay(plain, [{ region, toVoxels }], 1);
    const columns = Array.from({ length: 96 * 96 }, (_, at) => at)
      .filter((at) => (rgb[3 * at] ?? 0) > (rgb[3 * at + 1] ?? 0) + 20)
      .map((at) => at % 96);
    expect(columns.length).toBeGreaterThan(100);
    expect(Math.min(...columns)).toBeGreaterThan(52);
  });

  it('shows slices of the lesion, with one beyond it, from feet to head', () => {
    const display = displayGrid(picture.background);
    const lesion = { grid: PICTURE_GRID, voxels: new Uint8Array(96 * 96 * 12) };
    lesion.voxels.fill(1, 96 * 96 * 3, 96 * 96 * 8);
    expect(chooseSlices(display, [lesion], null, 7)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(chooseSlices(display, [], null, 4)).toEqual([0, 4, 7, 11]);
    expect(chooseSlices(display, [], null, 40)).toHaveLength(12);
  });
});

describe('the sheet', () => {
  it('is a picture with readable text on a machine without fonts', async () => {
    const png = decode(await renderContactSheet(input));
    expect([png.width > 1500, png.height > 900]).toEqual([true, true]);
    const bright = (x0: number, y0: number, x1: number, y1: number): number => {
      let count = 0;
      for (let y = y0; y < y1; y++) {
        for (let x = x0; x < x1; x++) if ((png.data[png.channels * (x + png.width * y)] ?? 0) > 180) count++;
      }
      return count;
    };
    // Title, and the first finding's value at the right edge.
    expect(bright(20, 20, 260, 50)).toBeGreaterThan(400);
    expect(bright(png.width - 120, 120, png.width - 20, 150)).toBeGreaterThan(100);
  }, 120_000);

  it('says numbers with intervals, what could not be computed, quality in words, sides, and that it is for research', () => {
    const svg = contactSheetSvg(input);
    for (const said of [
      '23 mL',
      '18 – 30 mL',
      'not computable',
      'bolus-cut-off (seconds 38)',
      '>R<',
      '>L<',
      '>Core<',
      '>Ischemic core<',
    ]) {
      expect(svg).toContain(said);
    }
    expect(svg).toContain('FOR RESEARCH USE');
    expect(svg).toContain('arterial input, voxel 41 30 3');
    expect(svg).toContain('Tmax (s)');
  });

  it('of a refused study says why and shows no number', () => {
    const said = { ...aResult().said, quality: [MOTION] };
    const findings = findingsOf(aResult({ state: 'refused', said }), FOUND_AT);
    const nothing = { background: null, segments: [], maps: [], curves: [] };
    const svg = contactSheetSvg({ ...input, ...nothing, findings, quality: [MOTION], state: 'refused' });
    // How to mend it stands beside: the heading leaves room for the badge.
    expect(svg).toContain(`>Perfusion, CT: refused, ${WORDS.en.problem('motion')}<`);
    expect(svg).not.toMatch(/\d mL/);
  });

  it('in Chinese says the same, and not in English', async () => {
    const chinese = { ...input, title: WORDS['zh-CN'].pipeline('perfusion'), subtitle: '', words: WORDS['zh-CN'] };
    const svg = contactSheetSvg({ ...chinese, quality: [MOTION] });
    const said = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, content = '']) => content);
    for (const key of ['findings', 'research-use', 'not-reviewed', 'image', 'curves']) {
      expect(said).toContain(texts['zh-CN'].text(`sheet.${key}`));
    }
    // Terms, units, codes of figures and the times stay as they are: sentences do not.
    expect(said.filter((one) => /[a-z]{3,} [a-z]{2,} [a-z]{2,}/.test(one))).toEqual([]);
    const png = decode(await renderContactSheet(chinese));
    // The title is drawn: two characters, with more strokes than the two empty boxes of a font that lacks them.
    const bright = ({ data, channels, width }: typeof png): number => {
      let count = 0;
      for (let y = 20; y < 50; y++) {
        for (let x = 20; x < 120; x++) if ((data[channels * (x + width * y)] ?? 0) > 150) count++;
      }
      return count;
    };
    expect(bright(png)).toBeGreaterThan(250);
  }, 120_000);

  it('can be drawn in every letter of the Chinese texts', () => {
    const has = lettersOf(readFileSync('cards/fonts/DroidSansFallback-GB2312.ttf'));
    const latin = lettersOf(readFileSync('node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
    const used = texts['zh-CN']
      .keys()
      .filter((key) => /^(sheet|imaging|quality|infarct|hematoma|unit)/.test(key))
      .flatMap((key) => Array.from(texts['zh-CN'].text(key)));
    expect([...new Set(used)].filter((letter) => !has(letter) && !latin(letter))).toEqual([]);
    expect(has('龘')).toBe(false);
  });

  it('breaks lines between Chinese characters, and no line begins with what closes the one before', () => {
    const broken = lines('请在灌注序列内指定体素（列、行、层），或改为自动选择。', 60, 12);
    expect(broken.length).toBeGreaterThan(4);
    expect(broken.join('')).toBe('请在灌注序列内指定体素（列、行、层），或改为自动选择。');
    expect(broken.filter((line) => /^[，。、）]/.test(line))).toEqual([]);
    expect(lines('motion between the frames', 60, 12)).toEqual(['motion', 'between', 'the', 'frames']);
  });

  it('writes text from outside as text', () => {
    const svg = contactSheetSvg({ ...input, title: '<script>&"', subtitle: '\u0000' });
    expect(svg).not.toContain('<script>');
    expect(svg).not.toContain('\u0000');
  });
});

describe('words and colors', () => {
  const line = (draft: Parameters<typeof aDraft>[0], words = WORDS.en) => {
    const [finding] = findingsOf(aResult({ said: { ...aResult().said, findings: [aDraft(draft)] } }), FOUND_AT);
    if (finding === undefined) throw new Error('no finding');
    return words.finding(finding);
  };

  it('name what is below the detection floor as such', () => {
    expect(line({ kind: 'core-volume', value: 0.4, detectionFloor: 1.5 }).value).toBe('< 1.5 mL');
    expect(line({ kind: 'hypoperfusion-intensity-ratio', value: 0.34 }).value).toBe('0.34');
    expect(line({ kind: 'ischemic-territory', value: 'left-carotid vertebrobasilar' }).value).toBe(
      'left carotid, vertebrobasilar',
    );
  });

  it('are those of the cards, in their language', () => {
    const core = { kind: 'core-volume', value: 23.4 } as const;
    expect(line(core, WORDS['zh-CN']).name).toBe(texts['zh-CN'].text('imaging.kind.core-volume'));
    expect(line({ ...core, detectionFloor: 30 }, WORDS['zh-CN']).detail).toBe('低于检测下限');
    expect(line({ kind: 'ischemic-territory', value: 'left-carotid' }, WORDS['zh-CN']).value).toMatch(
      /\p{Script=Han}/u,
    );
  });

  it('run from dark blue to dark red and stay inside', () => {
    expect([turbo(-1), turbo(2), turbo(0.5)[1] > 200]).toEqual([[48, 18, 59], [122, 4, 2], true]);
  });
});

/** Of a TrueType font: format 4 of its character map (the Unicode BMP). */
function lettersOf(font: Buffer): (letter: string) => boolean {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, at) => 12 + 16 * at);
  const cmap = tables.map((at) => [font.toString('latin1', at, at + 4), font.readUInt32BE(at + 8)] as const);
  const start = cmap.find(([name]) => name === 'cmap')?.[1] ?? 0;
  const maps = Array.from(
    { length: font.readUInt16BE(start + 2) },
    (_, at) => start + font.readUInt32BE(start + 8 + 8 * at),
  );
  const map = maps.find((at) => font.readUInt16BE(at) === 4) ?? 0;
  const count = font.readUInt16BE(map + 6) / 2;
  const [ends, starts] = [map + 14, map + 16 + 2 * count];
  return (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    for (let at = 0; at < count; at++) {
      if (font.readUInt16BE(ends + 2 * at) < code) continue;
      return font.readUInt16BE(starts + 2 * at) <= code;
    }
    return false;
  };
}
