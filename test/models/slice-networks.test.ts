/** The shipped slice networks in the runtime that the product uses: open sizes, probabilities, and the settings around them. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FLAIR_MODEL } from '../../src/imaging/pipelines/diffusion/lesion-age/lesion-age.ts';
import { LESION_AGE } from '../../src/imaging/pipelines/diffusion/lesion-age/settings.ts';
import { DIFFUSION_MODEL, NETWORK_SETTINGS } from '../../src/imaging/pipelines/diffusion/network-lesion.ts';
import type { ModelManifest } from '../../src/inference/index.ts';
import { inProcessEngine } from '../support/in-process-engine.ts';

const MODELS = new URL('../../models/', import.meta.url);
const manifestOf = (name: string): ModelManifest =>
  JSON.parse(readFileSync(new URL(`${name}/model.json`, MODELS), 'utf8')) as ModelManifest;
const thresholdOf = (manifest: ModelManifest, name: string): number | undefined =>
  manifest.thresholds?.find((one) => one.name === name)?.value;

describe.each([
  [DIFFUSION_MODEL, 'dwi', 2],
  [FLAIR_MODEL, 'flair', 1],
] as const)('%s', (model, input, channels) => {
  const engine = inProcessEngine();

  it.each([
    [1, 128, 112],
    [3, 96, 144],
  ])(
    'answers %i slices of %i x %i pixels with probabilities that add up to 1',
    async (n, h, w) => {
      const plane = h * w;
      const data = Float32Array.from({ length: n * channels * plane }, (_, at) => 0.8 + 0.2 * Math.sin(at / 7));
      const { outputs } = await engine.infer(
        { model, inputs: [{ name: input, datatype: 'FP32', shape: [n, channels, h, w], data }] },
        { timeoutMs: 60_000 },
      );
      const [{ name, shape, data: p }] = outputs as [(typeof outputs)[number]];
      expect(name).toBe('probability');
      expect(shape).toEqual([n, 2, h, w]);
      for (let s = 0; s < n; s++) {
        for (let at = 0; at < plane; at += 97) {
          const both = Number(p[2 * s * plane + at]) + Number(p[(2 * s + 1) * plane + at]);
          expect(both).toBeCloseTo(1, 4);
        }
      }
    },
    120_000,
  );

  it('says the same of a slice alone and among others', async () => {
    const plane = 96 * 96;
    const data = Float32Array.from({ length: 2 * channels * plane }, (_, at) => Math.abs(Math.sin(at / 11)));
    const run = async (n: number): Promise<number[]> => {
      const part = data.slice(0, n * channels * plane);
      const inputs = [{ name: input, datatype: 'FP32', shape: [n, channels, 96, 96], data: part }] as const;
      const { outputs } = await engine.infer({ model, inputs }, { timeoutMs: 60_000 });
      return Array.from(outputs[0]?.data as Float32Array).slice(0, 2 * plane);
    };
    const [alone, among] = [await run(1), await run(2)];
    expect(Math.max(...alone.map((x, at) => Math.abs(x - (among[at] ?? NaN))))).toBeLessThan(1e-4);
  }, 120_000);

  it('has a card and a table of figures', () => {
    expect(existsSync(new URL(`${model}/MODEL_CARD.md`, MODELS))).toBe(true);
    expect(readFileSync(new URL(`${model}/MODEL_CARD.md`, MODELS), 'utf8')).toMatch(/synthetic.*real/i);
  });
});

it('the thresholds of the pipeline are those of the manifests', () => {
  const diffusion = manifestOf(DIFFUSION_MODEL);
  expect(NETWORK_SETTINGS.probability).toBe(thresholdOf(diffusion, 'lesionProbability'));
  expect(NETWORK_SETTINGS.lowestProbability).toBe(thresholdOf(diffusion, 'lowestProbability'));
  expect(NETWORK_SETTINGS.highestProbability).toBe(thresholdOf(diffusion, 'highestProbability'));
  expect(NETWORK_SETTINGS.smallestMl).toBe(diffusion.detectionFloor?.[0]?.value);
  expect(LESION_AGE.markedProbability).toBe(thresholdOf(manifestOf(FLAIR_MODEL), 'markedProbability'));
});
