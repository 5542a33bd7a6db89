/** The graph that runs in production against a plain double-precision implementation, and against curves of known flow. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  circulantInverses,
  plainInverse,
  type ArterialInverses,
} from '../../../../src/imaging/pipelines/perfusion/arterial-inverses.ts';
import { deconvolve, type Deconvolved } from '../../../../src/imaging/pipelines/perfusion/deconvolution.ts';
import { singularValues } from '../../../../src/imaging/pipelines/perfusion/singular-values.ts';
import { createProcessEngine, openModelRegistry } from '../../../../src/inference/index.ts';
import { inProcessEngine } from '../../../support/in-process-engine.ts';
import { referenceDeconvolution } from '../../../support/osvd-reference.ts';
import { arterialCurve, normalNumbers, tissueCurve, type Tissue } from '../../../support/perfusion-curves.ts';

const engine = inProcessEngine();
afterAll(() => engine.close());

const WINDOW = { earliestSeconds: -5, latestSeconds: 40 };
const LIMIT = 0.035;
const MODELS = new URL('../../../../models', import.meta.url);
const TIMES = Array.from({ length: 60 }, (_, n) => n);

const run = (curves: readonly (readonly number[])[], inverses: ArterialInverses, limit = LIMIT): Promise<Deconvolved> =>
  deconvolve(Float32Array.from(curves.flat()), inverses, { engine, oscillationLimit: limit });

describe('the deconvolution graph', () => {
  const artery = arterialCurve({ times: TIMES });
  const inverses = circulantInverses(artery, 1, WINDOW);

  it('gives what the explicit block-circulant SVD gives, on noisy curves of many kinds', async () => {
    const normal = normalNumbers(7);
    const tissues: Tissue[] = [2, 8, 20, 60].flatMap((flow) =>
      [0, 3, 9].flatMap((delay) =>
        ([0, 2] as const).map((dispersion) => ({ flow, volume: flow < 10 ? 1 : 4, delay, dispersion })),
      ),
    );
    const curves = tissues.map((tissue) => {
      const clean = tissueCurve(tissue, { times: TIMES });
      return clean.map((c) => c + 0.004 * normal());
    });
    const reference = referenceDeconvolution(artery, 1, LIMIT, WINDOW);
    const answer = await run(curves, inverses);
    curves.forEach((curve, n) => {
      const expected = reference(curve);
      expect(answer.peak[n], `peak ${n}`).toBeCloseTo(expected.peak, 5);
      expect(answer.tmax[n], `tmax ${n}`).toBeCloseTo(expected.tmax, 2);
      expect(answer.oscillation[n], `oscillation ${n}`).toBeCloseTo(expected.oscillation, 4);
    });
    expect(answer).toMatchObject({ model: { name: 'perfusion' }, ranOn: 'cpu' });
  });

  it('takes more voxels than one batch, in their order, and none at all', async () => {
    const slow = tissueCurve({ flow: 10, volume: 2, delay: 5 }, { times: TIMES });
    const fast = tissueCurve({ flow: 60, volume: 4, delay: 0 }, { times: TIMES });
    const curves = Array.from({ length: 5000 }, (_, n) => (n % 2 === 0 ? slow : fast));
    const { tmax } = await run(curves, inverses);
    expect(tmax).toHaveLength(5000);
    expect(tmax[4998]).toBe(tmax[0]);
    expect(tmax[4999]).toBe(tmax[1]);
    expect((tmax[0] ?? 0) - (tmax[1] ?? 0)).toBeGreaterThan(4);
    expect((await run([], inverses)).peak).toHaveLength(0);
  });

  it('a delay shifts Tmax by itself and leaves the flow, also when the tissue fills before the artery', async () => {
    const at = (delay: number): number[] =>
      tissueCurve({ flow: 40, volume: 4, delay }, { times: TIMES, recirculation: false });
    const delays = [0, 1, 2.5, 4, 6, 8, 10, 14];
    const early = arterialCurve({ times: TIMES, arrival: 11, recirculation: false });
    const { tmax, peak } = await run(
      delays.map(at),
      circulantInverses(arterialCurve({ times: TIMES, recirculation: false }), 1, WINDOW),
    );
    delays.forEach((delay, n) => {
      expect((tmax[n] ?? 0) - (tmax[0] ?? 0), `${delay} s`).toBeCloseTo(delay, 0);
      expect(Math.abs((peak[n] ?? 0) / (peak[0] ?? 1) - 1), `${delay} s`).toBeLessThan(0.1);
    });
    const before = await run([at(0)], circulantInverses(early, 1, WINDOW));
    expect((before.tmax[0] ?? 0) - (tmax[0] ?? 0)).toBeCloseTo(-3, 0);
  });

  it('plain SVD distorts the flow of tissue that fills before the artery, the block-circulant form does not', async () => {
    const late = arterialCurve({ times: TIMES, arrival: 11 });
    const tissue = tissueCurve({ flow: 60, volume: 4, delay: 0 }, { times: TIMES });
    const inTime = tissueCurve({ flow: 60, volume: 4, delay: 0 }, { times: TIMES, arrival: 11 });
    const kept = ({ peak }: Deconvolved): number => (peak[0] ?? 0) / (peak[1] ?? 1);
    const plain = await run([tissue, inTime], plainInverse(late, 1, WINDOW), Infinity);
    const circulant = await run([tissue, inTime], circulantInverses(late, 1, WINDOW));
    expect(Math.abs(kept(plain) - 1)).toBeGreaterThan(0.3);
    expect(kept(circulant)).toBeCloseTo(1, 1);
  });
});

it('singular values: the product of the parts is the matrix, and the vectors are orthonormal', () => {
  const matrix = fc.integer({ min: 1, max: 12 }).chain((n) =>
    fc.array(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: n, maxLength: n }), {
      minLength: n,
      maxLength: n,
    }),
  );
  fc.assert(
    fc.property(matrix, (columns) => {
      const { values, left, right } = singularValues(columns.map((c) => Float64Array.from(c)));
      columns.forEach((column, c) => {
        column.forEach((x, r) => {
          const rebuilt = values.reduce((sum, s, n) => sum + s * (left[n]?.[r] ?? 0) * (right[n]?.[c] ?? 0), 0);
          expect(rebuilt).toBeCloseTo(x, 8);
        });
      });
      right.forEach((v, a) => {
        right.forEach((w, b) => {
          expect(v.reduce((sum, x, n) => sum + x * (w[n] ?? 0), 0)).toBeCloseTo(a === b ? 1 : 0, 8);
        });
      });
      expect([...values]).toEqual([...values].sort((a, b) => b - a));
    }),
    { numRuns: 60 },
  );
});

it('runs the same in a child process, where the product runs it', async () => {
  const registry = await openModelRegistry({ directory: fileURLToPath(MODELS), providers: ['cpu'] });
  const model = registry.get('perfusion');
  if (model === undefined) throw new Error('the perfusion graph is not verified');
  const child = createProcessEngine({ models: [model], providers: ['cpu'] });
  const curves = Float32Array.from(
    [2, 7].flatMap((delay) => tissueCurve({ flow: 30, volume: 3, delay }, { times: TIMES })),
  );
  const inverses = circulantInverses(arterialCurve({ times: TIMES }), 1, WINDOW);
  try {
    const there = await deconvolve(curves, inverses, { engine: child, oscillationLimit: LIMIT });
    const here = await deconvolve(curves, inverses, { engine, oscillationLimit: LIMIT });
    expect(there.tmax).toEqual(here.tmax);
    expect(there).toMatchObject({ model: here.model, ranOn: 'cpu' });
  } finally {
    await child.close();
    await registry.close();
  }
});

const OSIPI = new URL('../../../../../shared/data/osipi-dsc/dsc_data.csv', import.meta.url);

describe.skipIf(!existsSync(OSIPI))(
  'the reference curves of OSIPI beside the checkout (../shared/data/osipi-dsc)',
  () => {
    const rows: Record<string, string>[] = existsSync(OSIPI) ? parse(readFileSync(OSIPI), { columns: true }) : [];
    const numbers = (text = ''): number[] => text.trim().split(/\s+/).map(Number);
    const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

    it('are there', () => {
      expect(rows).toHaveLength(14);
    });

    it.each(rows)('$label: volume within 10 % or 1, flow within 10 % or 15', async (row) => {
      const [tissue, artery, step] = [numbers(row['C_tis']), numbers(row['C_aif']), Number(row['tr'])];
      // Contrast to noise is 200 here: the regularization may be weaker than for images.
      const { peak } = await run([tissue], circulantInverses(artery, step, WINDOW), 0.065);
      const [volume, flow] = [(100 * sum(tissue)) / sum(artery), 6000 * (peak[0] ?? 0)];
      const [trueVolume, trueFlow] = [Number(row['cbv']), Number(row['cbf'])];
      expect(Math.abs(volume - trueVolume)).toBeLessThanOrEqual(Math.max(1, 0.1 * trueVolume));
      expect(Math.abs(flow - trueFlow)).toBeLessThanOrEqual(Math.max(15, 0.1 * trueFlow));
    });

    it('a patch of arterial curves that differ by whole samples: Tmax tells the shift', async () => {
      const file = readFileSync(new URL('test_concentration.nii', OSIPI));
      const [width, times, start] = [25 * 25, 40, file.readFloatLE(108)];
      const curves = Array.from({ length: width }, (_, voxel) =>
        Array.from({ length: times }, (_x, time) => file.readDoubleLE(start + 8 * (time * width + voxel))),
      );
      const rising = curves.map((curve) => curve.findIndex((c) => c > 0.2));
      const first = rising.indexOf(Math.min(...rising));
      const { tmax, peak } = await run(curves, circulantInverses(curves[first] ?? [], 1, WINDOW));
      rising.forEach((at, voxel) => {
        const shift = at - (rising[first] ?? 0);
        expect(Math.abs((tmax[voxel] ?? NaN) - (tmax[first] ?? NaN) - shift), `voxel ${voxel}`).toBeLessThan(0.5);
        expect(peak[voxel]).toBeGreaterThan(0);
      });
    });
  },
);
