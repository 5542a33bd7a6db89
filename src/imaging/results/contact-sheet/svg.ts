/** Pieces of SVG. */
import { encode } from 'fast-png';
import type { Tile } from './tile.ts';

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${String(c.charCodeAt(0))};`).replace(/[^\t\n\x20-\u{10ffff}]/gu, ' ');

export interface TextStyle {
  readonly size: number;
  readonly color?: string;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Outline that keeps it readable on an image. */
  readonly halo?: boolean;
}

/** @param y of the base line */
export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, color = '#e8e8e8', bold = false, anchor = 'start', halo = false } = style;
  const outline = halo ? ' stroke="#000" stroke-width="3" paint-order="stroke"' : '';
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${color}" text-anchor="${anchor}"${weight}${outline}>${escapeXml(content)}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, attributes: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" ${attributes}/>`;
}

export function picture(x: number, y: number, side: number, { pixels, rgb }: Tile): string {
  const png = encode({ width: pixels, height: pixels, data: rgb, channels: 3 }, { zlib: { level: 1 } });
  const data = Buffer.from(png).toString('base64');
  return `<image x="${x}" y="${y}" width="${side}" height="${side}" xlink:href="data:image/png;base64,${data}"/>`;
}

/** Width of a letter in units of its size, and of a Chinese one: close enough to break lines by. */
const LETTER = 0.56;
const HAN = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]/u;
/** What stays together: a word, or one Chinese character; with what closes it, and the space before it. */
const PIECES =
  /\s*(?:[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+)[，。、；：！？）”]*/gu;

const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, letter) => sum + (HAN.test(letter) ? 1 : LETTER), 0);

/** Breaks between words and between Chinese characters; a word longer than a line is left as it is. */
export function lines(content: string, width: number, size: number): readonly string[] {
  const most = Math.max(8 * LETTER, width / size);
  const broken: string[] = [];
  for (const piece of content.match(PIECES) ?? []) {
    const last = broken.at(-1);
    if (last !== undefined && widthOf(last + piece) <= most) broken[broken.length - 1] = last + piece;
    else broken.push(piece.trimStart());
  }
  return broken;
}

export function svg(width: number, height: number, content: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans">${rect(0, 0, width, height, 'fill="#101214"')}${content.join('')}</svg>`;
}
