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

/** Width of text in units of its size: close enough to break lines by. */
const LETTER = 0.56;

/** Breaks at spaces; a word longer than a line is left as it is. */
export function lines(content: string, width: number, size: number): readonly string[] {
  const most = Math.max(8, Math.floor(width / (size * LETTER)));
  const broken: string[] = [];
  for (const word of content.split(/\s+/)) {
    const last = broken.at(-1);
    if (last !== undefined && last.length + word.length < most) broken[broken.length - 1] = `${last} ${word}`;
    else broken.push(word);
  }
  return broken;
}

export function svg(width: number, height: number, content: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans">${rect(0, 0, width, height, 'fill="#101214"')}${content.join('')}</svg>`;
}
