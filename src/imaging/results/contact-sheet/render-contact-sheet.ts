/** One picture of a result for a person: slices with regions, maps with color bars, numbers with intervals. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { toIso, type ImagingFinding, type Instant, type QualityRemark } from '../../../case/index.ts';
import { PRODUCT_ROOT } from '../../../product.ts';
import { refusalOf, type Curve, type ResultState } from '../result.ts';
import { curvesPanel, findingsPanel, qualityPanel } from './side-panel.ts';
import { sliceRows, type SlicesInput } from './slice-rows.ts';
import { lines, rect, svg, text } from './svg.ts';
import { capitalized, type SheetWords } from './words.ts';

export interface ContactSheetInput extends SlicesInput {
  /** 'Perfusion, CT' */
  readonly title: string;
  /** Software and series, one line: 'perfusion 1.0.0 on cpu'. No patient data. The times of the findings follow it. */
  readonly subtitle: string;
  readonly state: ResultState;
  readonly findings: readonly ImagingFinding[];
  readonly quality: readonly QualityRemark[];
  readonly curves: readonly Curve[];
}

const TILE = 168;
const COLUMNS = 8;
const PANEL = 380;
const EDGE = 24;
const TOP = 96;

/** The sheet as SVG. It shows nothing of the patient but the images. */
export function contactSheetSvg(input: ContactSheetInput): string {
  const rows = sliceRows(EDGE, TOP, TILE, COLUMNS, input);
  const x = EDGE + rows.width + (rows.width === 0 ? 0 : EDGE);
  const panelWidth = rows.width === 0 ? 2 * PANEL : PANEL;
  const width = x + panelWidth + EDGE;
  const findings = findingsPanel(x, TOP, panelWidth, input.findings, input.words);
  const quality = qualityPanel(x, findings.bottom + 8, panelWidth, input.quality, input.words);
  const curves = curvesPanel(x, quality.bottom + 8, panelWidth, 250, input.curves, input.words);
  const bottom = Math.max(rows.bottom, curves.bottom) + 8;
  return svg(width, Math.ceil(bottom + 46), [
    ...header(width, input),
    ...rows.svg,
    ...findings.svg,
    ...quality.svg,
    ...curves.svg,
    ...footer(EDGE, bottom, width, input.words),
  ]);
}

const BADGE = { width: 330, height: 44 } as const;

/** 'acquired 2026-11-28 13:58 UTC', 'analyzed 2026-11-28 14:05 UTC' */
function times([finding]: readonly ImagingFinding[], words: SheetWords): readonly string[] {
  if (finding === undefined) return [];
  const time = (at: Instant): string => `${toIso(at).slice(0, 16).replace('T', ' ')} UTC`;
  const { acquiredAt, foundAt } = finding;
  return [
    acquiredAt === null ? words.text('acquired-unknown') : words.text('acquired', { time: time(acquiredAt) }),
    words.text('analyzed', { time: time(foundAt) }),
  ];
}

function titleOf({ title, state, quality, words }: ContactSheetInput): string {
  const shown = capitalized(title);
  if (state === 'preliminary') return words.text('preliminary', { title: shown });
  if (state !== 'refused') return shown;
  const code = refusalOf(quality);
  return code === null
    ? words.text('refused-unknown', { title: shown })
    : words.text('refused', { title: shown, reason: words.problem(code) });
}

function header(width: number, input: ContactSheetInput): readonly string[] {
  const { state, words, findings } = input;
  const x = width - EDGE - BADGE.width;
  const said = [input.subtitle, ...times(findings, words)].join(' · ');
  return [
    text(EDGE, 44, titleOf(input), { size: 26, bold: true, ...(state === 'refused' ? { color: '#ff5d5d' } : {}) }),
    text(EDGE, 70, said, { size: 14, color: '#a9b1ba' }),
    rect(x, 22, BADGE.width, BADGE.height, 'rx="4" fill="none" stroke="#ff9f43" stroke-width="2"'),
    text(x + BADGE.width / 2, 42, words.text('research-use'), {
      size: 17,
      bold: true,
      color: '#ff9f43',
      anchor: 'middle',
    }),
    text(x + BADGE.width / 2, 59, words.text('not-reviewed'), { size: 12, color: '#ff9f43', anchor: 'middle' }),
  ];
}

function footer(x: number, y: number, width: number, words: SheetWords): readonly string[] {
  return lines(words.text('footer'), width - 2 * x, 12).map((line, at) =>
    text(x, y + 14 + 16 * at, line, { size: 12, color: '#a9b1ba' }),
  );
}

const require = createRequire(import.meta.url);
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => require.resolve(`dejavu-fonts-ttf/ttf/${name}`));
/** Chinese, of which DejaVu has none: the renderer takes a letter from the first font that has it. */
const HAN_FONT = join(PRODUCT_ROOT, 'cards', 'fonts', 'DroidSansFallback-GB2312.ttf');
let renderer: Promise<readonly Uint8Array[]> | undefined;

/** The WebAssembly module can be initialized once a process; servers have no fonts, so they come along. */
function ready(): Promise<readonly Uint8Array[]> {
  renderer ??= (async () => {
    await initWasm(readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
    return Promise.all([...FONTS, HAN_FONT].map((file) => readFile(file)));
  })();
  return renderer;
}

/** A PNG of about 1900 pixels in width. Takes about a second of the thread that calls it. */
export async function renderContactSheet(input: ContactSheetInput): Promise<Uint8Array> {
  const fontBuffers = [...(await ready())];
  const sheet = new Resvg(contactSheetSvg(input), {
    font: { fontBuffers, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans', loadSystemFonts: false },
  });
  try {
    const image = sheet.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    sheet.free();
  }
}
