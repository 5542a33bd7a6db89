/** Discrimination and calibration of probabilities against outcomes. Nothing is said where the numbers are too small. */

export interface Judged {
  readonly probability: number;
  readonly event: boolean;
}

export interface Bin {
  readonly count: number;
  readonly predicted: number;
  readonly observed: number;
}

export interface Calibration {
  readonly count: number;
  readonly events: number;
  readonly meanPredicted: number;
  readonly observed: number;
  /** 95 %, Wilson. */
  readonly observedInterval: readonly [number, number];
  readonly brier: number;
  /** Null below ten events or ten others. */
  readonly auroc: number | null;
  /** Of the logistic recalibration; 1 is right, below 1 too extreme. Null below ten events or ten others. */
  readonly slope: number | null;
  /** Logit of observed over expected with slope 1: calibration in the large; 0 is right. */
  readonly intercept: number | null;
  /** Fifths by predicted risk; empty below 50. */
  readonly bins: readonly Bin[];
}

const ENOUGH = 10;
const ENOUGH_FOR_BINS = 50;
const BINS = 5;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** @returns null without any judged prediction */
export function calibrationOf(judged: readonly Judged[]): Calibration | null {
  const count = judged.length;
  if (count === 0) return null;
  const events = judged.filter(({ event }) => event).length;
  const enough = Math.min(events, count - events) >= ENOUGH;
  return {
    count,
    events,
    meanPredicted: sum(judged.map(({ probability }) => probability)) / count,
    observed: events / count,
    observedInterval: wilson(events, count),
    brier: sum(judged.map(({ probability, event }) => (probability - (event ? 1 : 0)) ** 2)) / count,
    auroc: enough ? auroc(judged) : null,
    slope: enough ? recalibration(judged, true).slope : null,
    intercept: enough ? recalibration(judged, false).intercept : null,
    bins: count < ENOUGH_FOR_BINS ? [] : binsOf(judged),
  };
}

/** Area under the ROC curve by ranks; ties count half. */
export function auroc(judged: readonly Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.probability - b.probability);
  let rankSum = 0;
  let events = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end]?.probability === sorted[start]?.probability) end += 1;
    const tied = sorted.slice(start, end).filter(({ event }) => event).length;
    rankSum += (tied * (start + 1 + end)) / 2;
    events += tied;
    start = end;
  }
  return (rankSum - (events * (events + 1)) / 2) / (events * (sorted.length - events));
}

/** Wilson's interval of a proportion (Wilson 1927). */
export function wilson(events: number, count: number): readonly [number, number] {
  const z = 1.959964;
  const p = events / count;
  const center = (p + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((p * (1 - p)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(center - half, 0), Math.min(center + half, 1)];
}

const EDGE = 1e-6;
const logit = (p: number): number => {
  const inside = Math.min(Math.max(p, EDGE), 1 - EDGE);
  return Math.log(inside / (1 - inside));
};

/** Logistic regression of the outcome on the logit of the prediction, by Newton's method with step halving. */
function recalibration(
  judged: readonly Judged[],
  freeSlope: boolean,
): { readonly intercept: number; readonly slope: number } {
  const rows = judged.map(({ probability, event }) => ({ x: logit(probability), y: event ? 1 : 0 }));
  const loss = (a: number, b: number): number =>
    sum(rows.map(({ x, y }) => Math.log1p(Math.exp(-Math.abs(a + b * x))) + Math.max(a + b * x, 0) - y * (a + b * x)));
  let [a, b] = [0, 1];
  for (let round = 0; round < 50; round += 1) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
    for (const { x, y } of rows) {
      const p = 1 / (1 + Math.exp(-(a + b * x)));
      const w = p * (1 - p);
      ga += p - y;
      gb += (p - y) * x;
      haa += w;
      hab += w * x;
      hbb += w * x * x;
    }
    const determinant = haa * hbb - hab * hab;
    const free = freeSlope && determinant > 1e-12;
    const [da, db] = free
      ? [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant]
      : [ga / Math.max(haa, 1e-12), 0];
    let step = 1;
    while (step > 1e-6 && loss(a - step * da, b - step * db) > loss(a, b)) step /= 2;
    a -= step * da;
    b -= step * db;
    if (Math.abs(da) + Math.abs(db) < 1e-9) break;
  }
  return { intercept: a, slope: b };
}

function binsOf(judged: readonly Judged[]): Bin[] {
  const sorted = judged.toSorted((x, y) => x.probability - y.probability);
  return Array.from({ length: BINS }, (_, i) => {
    const part = sorted.slice(Math.floor((i * sorted.length) / BINS), Math.floor(((i + 1) * sorted.length) / BINS));
    return {
      count: part.length,
      predicted: sum(part.map(({ probability }) => probability)) / part.length,
      observed: part.filter(({ event }) => event).length / part.length,
    };
  });
}
