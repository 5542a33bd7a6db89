/** From DICOM bytes to series with roles: descriptions that lie are found out by the pixels. */
import { describe, expect, it } from 'vitest';
import type { Point } from '../../../src/imaging/affine.ts';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { ImageRefusal } from '../../../src/imaging/image-refusal.ts';
import { type OpenedSeries, openStudySeries } from '../../../src/imaging/series/open-study-series.ts';
import type { StudyInstance } from '../../../src/imaging/series/slice-reader.ts';
import { type BuiltInstance, ctSeries, enhancedMr, mrSeries, type SeriesOptions } from '../../support/dicom-files.ts';
import { geHeadCt, hasGeHeadCt } from '../../support/ge-head-ct.ts';
import { chestHu, headHu, isVessel, waterHu } from '../../support/head-phantom.ts';

const SIDE = 100;
const MM = 2;

const stored = (built: readonly BuiltInstance[]): StudyInstance[] =>
  built.map(({ bytes }) => ({ header: parseInstance(bytes), bytes: () => Promise.resolve(bytes) }));

/** Slices around the middle of the head, `gap` apart. */
function body(
  hu: (p: Point, t: number) => number,
  slices: number,
  gap: number,
  more: Partial<SeriesOptions> = {},
): SeriesOptions {
  const first = (-(SIDE - 1) / 2) * MM;
  const bottom = (-(slices - 1) / 2) * gap;
  return {
    size: [SIDE, SIDE, slices],
    spacing: [MM, MM, gap],
    origin: [first, first, bottom],
    values: (i, j, k, t) => hu([first + i * MM, first + j * MM, bottom + k * gap], t),
    ...more,
  };
}

const opened = async (...built: readonly (readonly BuiltInstance[])[]): Promise<OpenedSeries[]> =>
  openStudySeries(stored(built.flat()), { zone: '+01:00' });
const roleOf = async (built: readonly BuiltInstance[]): Promise<string> => (await opened(built))[0]?.role ?? 'none';
const tagged = (SeriesDescription: string, more: object = {}): Partial<SeriesOptions> => ({
  tags: { SeriesDescription, ...more },
});

describe('what the pixels show decides over what the header says', () => {
  it('a head without contrast is a native CT, even when it is called CTA', async () => {
    expect(await roleOf(ctSeries(body(headHu(), 24, 5, tagged('Head 5mm'))))).toBe('ncct');
    const called = tagged('CTA head', { ContrastBolusAgent: 'Iomeron' });
    expect(await roleOf(ctSeries(body(headHu(), 60, 2, called)))).toBe('ncct');
  });

  it('contrast in the vessels makes a CTA, even when it is called native', async () => {
    const contrast = headHu({ vesselHu: 330 });
    expect(await roleOf(ctSeries(body(contrast, 60, 2, tagged('CTA head'))))).toBe('cta');
    expect(await roleOf(ctSeries(body(contrast, 60, 2, tagged('head w/o thin'))))).toBe('cta');
  });

  it('a chest and a phantom of water are no head, whatever they are called', async () => {
    const wide =
      (hu: (p: Point) => number): ((p: Point) => number) =>
      (p) =>
        hu([1.9 * p[0], 1.9 * p[1], p[2]]);
    const chest = ctSeries({ ...body(wide(chestHu), 12, 5, tagged('Head 5mm')), spacing: [1.9 * MM, 1.9 * MM, 5] });
    expect(await roleOf(chest)).toBe('not-a-head');
    const [series] = await opened(
      ctSeries(body((p) => waterHu([p[0] / 0.9, p[1] / 0.9, p[2]]), 12, 5, tagged('Head 5mm'))),
    );
    expect(series?.role).toBe('not-a-head');
    expect(series?.decision.rule).toBe('body-in-the-pixels');
  });

  it('CT over time is a perfusion only when contrast passes through', async () => {
    const times = Array.from({ length: 12 }, (_, t) => 3 * t);
    const bolus = (t: number): number => 200 * Math.exp(-(((3 * t - 15) / 6) ** 2));
    const head = headHu();
    const passing = (p: Point, t: number): number => head(p) + (isVessel(p) ? bolus(t) : 0.03 * bolus(t));
    const [ctp] = await opened(ctSeries(body(passing, 4, 5, { times, ...tagged('whatever') })));
    expect(ctp?.role).toBe('ctp');
    expect(ctp?.acquiredAt).toBe(Date.parse('2026-03-01T12:00:00+01:00'));
    const built = await ctp?.load();
    if (built === undefined || !('frames' in built.image)) throw new Error('no time series');
    expect(built.image.frames).toHaveLength(12);
    expect(await roleOf(ctSeries(body((p) => head(p), 4, 5, { times, ...tagged('4D head') })))).toBe('other');
    // One that is meant as a perfusion is not passed over in silence: the gate refuses it.
    const [empty] = await opened(ctSeries(body((p) => head(p), 4, 5, { times, ...tagged('CT Perfusion') })));
    expect(empty).toMatchObject({ role: 'ctp', decision: { rule: 'ct-perfusion-by-its-words' } });
    const quality = (await empty?.load())?.quality ?? [];
    expect(quality.find(({ code }) => code === 'contrast-absent')?.severity).toBe('refuses');
  }, 60_000);
});

