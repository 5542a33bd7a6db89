/** What tells arteries, veins and tissue apart in a concentration curve. */

export interface CurveShape {
  readonly peak: number;
  /** Index of the peak. */
  readonly peakAt: number;
  /** First rise above a tenth of the peak, as a fraction of an index. */
  readonly arrival: number;
  /** From a tenth to half of the peak, in indices. */
  readonly rise: number;
  /** Width at half of the peak in indices; up to the end where the curve does not fall that far. */
  readonly width: number;
  /** Sum over the whole curve. */
  readonly area: number;
  /** Share of the peak that is left at the end (mean of the last three points). */
  readonly remainder: number;
}

export function curveShape(curve: ArrayLike<number>, offset = 0, length = curve.length): CurveShape {
  const value = (n: number): number => curve[offset + n] ?? 0;
  let [peakAt, area] = [0, 0];
  for (let n = 0; n < length; n++) {
    area += value(n);
    if (value(n) > value(peakAt)) peakAt = n;
  }
  const peak = value(peakAt);
  const rising = crossing(value, peakAt, 0, peak / 2);
  const arrival = crossing(value, peakAt, 0, peak / 10);
  const tail = [1, 2, 3].reduce((sum, back) => sum + value(length - back), 0) / 3;
  return {
    peak,
    peakAt,
    arrival,
    rise: rising - arrival,
    width: crossing(value, peakAt, length - 1, peak / 2) - rising,
    area,
    remainder: peak > 0 ? tail / peak : 0,
  };
}

/** Where the curve falls below `level` on the way from its peak to `end`. */
function crossing(value: (n: number) => number, peakAt: number, end: number, level: number): number {
  const step = end < peakAt ? -1 : 1;
  for (let n = peakAt; n !== end; n += step) {
    const [here, there] = [value(n), value(n + step)];
    if (there < level) return n + (step * (here - level)) / Math.max(here - there, 1e-12);
  }
  return end;
}
