/**
 * Truncated inverses of the arterial input: what the deconvolution graph applies to every voxel.
 * Block-circulant (Wu 2003, Magn Reson Med 50:164): the matrix is circulant, so its singular values are the magnitudes of
 * the discrete Fourier transform of the padded input and truncation drops frequencies; delay then only shifts the residue
 * function. Plain (Østergaard 1996, Magn Reson Med 36:715): lower triangular, blind to tissue that fills before the artery.
 */
import { singularValues } from './singular-values.ts';

export interface ArterialInverses {
  /** residue[lag] = Σ curve[time] · values[(time · candidates + candidate) · lags + lag] */
  readonly values: Float32Array;
  readonly times: number;
  readonly candidates: number;
  readonly lags: number;
  /** Time of each point of the residue function in s; negative where the circle wraps. */
  readonly lagSeconds: Float32Array;
  /** 1 where the peak may lie. */
  readonly allowed: Float32Array;
  /** Singular values below this share of the largest are dropped, by candidate; ascending. */
  readonly fractions: readonly number[];
}

export interface LagWindow {
  /** Tissue may fill this much before the chosen artery. */
  readonly earliestSeconds: number;
  readonly latestSeconds: number;
}

/** Weakest to strongest; a step that drops nothing more is left out. */
const FRACTIONS = Array.from({ length: 95 }, (_, at) => (at + 1) / 100);

/**
 * @param artery concentration at regular times from 0, without NaN
 * @param stepSeconds between two of them
 */
export function circulantInverses(artery: readonly number[], stepSeconds: number, window: LagWindow): ArterialInverses {
  const times = artery.length;
  const lags = 2 * times;
  const { re, im } = transform(artery, lags, stepSeconds);
  const magnitude = re.map((x, f) => Math.hypot(x, im[f] ?? 0));
  const largest = magnitude.reduce((a, b) => Math.max(a, b), 0);
  const dropped = (fraction: number): number => magnitude.filter((m) => m <= fraction * largest).length;
  const fractions = FRACTIONS.filter((p, at) => at === 0 || dropped(p) !== dropped(FRACTIONS[at - 1] ?? 0));
  const values = new Float32Array(times * fractions.length * lags);
  fractions.forEach((fraction, candidate) => {
    const kernel = inverseKernel(re, im, (f) => (magnitude[f] ?? 0) > fraction * largest, lags);
    for (let time = 0; time < times; time++) {
      const row = (time * fractions.length + candidate) * lags;
      for (let lag = 0; lag < lags; lag++) values[row + lag] = kernel[(lag - time + lags) % lags] ?? 0;
    }
  });
  const wrapsAfter = (lags - 1) * stepSeconds + window.earliestSeconds;
  const lagSeconds = Float32Array.from({ length: lags }, (_, lag) =>
    lag * stepSeconds > wrapsAfter ? (lag - lags) * stepSeconds : lag * stepSeconds,
  );
  return {
    values,
    times,
    candidates: fractions.length,
    lags,
    lagSeconds,
    allowed: within(lagSeconds, window),
    fractions,
  };
}

/** One candidate, for comparison with the block-circulant form: its Tmax and flow depend on delay. */
export function plainInverse(
  artery: readonly number[],
  stepSeconds: number,
  window: LagWindow,
  fraction = 0.2,
): ArterialInverses {
  const times = artery.length;
  const columns = artery.map((_, column) =>
    Float64Array.from(artery, (_x, row) => (row < column ? 0 : (artery[row - column] ?? 0) * stepSeconds)),
  );
  const decomposed = singularValues(columns);
  const largest = decomposed.values[0] ?? 0;
  const values = new Float32Array(times * times);
  decomposed.values.forEach((value, at) => {
    if (value <= fraction * largest) return;
    const [left, right] = [decomposed.left[at], decomposed.right[at]];
    for (let time = 0; time < times; time++) {
      const weight = (left?.[time] ?? 0) / value;
      for (let lag = 0; lag < times; lag++) {
        values[time * times + lag] = (values[time * times + lag] ?? 0) + weight * (right?.[lag] ?? 0);
      }
    }
  });
  const lagSeconds = Float32Array.from({ length: times }, (_, lag) => lag * stepSeconds);
  return {
    values,
    times,
    candidates: 1,
    lags: times,
    lagSeconds,
    allowed: within(lagSeconds, window),
    fractions: [fraction],
  };
}

function within(lagSeconds: Float32Array, { earliestSeconds, latestSeconds }: LagWindow): Float32Array {
  return lagSeconds.map((s) => (s >= earliestSeconds && s <= latestSeconds ? 1 : 0));
}

/** Discrete Fourier transform of the padded input, in units of its area. */
function transform(artery: readonly number[], lags: number, step: number): { re: Float64Array; im: Float64Array } {
  const [re, im] = [new Float64Array(lags), new Float64Array(lags)];
  for (let f = 0; f < lags; f++) {
    artery.forEach((value, time) => {
      const angle = (-2 * Math.PI * ((f * time) % lags)) / lags;
      re[f] = (re[f] ?? 0) + value * step * Math.cos(angle);
      im[f] = (im[f] ?? 0) + value * step * Math.sin(angle);
    });
  }
  return { re, im };
}

/** First column of the truncated inverse, which is circulant too. */
function inverseKernel(re: Float64Array, im: Float64Array, kept: (f: number) => boolean, lags: number): Float64Array {
  const kernel = new Float64Array(lags);
  for (let f = 0; f < lags; f++) {
    if (!kept(f)) continue;
    const [a, b] = [re[f] ?? 0, im[f] ?? 0];
    const power = (a * a + b * b) * lags;
    for (let at = 0; at < lags; at++) {
      const angle = (2 * Math.PI * ((f * at) % lags)) / lags;
      // Real part of exp(i angle) / (a + i b); the imaginary parts of f and -f cancel.
      kernel[at] = (kernel[at] ?? 0) + (a * Math.cos(angle) + b * Math.sin(angle)) / power;
    }
  }
  return kernel;
}