describe('MR', () => {
  const signal =
    (share: number): ((p: Point) => number) =>
    (p) => {
      const hu = headHu({ noiseHu: 1 })(p);
      return hu < -500 ? 5 : Math.round(share * (hu > 500 ? 60 : 600 + 5 * hu));
    };

  it('one series of diffusion becomes b 0, b 1000 and a computed ADC of the right values', async () => {
    const adc = 800e-6;
    const bValues = [0, 1000];
    const weighted = (p: Point, t: number): number => signal(t === 0 ? 1 : Math.exp(-adc * 1000))(p);
    const series = await opened(mrSeries(body(weighted, 12, 6, { bValues, ...tagged('DWI') })));
    expect(series.map(({ role, part }) => [role, part])).toEqual([
      ['dwi-b0', 'b 0'],
      ['dwi-b1000', 'b 1000'],
      ['adc', 'computed'],
    ]);
    const built = await series[2]?.load();
    if (built === undefined || !('values' in built.image)) throw new Error('no volume');
    expect(built.image.values[SIDE * SIDE * 6 + SIDE * 50 + 50]).toBeGreaterThan(790);
    expect(built.image.values[SIDE * SIDE * 6 + SIDE * 50 + 50]).toBeLessThan(810);
    expect(built.steps).toContainEqual({ step: 'adc-computed', b0: 0, b: 1000 });
  });

  it('an enhanced multi-frame perfusion is found by its loss of signal', async () => {
    const times = Array.from({ length: 20 }, (_, t) => 1.5 * t);
    const drop = (t: number): number => 1 - 0.3 * Math.exp(-(((t - 9) / 3) ** 2));
    const image = enhancedMr(body((p, t) => signal(drop(t))(p), 3, 6, { times, ...tagged('ep2d perf') }));
    const [pwi] = await opened([image]);
    expect(pwi?.role).toBe('pwi');
    const built = await pwi?.load();
    if (built === undefined || !('frames' in built.image)) throw new Error('no time series');
    expect(built.image.frames).toHaveLength(20);
    expect(built.image.times[1]?.[3]).toBeCloseTo(4.5, 6);
  });

  it('an ADC map in other units is brought to 10⁻⁶ mm²/s', async () => {
    const map = (p: Point): number => (headHu({ noiseHu: 1 })(p) > -500 ? 820 : 0);
    for (const [slope, factor] of [
      [1e-6, 1e6],
      [1e-3, 1000],
      [1, 1],
    ] as const) {
      const [series] = await opened(
        mrSeries(
          body((p) => map(p) * slope, 8, 6, {
            slope,
            ...tagged('ADC', { ImageType: ['DERIVED', 'PRIMARY', 'DIFFUSION', 'ADC'] }),
          }),
        ),
      );
      expect(series?.role).toBe('adc');
      const built = await series?.load();
      if (built === undefined || !('values' in built.image)) throw new Error('no volume');
      expect(built.image.values[SIDE * SIDE * 4 + SIDE * 50 + 50]).toBeCloseTo(820, 0);
      expect(built.steps.find(({ step }) => step === 'adc-rescaled')?.['factor'] ?? 1).toBe(factor);
    }
  });
});

describe('a study', () => {
  it('was acquired at the time of the scanner, in the zone that the images tell or the site has', async () => {
    const at = async (zone: string | null, tags: object = {}): Promise<number | null | undefined> =>
      (await openStudySeries(stored(ctSeries(body(() => 0, 2, 5, { tags: { ...tags } }))), { zone }))[0]?.acquiredAt;
    expect(await at(null)).toBeNull();
    expect(await at('-05:00')).toBe(Date.parse('2026-03-01T17:00:00Z'));
    expect(await at('Europe/Berlin')).toBe(Date.parse('2026-03-01T11:00:00Z'));
    // Summer time counts for the day of the images.
    expect(await at('Europe/Berlin', { AcquisitionDate: '20260701' })).toBe(Date.parse('2026-07-01T10:00:00Z'));
    expect(await at('Europe/Berlin', { TimezoneOffsetFromUTC: '+0900' })).toBe(Date.parse('2026-03-01T03:00:00Z'));
  });

  it('is answered from memory when asked again, and a series that cannot be read says so', async () => {
    const instances = stored(ctSeries(body(headHu(), 10, 8, tagged('Head'))));
    let reads = 0;
    const counted = instances.map((instance) => ({ ...instance, bytes: () => (reads++, instance.bytes()) }));
    const [series] = await openStudySeries(counted);
    const afterOpening = reads;
    const first = await series?.load();
    expect(reads).toBe(afterOpening + 10);
    expect(await series?.load()).toBe(first);
    expect(reads).toBe(afterOpening + 10);
    expect(series?.acquiredAt).toBeNull();

    const torn = instances.map(({ header }) => ({
      header,
      bytes: () => Promise.reject(new ImageRefusal('damaged', 'the file is cut off')),
    }));
    const [broken] = await openStudySeries(torn);
    expect(broken?.quality).toEqual([{ code: 'damaged', severity: 'refuses', figures: {} }]);
    await expect(broken?.load()).rejects.toThrow('cut off');
  });

  it.skipIf(!hasGeHeadCt)('with the real tilted scan has one native head CT', async () => {
    const study = geHeadCt().map(({ header, bytes }) => ({ header, bytes: () => Promise.resolve(bytes) }));
    const series = await openStudySeries(study);
    expect(series.map(({ role }) => role)).toEqual(['ncct']);
    expect(series[0]?.source.slices).toHaveLength(28);
  });
});
