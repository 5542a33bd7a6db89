/** Oscillation-index deconvolution as published, one voxel at a time: explicit matrix, explicit SVD, double precision. */
import { singularValues } from '../../src/imaging/pipelines/perfusion/singular-values.ts';

export interface Reference {
  readonly peak: number;
  readonly tmax: number;
  readonly oscillation: number;
  readonly fraction: number;
}

export function referenceDeconvolution(
  artery: readonly number[],
  step: number,
  limit: number,
  window: { readonly earliestSeconds: number; readonly latestSeconds: number },
): (curve: readonly number[]) => Reference {
  const size = 2 * artery.length;
  const padded = Float64Array.from({ length: size }, (_, n) => (artery[n] ?? 0) * step);
  const columns = Array.from({ length: size }, (_, c) =>
    Float64Array.from({ length: size }, (_x, row) => padded[(row - c + size) % size] ?? 0),
  );
  const { values, left, right } = singularValues(columns);
  return (curve) => {
    const projected = left.map((u) => curve.reduce((sum, c, n) => sum + c * (u[n] ?? 0), 0));
    let answer: Reference | undefined;
    for (let percent = 1; percent <= 95; percent++) {
      const residue = new Float64Array(size);
      values.forEach((value, n) => {
        if (value <= (percent / 100) * (values[0] ?? 0)) return;
        const weight = (projected[n] ?? 0) / value;
        right[n]?.forEach((v, m) => (residue[m] = (residue[m] ?? 0) + weight * v));
      });
      answer = { ...readPeak(residue, step, window), oscillation: oscillation(residue), fraction: percent / 100 };
      if (answer.oscillation < limit) return answer;
    }
    if (answer === undefined) throw new Error('no threshold');
    return answer;
  };
}

function oscillation(residue: Float64Array): number {
  let sum = 0;
  for (let n = 2; n < residue.length; n++) {
    sum += Math.abs((residue[n] ?? 0) - 2 * (residue[n - 1] ?? 0) + (residue[n - 2] ?? 0));
  }
  return sum / residue.length / Math.max(...residue);
}

function readPeak(
  residue: Float64Array,
  step: number,
  { earliestSeconds, latestSeconds }: { readonly earliestSeconds: number; readonly latestSeconds: number },
): { peak: number; tmax: number } {
  const size = residue.length;
  let [best, peak] = [0, -Infinity];
  for (let lag = Math.ceil(earliestSeconds / step); lag * step <= latestSeconds; lag++) {
    const value = residue[(lag + size) % size] ?? 0;
    if (value > peak) [best, peak] = [lag, value];
  }
  const [before, after] = [residue[(best - 1 + size) % size] ?? 0, residue[(best + 1 + size) % size] ?? 0];
  const bend = Math.max(2 * peak - before - after, 1e-12);
  const shift = Math.min(0.5, Math.max(-0.5, (after - before) / 2 / bend));
  return { peak: peak + ((after - before) / 4) * shift, tmax: (best + shift) * step };
}
