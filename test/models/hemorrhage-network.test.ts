/** The shipped hemorrhage network in the engine of the product: shapes, batches, and a bleeding that nobody could miss. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { openModelRegistry } from '../../src/inference/index.ts';
import { inProcessEngine } from '../support/in-process-engine.ts';

const engine = inProcessEngine();
afterAll(() => engine.close());

const MODELS = new URL('../../models/', import.meta.url);
const MANIFEST = new URL('hemorrhage/model.json', MODELS);
const shipped = existsSync(MANIFEST);
interface Manifest {
  readonly classes: readonly string[];
  readonly thresholds: readonly { readonly name: string; readonly value: number }[];
}
const manifest: Manifest = shipped
  ? (JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest)
  : { classes: [], thresholds: [] };
const threshold = (name: string): number => {
  const found = manifest.thresholds.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no threshold ${name}`);
  return found.value;
};

/** A head of ellipses: air, scalp, skull, brain, two ventricles; with `bloodMm` a ball of 65 HU right of the middle. */
function head(slices: number, rows: number, columns: number, bloodMm: number): Float32Array {
  const hu = new Float32Array(slices * 3 * rows * columns);
  let at = 0;
  for (let plane = 0; plane < slices * 3; plane++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        const y = (row - (rows - 1) / 2) * 1.2;
        const x = (column - (columns - 1) / 2) * 1.2;
        const r = Math.hypot(y / 88, x / 70);
        const noise = 2 * Math.sin(at * 12.9898) * Math.cos(at * 4.1414);
        let value = r > 1 ? -1000 : r > 0.95 ? 20 : r > 0.87 ? 900 : r > 0.84 ? 8 : 31;
        if (Math.hypot((y + 8) / 22, (Math.abs(x) - 10) / 5) < 1) value = 7;
        if (Math.hypot(y - 5, x + 30) < bloodMm) value = 65;
        hu[at] = value + noise;
      }
    }
  }
  return hu;
}

async function probability(hu: Float32Array, slices: number, rows: number, columns: number) {
  const answer = await engine.infer(
    { model: 'hemorrhage', inputs: [{ name: 'hu', datatype: 'FP32', shape: [slices, 3, rows, columns], data: hu }] },
    { timeoutMs: 60_000 },
  );
  const output = answer.outputs.find(({ name }) => name === 'probability');
  if (output === undefined) throw new Error('no output');
  return { shape: output.shape, data: output.data as Float32Array };
}

/** Voxels of the first slice whose classes of blood together reach the threshold. */
function bloodVoxels(data: Float32Array, area: number): number {
  let count = 0;
  for (let voxel = 0; voxel < area; voxel++) {
    let sum = 0;
    for (let label = 1; label <= 4; label++) sum += data[label * area + voxel] ?? 0;
    if (sum >= threshold('bloodProbability')) count++;
  }
  return count;
}

// Until a network that holds on real scans is shipped there is nothing to run.
describe.skipIf(!shipped)('the hemorrhage network', () => {
  it('is installed and verified', async () => {
    const registry = await openModelRegistry({ directory: MODELS.pathname, providers: ['cpu'] });
    const report = registry.reports.find(({ name }) => name === 'hemorrhage');
    expect(report).toMatchObject({ kind: 'imaging', state: 'verified' });
  });

  it.each([
    [1, 160, 128],
    [3, 192, 160],
    [2, 64, 48],
  ])('answers %i slices of %i x %i with probabilities that add up to one', async (slices, rows, columns) => {
    const { shape, data } = await probability(head(slices, rows, columns, 0), slices, rows, columns);
    expect(shape).toEqual([slices, manifest.classes.length, rows, columns]);
    const area = rows * columns;
    for (const voxel of [0, area >> 1, area - 1]) {
      let sum = 0;
      for (let label = 0; label < manifest.classes.length; label++) sum += data[label * area + voxel] ?? 0;
      expect(sum).toBeCloseTo(1, 4);
    }
  });

  it('marks a large bleeding about as large as it is, and nothing like it without', async () => {
    const [rows, columns] = [160, 128];
    const area = rows * columns;
    const truth = (Math.PI * 18 ** 2) / 1.2 ** 2;
    const bleeding = await probability(head(1, rows, columns, 18), 1, rows, columns);
    const without = await probability(head(1, rows, columns, 0), 1, rows, columns);
    expect(bloodVoxels(bleeding.data, area)).toBeGreaterThan(0.7 * truth);
    expect(bloodVoxels(bleeding.data, area)).toBeLessThan(1.5 * truth);
    expect(bloodVoxels(without.data, area)).toBeLessThan(0.05 * truth);
  });
});
