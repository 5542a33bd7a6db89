/** The pipeline around the networks: what it takes, what it refuses, and how it goes on with less. */
import { beforeAll, describe, expect, it } from 'vitest';
import { diffusionPipeline } from '../../../../src/imaging/pipelines/diffusion/index.ts';
import { analyzed, diffusionStudy, noNetworks, roled, templateItself } from '../../../support/diffusion-study.ts';
import { productAtlas } from '../../../support/lesions.ts';
import { findingOf, numberOf } from '../../../support/perfusion-run.ts';

const LESION = { lesion: 'early', side: 'left', radii: [18, 30, 34] } as const;
const codes = ({ quality }: { readonly quality: readonly { readonly code: string }[] }): string[] =>
  quality.map(({ code }) => code);

it('takes every study with weighted images, and leaves the core to perfusion where there is some', async () => {
  const { accepts } = diffusionPipeline({ anatomy: null, atlas: productAtlas });
  expect(accepts(['dwi-b0', 'dwi-b1000', 'adc'])).toBe(true);
  expect(accepts(['dwi-trace', 'pwi'])).toBe(true);
  expect(accepts(['adc', 'flair'])).toBe(false);
  const { series, adc } = diffusionStudy(LESION);
  const pwi = roled('pwi', adc, (series[0] as (typeof series)[number]).source, '2.25.10');
  const kinds = (await analyzed([...series, pwi], noNetworks())).findings.map(({ kind }) => kind);
  expect(kinds).toContain('dwi-lesion-volume');
  expect(kinds).not.toContain('core-volume');
});

describe('refused, with the reason', () => {
  it('one b-value and no map', async () => {
    const result = await analyzed(diffusionStudy({ ...LESION, withAdc: false }).series, noNetworks());
    expect(result).toMatchObject({ state: 'refused', findings: [] });
    expect(result.quality).toContainEqual({ code: 'adc-missing', severity: 'refuses', figures: {} });
  });

  it.each([1e-3, 3, 1000])('a map whose brain is %d times that of tissue', async (adcFactor) => {
    const result = await analyzed(diffusionStudy({ ...LESION, adcFactor }).series, noNetworks());
    expect(result).toMatchObject({ state: 'refused', findings: [] });
    expect(codes(result)).toContain('adc-implausible');
  });
});

describe('through the anatomy', () => {
  // The atlas takes seconds to prepare, minutes on a busy machine.
  beforeAll(productAtlas, 300_000);

  it('the lesion is measured in template space, where the decisions and the models expect it', async () => {
    const { series, brain, lesionMl } = diffusionStudy(LESION);
    const result = await analyzed(series, noNetworks(), templateItself(brain));
    const { features, value } = findingOf(result, 'ischemic-lesion');
    expect(value).toBe('present');
    expect(Math.abs((features?.['volumeMl'] ?? 0) - lesionMl)).toBeLessThan(0.1 * lesionMl);
    expect(features?.['leftHemisphere']).toBe(1);
    expect(findingOf(result, 'dwi-lesion-territory').value).toBe('left-carotid');
    expect(findingOf(result, 'infarct-pattern').value).toBe('single-territorial');
    const share = findingOf(result, 'dwi-lesion-mca-share');
    expect(share.value).toBeGreaterThan(2);
    expect(share.value).toBeLessThan(15);
    expect(share.interval?.low).toBeLessThanOrEqual(share.value as number);
  }, 120_000);
});

it('a lesion where the network labels no brain any more, near the vertex, is measured all the same', async () => {
  const { series, brain, lesion, lesionMl, adc } = diffusionStudy(LESION);
  const [nx, ny] = adc.size;
  // The two uppermost slices of the lesion, and the head above, are not labelled.
  const top = lesion.lastIndexOf(1);
  const from = nx * ny * (Math.floor(top / (nx * ny)) - 1);
  expect(lesion.subarray(from).some((inside) => inside === 1)).toBe(true);
  const labelled = brain.map((inside, at) => (at < from ? inside : 0));
  const result = await analyzed(series, noNetworks(), templateItself(labelled));
  const found = result.segments.find(({ label }) => label === 'dwi-lesion')?.voxels;
  expect(found?.subarray(from).some((inside) => inside === 1)).toBe(true);
  expect(Math.abs(numberOf(result, 'dwi-lesion-volume') - lesionMl)).toBeLessThan(0.1 * lesionMl);
});

describe('the age of the lesion', () => {
  it('not visible on FLAIR: mismatch, and onset within 4.5 h is more likely than not', async () => {
    const result = await analyzed(diffusionStudy(LESION).series, noNetworks());
    expect(findingOf(result, 'dwi-flair-mismatch').value).toBe('present');
    const { interval } = findingOf(result, 'flair-signal-ratio');
    expect(interval?.high).toBeLessThan(1.15);
    const onset = findingOf(result, 'onset-within-4.5-h-by-flair');
    expect(onset.value).toBeGreaterThan(60);
    expect(onset.interval?.low).toBeLessThan(60);
    expect(onset.seriesUids).toContain('2.25.9');
  });

  it('bright on FLAIR: no mismatch, and the truth lies in the interval of the ratio', async () => {
    const result = await analyzed(diffusionStudy({ ...LESION, lesion: 'later' }).series, noNetworks());
    expect(findingOf(result, 'dwi-flair-mismatch').value).toBe('absent');
    const ratio = findingOf(result, 'flair-signal-ratio');
    // 165 in the lesion; white and gray matter opposite have 95 and 110.
    expect(ratio.interval?.low).toBeLessThan(165 / 95);
    expect(ratio.interval?.high).toBeGreaterThan(165 / 110);
    expect(numberOf(result, 'onset-within-4.5-h-by-flair')).toBeLessThan(50);
  });

  it('a head that moved between the series is followed', async () => {
    const result = await analyzed(diffusionStudy({ ...LESION, lesion: 'later', flairMovedMm: 6 }).series, noNetworks());
    expect(findingOf(result, 'dwi-flair-mismatch').value).toBe('absent');
    expect(numberOf(result, 'flair-signal-ratio')).toBeGreaterThan(1.4);
  });

  it('without FLAIR it is unknown, which is neither present nor absent', async () => {
    const result = await analyzed(diffusionStudy({ ...LESION, withFlair: false }).series, noNetworks());
    const age = findingOf(result, 'dwi-flair-mismatch');
    expect(age.value).toBeNull();
    expect(codes(age)).toContain('flair-missing');
    expect(result.findings.map(({ kind }) => kind)).not.toContain('onset-within-4.5-h-by-flair');
  });

  it('FLAIR of another place is not compared', async () => {
    const { series } = diffusionStudy({ ...LESION, flairMovedMm: 60 });
    const age = findingOf(await analyzed(series, noNetworks()), 'dwi-flair-mismatch');
    expect(age.value).toBeNull();
    expect(codes(age)).toContain('flair-not-matched');
  });

  it('without a lesion nothing is said of an age', async () => {
    const result = await analyzed(diffusionStudy({ ...LESION, lesion: 'none' }).series, noNetworks());
    expect(result.findings.map(({ kind }) => kind)).not.toContain('dwi-flair-mismatch');
  });
});
