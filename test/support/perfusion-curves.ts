/**
 * Curves of a digital perfusion phantom. Arterial input: gamma variate with alpha 3 and beta 1.5 s (Østergaard 1996, Wu
 * 2003) and a second pass of about a third (recirculation). Tissue: its convolution with a residue function of known
 * flow, volume, delay and, where asked for, exponential dispersion in the artery (Calamante 2000).
 */

export type ResidueShape = 'exponential' | 'box' | 'linear';

export interface Tissue {
  /** mL/100 mL/min */
  readonly flow: number;
  /** mL/100 mL */
  readonly volume: number;
  /** s after the artery */
  readonly delay: number;
  /** Time constant of the exponential vascular transport function in s; 0 for none. */
  readonly dispersion?: number;
  readonly shape?: ResidueShape;
}

export interface Sampling {
  /** When the curve is read, s. */
  readonly times: readonly number[];
  /** Arrival of contrast in the artery, s. */
  readonly arrival?: number;
  readonly recirculation?: boolean;
}

/** Step of the numerical convolution, s. */
const FINE = 0.05;
const ALPHA = 3;
const BETA = 1.5;

/** Peak 1; same arrival for artery and tissue. */
export function arterialCurve({ times, arrival = 8, recirculation = true }: Sampling): number[] {
  const fine = fineArtery(lengthOf(times), arrival, recirculation);
  return times.map((t) => at(fine, t));
}

export function tissueCurve(tissue: Tissue, { times, arrival = 8, recirculation = true }: Sampling): number[] {
  const length = lengthOf(times);
  const fine = convolve(fineArtery(length, arrival, recirculation), residue(tissue, length));
  return times.map((t) => (at(fine, t) * tissue.flow) / 6000);
}

/** The venous side: all tissue passed, no loss; later and broader than the artery. */
export function venousCurve(sampling: Sampling, delay = 5, transit = 4): number[] {
  return tissueCurve({ flow: 6000 / transit, volume: 100, delay, shape: 'exponential' }, sampling);
}

export function meanTransitSeconds({ flow, volume }: Pick<Tissue, 'flow' | 'volume'>): number {
  return (60 * volume) / flow;
}

/** Deterministic numbers from 0 to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normal deviates of mean 0 and deviation 1 (Box–Muller). */
export function normalNumbers(seed: number): () => number {
  const random = randomNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const lengthOf = (times: readonly number[]): number => Math.ceil(Math.max(...times) / FINE) + 2;

function at(fine: Float64Array, seconds: number): number {
  if (seconds < 0) return 0;
  const index = Math.floor(seconds / FINE);
  const part = seconds / FINE - index;
  return (fine[index] ?? 0) * (1 - part) + (fine[index + 1] ?? 0) * part;
}

function fineArtery(length: number, arrival: number, recirculation: boolean): Float64Array {
  const top = gamma(ALPHA * BETA);
  const first = Float64Array.from({ length }, (_, n) => gamma(n * FINE - arrival) / top);
  if (!recirculation) return first;
  const spread = Float64Array.from({ length }, (_, n) => Math.exp((-n * FINE) / 8) / 8);
  const second = convolve(
    Float64Array.from({ length }, (_, n) => gamma(n * FINE - arrival - 12) / top),
    spread,
  );
  return first.map((x, n) => x + 0.3 * (second[n] ?? 0));
}

const gamma = (t: number): number => (t <= 0 ? 0 : t ** ALPHA * Math.exp(-t / BETA));

/** Starts at 1 without dispersion. */
function residue({ flow, volume, delay, dispersion = 0, shape = 'exponential' }: Tissue, length: number): Float64Array {
  const transit = meanTransitSeconds({ flow, volume });
  const plain = Float64Array.from({ length }, (_, n) => {
    const t = n * FINE - delay;
    if (t < -FINE / 2) return 0;
    if (shape === 'exponential') return Math.exp(-Math.max(t, 0) / transit);
    if (shape === 'box') return t < transit ? 1 : 0;
    return Math.max(0, 1 - t / (2 * transit));
  });
  if (dispersion === 0) return plain;
  return convolve(
    plain,
    Float64Array.from({ length }, (_, n) => Math.exp((-n * FINE) / dispersion) / dispersion),
  );
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let n = 0; n < a.length; n++) {
    const x = a[n] ?? 0;
    if (x === 0) continue;
    for (let m = 0; m + n < out.length; m++) out[n + m] = (out[n + m] ?? 0) + x * (b[m] ?? 0) * FINE;
  }
  return out;
}
