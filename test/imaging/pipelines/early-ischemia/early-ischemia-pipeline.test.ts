/** Heads of known regions and densities through the whole pipeline, without and with a network. */
import { describe, expect, it, vi } from 'vitest';
import type { QualityRemark } from '../../../../src/case/index.ts';
import { InferenceError, type InferenceEngine } from '../../../../src/inference/engine.ts';
import { earlyIschemiaPipeline } from '../../../../src/imaging/pipelines/early-ischemia/index.ts';
import type { PipelineInputs, PipelineResult, RoledSeries } from '../../../../src/imaging/pipelines/pipeline.ts';
import { ischemiaPhantom, type IschemiaPhantomOptions } from '../../../support/ischemia-phantom.ts';
import { findingOf, numberOf } from '../../../support/perfusion-run.ts';

vi.setConfig({ testTimeout: 300_000 });

const notInstalled: InferenceEngine = {
  infer: () => Promise.reject(new InferenceError('unknown-model', 'not installed')),
  close: () => Promise.resolve(),
};

interface Run extends IschemiaPhantomOptions {
  readonly engine?: InferenceEngine;
  readonly gate?: readonly QualityRemark[];
  readonly earlier?: PipelineInputs['earlier'];
}

async function assessed({ engine = notInstalled, gate = [], earlier, ...options }: Run = {}): Promise<PipelineResult> {
  const { image, source, anatomy } = ischemiaPhantom(options);
  const series: RoledSeries = {
    ...{ role: 'ncct', source, acquiredAt: null, quality: gate },
    load: () => Promise.resolve({ image, source, steps: [] }),
  };
  const inputs = {
    series: [series],
    lastKnownWell: null,
    overrides: {},
    ...(earlier === undefined ? {} : { earlier }),
  };
  return earlyIschemiaPipeline(() => Promise.resolve(anatomy)).run(inputs, {
    ...{ engine, progress: () => undefined, signal: new AbortController().signal },
  });
}

const LESION = { m1: 5, m2: 5, insula: 6, lentiform: 5 };
const on = (side: 'left' | 'right'): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(LESION).map(([name, hu]) => [`${side}-${name}`, hu]));

describe('sides compared', () => {
  it('a normal head: 10, no side, no region, and an interval', async () => {
    const result = await assessed({ noise: 4 });
    expect(result.state).toBe('final');
    expect(findingOf(result, 'aspects')).toMatchObject({ value: 10, interval: { high: 10 } });
    expect(findingOf(result, 'aspects').interval?.low).toBeGreaterThanOrEqual(8);
    expect(findingOf(result, 'aspects-regions').value).toBe('none');
    expect(findingOf(result, 'early-ischemia-side').value).toBe('none');
    expect(result.quality.map(({ code }) => code)).toContain('sides-compared-only');
    expect(result.findings.map(({ kind }) => kind)).not.toContain('net-water-uptake');
  });

  it.each(['left', 'right'] as const)('four regions of the %s: 6, the regions, net water uptake', async (side) => {
    const result = await assessed({ noise: 4, drops: on(side), shiftMm: 7 });
    expect(findingOf(result, 'aspects')).toMatchObject({ value: 6 });
    const { interval } = findingOf(result, 'aspects');
    expect(interval?.low).toBeLessThanOrEqual(5);
    expect(interval?.high).toBeGreaterThanOrEqual(7);
    expect(findingOf(result, 'early-ischemia-side').value).toBe(side);
    expect(findingOf(result, 'aspects-regions').value).toBe(
      ['l', 'i', 'm1', 'm2'].map((name) => `${side}-${name}`).join(' '),
    );
    // 5 of 33 HU, 5 of 37 and 6 of 36: about 15 %.
    expect(numberOf(result, 'net-water-uptake')).toBeGreaterThan(13.5);
    expect(numberOf(result, 'net-water-uptake')).toBeLessThan(16.5);
    // Whole regions dilute the lesion: the uptake would make an old infarct look early.
    expect(result.findings.map(({ kind }) => kind)).not.toContain('onset-within-4.5-h');
    const [segment] = result.segments;
    expect(segment?.label).toBe('aspects-affected');
    expect(segment?.voxels.includes(1)).toBe(true);
  });

  it('fluid between the gyri of one side is no ischemia', async () => {
    const result = await assessed({ noise: 3, leftSulci: 0.3 });
    expect(findingOf(result, 'aspects').value).toBe(10);
  });

  it('says of every region what was measured', async () => {
    const { settings } = findingOf(await assessed({ noise: 2, drops: { 'left-m1': 5 } }), 'aspects-regions');
    expect(Object.keys(settings)).toHaveLength(20);
    expect(settings['leftM1']).toMatch(/^p \d\.\d\d, [45]\.\d HU darker.*net water uptake 1\d\.\d %$/);
  });

  it('regions of both sides affected: no score', async () => {
    const drops = { 'left-m1': 6, 'left-m2': 6, 'right-m5': 6, 'right-m6': 6 };
    const result = await assessed({ noise: 2, drops });
    expect(findingOf(result, 'aspects').value).toBeNull();
    expect(findingOf(result, 'early-ischemia-side').value).toBe('both');
    expect(result.quality.map(({ code }) => code)).toContain('ischemia-on-both-sides');
  });

  it('posterior circulation: an occipital infarct costs a point, and the brainstem stays open', async () => {
    const result = await assessed({ noise: 3, drops: { 'right-pca': 6 } });
    expect(findingOf(result, 'pc-aspects')).toMatchObject({ value: 9, interval: { low: 4, high: 10 } });
  });
});

