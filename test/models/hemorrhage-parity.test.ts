/** The product makes of an answer of the hemorrhage network what its training makes of it: parts, features, second look, labels. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Point } from '../../src/imaging/affine.ts';
import { judgedParts, voxelMlOf } from '../../src/imaging/pipelines/hemorrhage/counted-parts.ts';
import { measure } from '../../src/imaging/pipelines/hemorrhage/measure.ts';
import { partFeatures } from '../../src/imaging/pipelines/hemorrhage/second-look.ts';
import { CLASSES, cutsOf } from '../../src/imaging/pipelines/hemorrhage/settings.ts';

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../models/${path}`, import.meta.url), 'utf8'));

interface Parity {
  readonly size: Point;
  readonly millimeters: Point;
  readonly insideColumns: number;
  readonly steps: number;
  /** Flat index, then the classes from the second one on, in steps. */
  readonly voxels: readonly (readonly number[])[];
  readonly parts: readonly {
    readonly ml: number;
    readonly features: readonly [number, number, number];
    readonly probability: number;
  }[];
  readonly labels: readonly number[];
}
const trainer = read('training/hemorrhage-parity.json') as Parity;
const manifest = read('hemorrhage/model.json') as {
  readonly thresholds: readonly { readonly name: string; readonly value: number }[];
};
const cuts = cutsOf({
  identity: 'shipped',
  thresholds: Object.fromEntries(manifest.thresholds.map(({ name, value }) => [name, value])),
  detectionFloors: {},
});

const [nx, ny, nz] = trainer.size;
const voxels = nx * ny * nz;
const answer = new Float32Array(CLASSES.length * voxels);
answer.fill(1, 0, voxels);
for (const [at = 0, ...classes] of trainer.voxels) {
  classes.forEach((step, n) => {
    answer[(n + 1) * voxels + at] = step / trainer.steps;
  });
  answer[at] = (trainer.steps - classes.reduce((sum, step) => sum + step, 0)) / trainer.steps;
}
const inside = Uint8Array.from({ length: voxels }, (_, at) => (at % nx < trainer.insideColumns ? 1 : 0));
const where = { inside, size: trainer.size, millimeters: trainer.millimeters, cuts };

it('judges every part as the training does', () => {
  const { secondLook } = cuts;
  if (secondLook === null) throw new Error('the manifest names no second look');
  const probability = Float32Array.from({ length: voxels }, (_, at) =>
    [1, 2, 3, 4].reduce((sum, label) => sum + (answer[label * voxels + at] ?? 0), 0),
  );
  const blood = Uint8Array.from(probability, (p) => (p >= cuts.bloodProbability ? 1 : 0));
  const judged = judgedParts(blood, probability, where, secondLook).map((part) => ({
    ...part,
    features: partFeatures(part.voxels, probability, nx * ny, voxelMlOf(trainer.millimeters)),
  }));
  const expected = trainer.parts.toSorted((a, b) => b.ml - a.ml);
  expect(expected.length).toBeGreaterThan(2);
  expect(judged).toHaveLength(expected.length);
  judged.forEach((part, n) => {
    const other = expected[n];
    expect(part.ml).toBeCloseTo(other?.ml ?? NaN, 3);
    expect(part.probability).toBeCloseTo(other?.probability ?? NaN, 4);
    const { mean, logVolume, logSlices } = part.features;
    [mean, logVolume, logSlices].forEach((value, k) => {
      expect(value).toBeCloseTo(other?.features[k] ?? NaN, 3);
    });
  });
});

it('labels as many voxels of each class', () => {
  const segmented = { passes: [answer], mean: answer, intervalBasis: 'one pass', ranOn: 'test' };
  const { labels } = measure({ ...segmented, model: { name: 'hemorrhage', version: '0', digest: '0' } }, where);
  expect(CLASSES.map((_, label) => labels.filter((own) => own === label).length)).toEqual(trainer.labels);
});
