/** One picture of a result for a person: slices with regions, maps with color bars, numbers with intervals. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { toIso, type ImagingFinding, type Instant, type QualityRemark } from '../../../case/index.ts';
import { refusalOf, type Curve, type ResultState } from '../result.ts';
import { curvesPanel, findingsPanel, qualityPanel } from './side-panel.ts';
import { sliceRows, type SlicesInput } from './slice-rows.ts';
import { lines, rect, svg, text } from './svg.ts';

export interface ContactSheetInput extends SlicesInput {
  /** 'Perfusion, CT' */
  readonly title: string;
  /** Software and series, one line: 'perfusion 1.0.0 on cpu'. No patient data. The times of the findings follow it. */
  readonly subtitle: string;
  readonly state: ResultState;
  readonly findings: readonly ImagingFinding[];
  readonly quality: readonly QualityRemark[];
  readonly curves: readonly Curve[];
  /** Words of a remark's code; the code itself where it has none. */
  readonly words: (code: string) => string;
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
  const findings = findingsPanel(x, TOP, panelWidth, input.findings);
  const quality = qualityPanel(x, findings.bottom + 8, panelWidth, input.quality, input.words);
  const curves = curvesPanel(x, quality.bottom + 8, panelWidth, 250, input.curves);
  const bottom = Math.max(rows.bottom, curves.bottom) + 8;
  return svg(width, Math.ceil(bottom + 46), [
    ...header(width, input),
    ...rows.svg,
    ...findings.svg,
    ...quality.svg,
    ...curves.svg,
    ...footer(EDGE, bottom, width),
  ]);
}

const BADGE = { width: 330, height: 44 } as const;

/** 'acquired 2026-11-28 13:58 UTC · analyzed 2026-11-28 14:05 UTC' */
function times([finding]: readonly ImagingFinding[]): readonly string[] {
  if (finding === undefined) return [];
  const minutes = (at: Instant): string => `${toIso(at).slice(0, 16).replace('T', ' ')} UTC`;
  const { acquiredAt, foundAt } = finding;
  const acquired = acquiredAt === null ? 'time of acquisition unknown' : `acquired ${minutes(acquiredAt)}`;
  return [acquired, `analyzed ${minutes(foundAt)}`];
}

function header(width: number, input: ContactSheetInput): readonly string[] {
  const { state, quality, words } = input;
  const title = input.title.charAt(0).toUpperCase() + input.title.slice(1);
  const x = width - EDGE - BADGE.width;
  const shown =
    state === 'refused'
      ? `${title}: refused, ${words(refusalOf(quality) ?? 'unknown')}`
      : state === 'preliminary'
        ? `${title}: preliminary, more images may come`
        : title;
  return [
    text(EDGE, 44, shown, { size: 26, bold: true, ...(state === 'refused' ? { color: '#ff5d5d' } : {}) }),
    text(EDGE, 70, [input.subtitle, ...times(input.findings)].join(' · '), { size: 14, color: '#a9b1ba' }),
    rect(x, 22, BADGE.width, BADGE.height, 'rx="4" fill="none" stroke="#ff9f43" stroke-width="2"'),
    text(x + BADGE.width / 2, 42, 'FOR RESEARCH USE', { size: 17, bold: true, color: '#ff9f43', anchor: 'middle' }),
    text(x + BADGE.width / 2, 59, 'computed, not reviewed by a physician', {
      size: 12,
      color: '#ff9f43',
      anchor: 'middle',
    }),
  ];
}

function footer(x: number, y: number, width: number): readonly string[] {
  const said =
    'Seen from the feet: R is the right side of the patient, on the left of each picture; front at the top. Feet to head from left to right; z counts upward. Black on maps: nothing was measured there. Not a diagnosis, not a medical device.';
  return lines(said, width - 2 * x, 12).map((line, at) =>
    text(x, y + 14 + 16 * at, line, { size: 12, color: '#a9b1ba' }),
  );
}

const require = createRequire(import.meta.url);
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
let renderer: Promise<readonly Uint8Array[]> | undefined;

/** The WebAssembly module can be initialized once a process; servers have no fonts, so two come along. */
function ready(): Promise<readonly Uint8Array[]> {
  renderer ??= (async () => {
    await initWasm(readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
    return Promise.all(FONTS.map((name) => readFile(require.resolve(`dejavu-fonts-ttf/ttf/${name}`))));
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