describe('what cannot be assessed', () => {
  it('noise in which a few HU drown', async () => {
    const result = await assessed({ noise: 60 });
    expect(result.state).toBe('refused');
    expect(result.quality.at(-1)?.code).toMatch(/noise-hides-ischemia|aspects-regions-missing/);
  });

  it.each(['contrast-present', 'metal', 'streaks', 'motion-between-slices', 'incomplete-series'])(
    '%s, where it limits',
    async (code) => {
      const result = await assessed({ gate: [{ code, severity: 'limits', figures: {} }] });
      expect(result.state).toBe('refused');
      expect(result.quality).toContainEqual({ code, severity: 'refuses', figures: {} });
    },
  );

  it('a remark that is a note limits nothing', async () => {
    expect((await assessed({ gate: [{ code: 'metal', severity: 'note', figures: {} }] })).state).toBe('final');
  });

  const said = (value: string): NonNullable<PipelineInputs['earlier']> => [
    {
      pipeline: 'hemorrhage',
      result: {
        ...{
          state: 'final',
          quality: [],
          segments: [],
          maps: [],
          curves: [],
          background: null,
          model: null,
          ranOn: null,
        },
        findings: [
          {
            ...{ kind: 'hemorrhage', value, interval: null, detectionFloor: null },
            ...{ quality: [], settings: {}, seriesUids: [] },
          },
        ],
      },
    },
  ];

  it('a head with blood in it', async () => {
    const result = await assessed({ earlier: said('present') });
    expect(result.state).toBe('refused');
    expect(result.quality.at(-1)?.code).toBe('hemorrhage-found');
  });

  it('where nothing looked for blood, or was not sure, that is said', async () => {
    const codes = async (run: Run): Promise<string[]> => (await assessed(run)).quality.map(({ code }) => code);
    expect(await codes({})).toContain('hemorrhage-not-excluded');
    expect(await codes({ earlier: said('uncertain') })).toContain('hemorrhage-not-excluded');
    expect(await codes({ earlier: said('not-seen') })).not.toContain('hemorrhage-not-excluded');
  });
});

