/** The shipped networks on heads that they were not trained on: ellipsoids of tissue, drawn by hand. */
import { describe, expect, it } from 'vitest';
import { dice } from '../../../support/dice.ts';
import { analyzed, diffusionStudy } from '../../../support/diffusion-study.ts';
import { inProcessEngine } from '../../../support/in-process-engine.ts';
import { findingOf, numberOf } from '../../../support/perfusion-run.ts';

const SIZE = { size: [120, 130, 12], pixelMm: 1.8, sliceMm: 6 } as const;
const engine = inProcessEngine(2);

describe('the diffusion network', () => {
  it.each([
    ['left', 20],
    ['right', 9],
  ] as const)(
    'draws a lesion on the %s of %i mm radius',
    async (side, radius) => {
      const { series, lesion, lesionMl } = diffusionStudy({ ...SIZE, lesion: 'early', side, radii: [radius, 30, 34] });
      const result = await analyzed(series, engine);
      expect(result.model?.name).toBe('diffusion-lesion');
      const drawn = result.segments.find(({ label }) => label === 'dwi-lesion')?.voxels ?? new Uint8Array();
      expect(dice(drawn, lesion)).toBeGreaterThan(0.75);
      const { value, interval } = findingOf(result, 'dwi-lesion-volume');
      expect(Math.abs((value as number) - lesionMl)).toBeLessThan(0.3 * lesionMl);
      expect(interval?.low).toBeLessThanOrEqual(value as number);
      expect(interval?.high).toBeGreaterThanOrEqual(value as number);
      expect(findingOf(result, 'dwi-lesion-side').value).toBe(side);
      // The published core stays a finding of its own.
      expect(numberOf(result, 'core-volume')).toBeGreaterThan(0);
      expect(result.segments.map(({ label }) => label)).toEqual(['dwi-lesion', 'core']);
      expect(result.maps.map(({ name }) => name)).toEqual(['ADC', 'Probability of acute lesion']);
    },
    180_000,
  );

  it.each(['none', 'susceptibility'] as const)(
    '%s: less than 2 mL',
    async (lesion) => {
      const { series } = diffusionStudy({ ...SIZE, lesion, radii: [20, 30, 34] });
      expect(numberOf(await analyzed(series, engine), 'dwi-lesion-volume')).toBeLessThan(2);
    },
    180_000,
  );

  it('with FLAIR: the second network says how much of the lesion it marks', async () => {
    const { series } = diffusionStudy({ ...SIZE, lesion: 'early', side: 'left', radii: [20, 30, 34] });
    const early = await analyzed(series, engine);
    const later = await analyzed(
      diffusionStudy({ ...SIZE, lesion: 'later', side: 'left', radii: [20, 30, 34] }).series,
      engine,
    );
    expect(findingOf(early, 'dwi-flair-mismatch').value).toBe('present');
    expect(numberOf(early, 'flair-marked-share')).toBeLessThan(numberOf(later, 'flair-marked-share'));
    expect(findingOf(later, 'dwi-flair-mismatch').value).toBe('absent');
  }, 300_000);
});
