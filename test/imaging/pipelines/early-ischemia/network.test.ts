/** The shipped network `early-ischemia` on its real engine, and the whole pipeline on a real head. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ASPECTS_STRUCTURE, headAnatomy, labelsOn, maskOf } from '../../../../src/imaging/anatomy/index.ts';
import { earlyIschemiaPipeline } from '../../../../src/imaging/pipelines/early-ischemia/index.ts';
import { mirrored } from '../../../../src/imaging/pipelines/early-ischemia/mirror.ts';
import { ischemiaProbability } from '../../../../src/imaging/pipelines/early-ischemia/network.ts';
import { REGION_MODELS } from '../../../../src/imaging/pipelines/early-ischemia/region-evidence.ts';
import { SETTINGS } from '../../../../src/imaging/pipelines/early-ischemia/settings.ts';
import type { RoledSeries } from '../../../../src/imaging/pipelines/pipeline.ts';
import { buildVolume } from '../../../../src/imaging/volume/build-volume.ts';
import { cropInPlane, headBox, slabStack } from '../../../../src/imaging/volume/slab-stack.ts';
import { geHeadCt, hasGeHeadCt, readingFrom } from '../../../support/ge-head-ct.ts';
import { inProcessEngine } from '../../../support/in-process-engine.ts';
import { ischemiaPhantom } from '../../../support/ischemia-phantom.ts';
import { findingOf, numberOf } from '../../../support/perfusion-run.ts';

vi.setConfig({ testTimeout: 600_000 });

const engine = inProcessEngine();
afterAll(() => engine.close());
const signal = new AbortController().signal;

it('uses the coefficients that the training wrote into the manifest', () => {
  const manifest = JSON.parse(
    readFileSync(new URL('../../../../models/early-ischemia/model.json', import.meta.url), 'utf8'),
  ) as { thresholds: { name: string; value: number }[] };
  const of = Object.fromEntries(manifest.thresholds.map(({ name, value }) => [name, value]));
  const { plain, both } = REGION_MODELS;
  expect(SETTINGS.changeProbability).toBe(of['changeProbability']);
  expect(plain).toEqual({ intercept: of['plainIntercept'], drop: of['plainDrop'], affected: of['plainAffected'] });
  expect(both).toEqual({
    intercept: of['intercept'],
    drop: of['drop'],
    network: of['network'],
    networkAgainstOtherSide: of['networkAgainstOtherSide'],
    affected: of['affected'],
  });
});

describe('the network', () => {
  it.each(['left', 'right'] as const)('gives probabilities, higher on the darker side (%s)', async (side) => {
    const drops = { [`${side}-m1`]: 7, [`${side}-m2`]: 7, [`${side}-m3`]: 7 };
    const { image, anatomy } = ischemiaPhantom({ noise: 3, drops });
    const whole = slabStack(image, { pixelMm: 1.2, slabMm: 5, outside: -1000 });
    const box = headBox(whole, -300);
    if (box === null || anatomy.midline === null) throw new Error('the phantom has a head and a midline');
    const stack = cropInPlane(whole, box, 16, -1000);
    const found = await ischemiaProbability(stack, mirrored(stack, anatomy.midline), {
      ...{ engine, signal },
      progress: () => Promise.resolve(),
    });
    if (found === null) throw new Error('the network is not installed');
    const labels = labelsOn(anatomy, stack);
    const mean = (of: 'left' | 'right'): number => {
      const mask = maskOf(labels, [ASPECTS_STRUCTURE.M1, ASPECTS_STRUCTURE.M2, ASPECTS_STRUCTURE.M3], of);
      let [sum, count] = [0, 0];
      mask.forEach((inside, at) => {
        const [early, frank] = [found.early[at] ?? NaN, found.frank[at] ?? NaN];
        if (early < 0 || frank < 0 || !(early + frank <= 1.0001)) throw new Error('no probability');
        if (inside !== 1) return;
        sum += early + frank;
        count++;
      });
      return sum / count;
    };
    expect(mean(side)).toBeGreaterThan(mean(side === 'left' ? 'right' : 'left') + 0.1);
    expect(found.model).toMatchObject({ name: 'early-ischemia' });
  });
});

describe.skipIf(!hasGeHeadCt)('a real head CT with an infarct on the left (../shared/data/ge-head-ct)', () => {
  it('the regions of the infarct, and never a score of 10', async () => {
    const files = geHeadCt();
    const built = await buildVolume(
      files.map(({ header }) => ({ header, frame: 0 })),
      readingFrom(files),
      { unit: 'HU' },
    );
    const series: RoledSeries = {
      ...{ role: 'ncct', source: built.source, acquiredAt: null, quality: [] },
      load: () => Promise.resolve(built),
    };
    const result = await earlyIschemiaPipeline(headAnatomy).run(
      { series: [series], lastKnownWell: null, overrides: {} },
      { engine, signal, progress: () => undefined },
    );
    expect(result.state).toBe('final');
    // The infarct: temporal and occipital, M2 and M3. The other side has two regions that are 1.5 HU darker, so that no
    // score is computed: the model card says so.
    expect(findingOf(result, 'early-ischemia-side').value).toMatch(/^(left|both)$/);
    expect(findingOf(result, 'aspects-regions').value).toMatch(/left-m2 left-m3/);
    expect(findingOf(result, 'aspects').value).not.toBe(10);
    const { settings } = findingOf(result, 'aspects-regions');
    const probability = (region: string): number => Number(/^p (\d\.\d\d)/.exec(String(settings[region]))?.[1]);
    expect(probability('leftM2')).toBeGreaterThan(probability('rightM2') + 0.5);
    expect(probability('leftM3')).toBeGreaterThan(probability('rightM3') + 0.5);
    expect(numberOf(result, 'early-ischemia-volume') + numberOf(result, 'frank-hypodensity-volume')).toBeGreaterThan(
      15,
    );
  });
});