describe('the hyperdense artery', () => {
  const voxel = [1, 1, 1.5] as const;

  it.each([
    [{ left: 58, right: 40 }, 'left'],
    [{ left: 40, right: 58 }, 'right'],
    [{ left: 58, right: 56 }, 'none'],
    [{ left: 40, right: 33 }, 'none'],
  ] as const)('%j: %s', async (arteries, value) => {
    expect(findingOf(await assessed({ voxel, arteries }), 'hyperdense-artery').value).toBe(value);
  });

  it('is not assessed on thick slices', async () => {
    const result = await assessed({ arteries: { left: 58, right: 40 } });
    expect(findingOf(result, 'hyperdense-artery').value).toBeNull();
    expect(result.quality.map(({ code }) => code)).toContain('thick-for-arteries');
  });
});

it('a network that fails is a fault, not a head without network', async () => {
  const engine: InferenceEngine = {
    ...notInstalled,
    infer: () => Promise.reject(new InferenceError('unavailable', 'down')),
  };
  await expect(assessed({ engine })).rejects.toThrow('down');
});

describe('with a network', () => {
  /** Says 0.97 for early change where the image is at least 3 HU darker than its mirror image, 0.97 for frank below 20 HU. */
  const seeing: InferenceEngine = {
    ...notInstalled,
    infer: ({ inputs: [hu] }) => {
      const [n = 0, channels = 0, rows = 0, columns = 0] = hu?.shape ?? [];
      const plane = rows * columns;
      const data = new Float32Array(n * 3 * plane);
      for (let slice = 0; slice < n; slice++) {
        for (let at = 0; at < plane; at++) {
          const own = Number(hu?.data[(slice * channels + 1) * plane + at]);
          const other = Number(hu?.data[(slice * channels + 4) * plane + at]);
          const p = own > 20 && other - own > 3 ? [0.03, 0.97, 0] : own > 10 && own <= 20 ? [0.03, 0, 0.97] : [1, 0, 0];
          p.forEach((value, k) => (data[(slice * 3 + k) * plane + at] = value));
        }
      }
      expect([channels, rows % 16, columns % 16]).toEqual([6, 0, 0]);
      return Promise.resolve({
        model: { name: 'early-ischemia', version: '1.0.0', digest: 'a'.repeat(64) },
        outputs: [{ name: 'probability', datatype: 'FP32' as const, shape: [n, 3, rows, columns], data }],
        ranOn: 'test',
        milliseconds: 1,
      });
    },
  };

  it('volumes, share of the territory, segments and the map', async () => {
    const result = await assessed({ engine: seeing, drops: { ...on('left'), 'left-m4': 16 } });
    expect(result.quality.map(({ code }) => code)).not.toContain('sides-compared-only');
    expect(result.model?.name).toBe('early-ischemia');
    expect(findingOf(result, 'aspects').value).toBe(5);
    for (const kind of ['early-ischemia-volume', 'frank-hypodensity-volume'] as const) {
      expect(numberOf(result, kind), kind).toBeGreaterThan(20);
    }
    // 5 to 6 HU of 33 to 37, and 16 of 33 where they can be compared: later than 4.5 h.
    expect(numberOf(result, 'net-water-uptake')).toBeGreaterThan(14);
    const onset = findingOf(result, 'onset-within-4.5-h');
    expect(onset.value).toBeLessThan(10);
    expect(onset.interval?.high).toBeGreaterThan(Number(onset.value));
    const share = findingOf(result, 'mca-hypodensity-share');
    expect(share.value).toBeGreaterThan(40);
    expect(share.value).toBeLessThan(75);
    expect(result.segments.map(({ label }) => label)).toEqual([
      'aspects-affected',
      'early-ischemia',
      'frank-hypodensity',
    ]);
    expect(result.maps.map(({ name }) => name)).toEqual(['Probability of ischemic change']);
    expect(findingOf(result, 'aspects-regions').settings['leftM1']).toMatch(/network 0\.\d/);
  });
});
