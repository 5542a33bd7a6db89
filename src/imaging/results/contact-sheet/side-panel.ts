/** The right side of the sheet: findings with intervals, quality remarks, curves. */
import type { ImagingFinding, QualityRemark } from '../../../case/index.ts';
import type { Curve } from '../result.ts';
import { lines, rect, text } from './svg.ts';
import { capitalized, type SheetWords } from './words.ts';

export interface Panel {
  readonly svg: readonly string[];
  /** Where the next part may begin. */
  readonly bottom: number;
}

const MUTED = '#a9b1ba';

export function heading(x: number, y: number, width: number, title: string): readonly string[] {
  return [text(x, y, title, { size: 17, bold: true }), rect(x, y + 8, width, 1, 'fill="#3c444d"')];
}

export function findingsPanel(
  x: number,
  top: number,
  width: number,
  findings: readonly ImagingFinding[],
  words: SheetWords,
): Panel {
  const svg = [...heading(x, top + 16, width, words.text('findings'))];
  let y = top + 48;
  for (const finding of findings) {
    const { value, detail, ...line } = words.finding(finding);
    const name = capitalized(line.name);
    svg.push(text(x, y, name, { size: 15 }));
    // A list of regions is longer than what is left beside its name.
    const fits = lines(`${name}  ${value}`, width, 17).length === 1;
    for (const line of fits ? [value] : lines(value, width, 17)) {
      if (!fits) y += 22;
      svg.push(text(x + width, y, line, { size: 17, bold: true, anchor: 'end' }));
    }
    if (detail !== '') {
      y += 18;
      svg.push(text(x + width, y, detail, { size: 13, color: MUTED, anchor: 'end' }));
    }
    y += 27;
  }
  if (findings.length === 0) {
    svg.push(text(x, y, words.text('none'), { size: 15, color: MUTED }));
    y += 27;
  }
  const bases = [
    ...new Set(findings.flatMap(({ interval }) => (interval === null ? [] : words.basis(interval.basis)))),
  ];
  if (bases.length > 0) {
    for (const line of lines(words.text('intervals', { bases: bases.join('; ') }), width, 12)) {
      svg.push(text(x, y, line, { size: 12, color: MUTED }));
      y += 16;
    }
  }
  return { svg, bottom: y + 8 };
}

const SEVERITY_COLORS: Readonly<Record<QualityRemark['severity'], string>> = {
  note: '#8ec5ff',
  limits: '#ffcd28',
  refuses: '#ff5d5d',
};

export function qualityPanel(
  x: number,
  top: number,
  width: number,
  quality: readonly QualityRemark[],
  words: SheetWords,
): Panel {
  const svg = [...heading(x, top + 16, width, words.text('quality'))];
  let y = top + 46;
  if (quality.length === 0) {
    svg.push(text(x, y, words.text('no-remarks'), { size: 14, color: MUTED }));
    y += 20;
  }
  for (const { code, severity, figures } of quality) {
    const color = SEVERITY_COLORS[severity];
    const measured = Object.entries(figures).map(([name, value]) => words.figure(name, value));
    const remark = words.remark(code);
    const said =
      measured.length === 0 ? remark : words.text('measured', { said: remark, figures: measured.join(', ') });
    svg.push(text(x, y, words.text(`severity.${severity}`), { size: 13, bold: true, color }));
    for (const line of lines(said, width - 70, 13)) {
      svg.push(text(x + 70, y, line, { size: 13 }));
      y += 18;
    }
    y += 4;
  }
  return { svg, bottom: y + 8 };
}

const CURVE_COLORS = ['#ff6b6b', '#4dabf7', '#69db7c', '#ffd43b'];

export function curvesPanel(
  x: number,
  top: number,
  width: number,
  height: number,
  curves: readonly Curve[],
  words: SheetWords,
): Panel {
  const drawn = curves.filter(({ seconds }) => seconds.length > 1);
  if (drawn.length === 0) return { svg: [], bottom: top };
  const svg = [...heading(x, top + 16, width, words.text('curves'))];
  const [left, right, upper, lower] = [x + 40, x + width - 6, top + 40, top + height - 60];
  const times = drawn.flatMap(({ seconds }) => seconds);
  const values = drawn.flatMap((curve) => curve.values).filter(Number.isFinite);
  const [t0, t1] = [Math.min(...times), Math.max(...times)];
  const [v0, v1] = [Math.min(0, ...values), Math.max(...values)];
  const px = (t: number): number => left + ((t - t0) / (t1 - t0 || 1)) * (right - left);
  const py = (v: number): number => lower - ((v - v0) / (v1 - v0 || 1)) * (lower - upper);
  svg.push(rect(left, upper, right - left, lower - upper, 'fill="#181b1f" stroke="#3c444d"'));
  for (const v of [v0, v1]) {
    svg.push(text(left - 5, py(v) + 4, String(Math.round(v)), { size: 11, color: MUTED, anchor: 'end' }));
  }
  for (const t of [t0, (t0 + t1) / 2, t1]) {
    svg.push(text(px(t), lower + 15, `${Math.round(t)} s`, { size: 11, color: MUTED, anchor: 'middle' }));
  }
  drawn.forEach(({ name, seconds, values: own, voxel }, at) => {
    const color = CURVE_COLORS[at % CURVE_COLORS.length] ?? '#fff';
    const points = seconds.map((t, i) => `${px(t).toFixed(1)},${py(own[i] ?? 0).toFixed(1)}`).join(' ');
    const y = lower + 33 + 17 * at;
    const curve = words.named('curve', name);
    const label = voxel === null ? curve : words.text('curve-voxel', { curve, voxel: voxel.join(' ') });
    svg.push(
      `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="2"/>`,
      rect(left, y - 8, 16, 3, `fill="${color}"`),
      text(left + 22, y - 2, label, { size: 12 }),
    );
  });
  return { svg, bottom: lower + 40 + 17 * drawn.length };
}
