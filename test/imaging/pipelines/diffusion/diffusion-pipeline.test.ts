/** Diffusion images of a head of known truth, with what looks like a lesion and is none. */
import { describe, expect, it } from 'vitest';
import { diffusionPipeline } from '../../../../src/imaging/pipelines/diffusion/index.ts';
import type { PipelineResult, RoledSeries } from '../../../../src/imaging/pipelines/pipeline.ts';
import type { Volume } from '../../../../src/imaging/volume/volume.ts';
import { inProcessEngine } from '../../../support/in-process-engine.ts';
import { normalNumbers } from '../../../support/perfusion-curves.ts';
import { LABEL, perfusionPhantom, type PhantomOptions } from '../../../support/perfusion-phantom.ts';
import { findingOf, numberOf } from '../../../support/perfusion-run.ts';

const BRAIN: Record<number, readonly [adc: number, weighted: number]> = {
  [LABEL.air]: [0, 2],
  [LABEL.scalp]: [900, 20],
  [LABEL.bone]: [500, 6],
  [LABEL.fluid]: [3000, 25],
  [LABEL.artery]: [1500, 30],
  [LABEL.vein]: [1500, 30],
  [LABEL.gray]: [830, 105],
  [LABEL.white]: [760, 95],
};

type Odd = 'core' | 'shine-through' | 'susceptibility' | 'none';

async function measured(odd: Odd, options: PhantomOptions): Promise<{ result: PipelineResult; truth: number }> {
  const { labels, series, source, coreMl } = perfusionPhantom({ kind: 'mr', frames: 2, ...options });
  const normal = normalNumbers(3);
  const values = (which: 0 | 1, ofCore: number): Float32Array =>
    Float32Array.from(labels, (label) => {
      const inCore = label >= 10 && label < 20 && odd !== 'none';
      const clean = inCore ? ofCore : (BRAIN[label % 10]?.[which] ?? 0);
      return Math.max(0, clean + (which === 0 ? 40 : 4) * normal());
    });
  const [adcOfCore, weightedOfCore] = {
    core: [430, 190] as const,
    'shine-through': [900, 190] as const,
    susceptibility: [300, 20] as const,
    none: [0, 0] as const,
  }[odd];
  const volume = (which: 0 | 1, unit: Volume['unit']): Volume => ({
    ...{ size: series.size, affine: series.affine, unit },
    values: values(which, which === 0 ? adcOfCore : weightedOfCore),
  });
  const roled = (role: RoledSeries['role'], image: Volume, seriesUid: string): RoledSeries => ({
    ...{ role, source: { ...source, seriesUid }, acquiredAt: null, quality: [] },
    load: () => Promise.resolve({ image, source: { ...source, seriesUid }, steps: [] }),
  });
  const result = await diffusionPipeline().run(
    {
      series: [roled('adc', volume(0, '10*-6.mm2/s'), '2.25.7'), roled('dwi-b1000', volume(1, 'signal'), '2.25.8')],
      ...{ lastKnownWell: null, overrides: {} },
    },
    { engine: inProcessEngine(), progress: () => undefined, signal: new AbortController().signal },
  );
  return { result, truth: coreMl };
}

describe('the diffusion lesion', () => {
  it.each([
    ['left', 14],
    ['right', 26],
  ] as const)('on the %s, radius %i mm: volume within 5 %, side and supply', async (side, radius) => {
    const { result, truth } = await measured('core', { side, radii: [radius, 30, 34] });
    expect(Math.abs(numberOf(result, 'dwi-lesion-volume') - truth)).toBeLessThan(0.05 * truth);
    expect(numberOf(result, 'core-volume')).toBe(numberOf(result, 'dwi-lesion-volume'));
    expect(findingOf(result, 'ischemic-side').value).toBe(side);
    expect(findingOf(result, 'ischemic-territory').value).toBe(`${side}-carotid`);
    const { interval, seriesUids } = findingOf(result, 'core-volume');
    expect(interval?.low).toBeLessThanOrEqual(truth);
    expect(seriesUids).toEqual(['2.25.7', '2.25.8']);
  });

  it.each(['none', 'shine-through', 'susceptibility'] as const)('%s: 0 mL, no side', async (odd) => {
    const { result } = await measured(odd, { radii: [22, 30, 34] });
    expect(numberOf(result, 'dwi-lesion-volume')).toBe(0);
    expect(result.findings.map(({ kind }) => kind)).not.toContain('ischemic-side');
    expect(findingOf(result, 'core-volume').interval?.high).toBeGreaterThanOrEqual(1);
  });
});

it('is left to the perfusion pipeline where there is perfusion, and asks for both images', () => {
  const { accepts } = diffusionPipeline();
  expect(accepts(['dwi-b0', 'dwi-b1000', 'adc'])).toBe(true);
  expect(accepts(['dwi-trace', 'adc'])).toBe(true);
  expect(accepts(['adc'])).toBe(false);
  expect(accepts(['dwi-b1000', 'adc', 'pwi'])).toBe(false);
});
