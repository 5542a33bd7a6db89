/** Whole studies of known truth: a head with core, hypoperfused and mildly late tissue, or with none. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { instantFromEpoch, type FindingKind } from '../../../../src/case/index.ts';
import { perfusionPipeline } from '../../../../src/imaging/pipelines/perfusion/index.ts';
import type { PipelineResult } from '../../../../src/imaging/pipelines/pipeline.ts';
import { inProcessEngine } from '../../../support/in-process-engine.ts';
import { LABEL, perfusionPhantom, type Phantom } from '../../../support/perfusion-phantom.ts';
import { findingOf, numberOf, runPerfusion } from '../../../support/perfusion-run.ts';

vi.setConfig({ testTimeout: 120_000 });

const engine = inProcessEngine();
afterAll(() => engine.close());

function expectTruth(result: PipelineResult, phantom: Phantom, share = 0.15, withIntervals = true): void {
  const truths: readonly (readonly [FindingKind, number])[] = [
    ['core-volume', phantom.coreMl],
    ['tmax-over-6-volume', phantom.hypoperfusedMl],
    ['mismatch-volume', phantom.hypoperfusedMl - phantom.coreMl],
  ];
  for (const [kind, truth] of truths) {
    const { value, interval } = findingOf(result, kind);
    expect(Math.abs(Number(value) - truth), `${kind} ${String(value)} for ${truth}`).toBeLessThan(5 + share * truth);
    if (!withIntervals) continue;
    expect(interval?.low, kind).toBeLessThanOrEqual(truth);
    expect(interval?.high, kind).toBeGreaterThanOrEqual(truth);
  }
}

/** Label of the phantom at a voxel of the series. */
function labelAt({ labels, series }: Phantom, voxel: readonly [number, number, number] | null | undefined): number {
  const [i, j, k] = voxel ?? [0, 0, 0];
  return labels[(k * series.size[1] + j) * series.size[0] + i] ?? -1;
}

describe('CT perfusion of an occlusion on the right', () => {
  const phantom = perfusionPhantom({ radii: [20, 32, 37] });
  let result: PipelineResult;
  const seen: [string, number][] = [];
  beforeAll(async () => {
    result = await runPerfusion(phantom, {
      engine,
      lastKnownWell: instantFromEpoch(0),
      acquiredAt: instantFromEpoch(75 * 60_000),
      progress: (stage, percent) => seen.push([stage, percent]),
    });
  });

  it('finds the volumes of core and hypoperfusion, with intervals that hold the truth', () => {
    expect(result.state).toBe('final');
    expectTruth(result, phantom);
    expect(numberOf(result, 'mismatch-ratio')).toBeCloseTo(
      numberOf(result, 'tmax-over-6-volume') / numberOf(result, 'core-volume'),
      1,
    );
  });

  it('finds side and territory', () => {
    expect(findingOf(result, 'ischemic-side').value).toBe('right');
    expect(findingOf(result, 'ischemic-territory').value).toBe('right-carotid');
  });

  it('nests its volumes: a longer delay is never a larger region', () => {
    const volumes = ([4, 6, 8, 10, 14] as const).map((s) => numberOf(result, `tmax-over-${s}-volume`));
    expect(volumes).toEqual([...volumes].sort((a, b) => b - a));
    expect(numberOf(result, 'hypoperfusion-intensity-ratio')).toBeCloseTo(
      numberOf(result, 'tmax-over-10-volume') / numberOf(result, 'tmax-over-6-volume'),
      2,
    );
    expect(numberOf(result, 'very-low-cbv-volume')).toBeLessThanOrEqual(numberOf(result, 'core-volume'));
    expect(numberOf(result, 'cbv-index')).toBeGreaterThan(0.4);
    expect(numberOf(result, 'cbv-index')).toBeLessThan(1);
  });

  it('takes its arterial input from an artery and its venous output from the sinus, and shows both', () => {
    const [artery, vein] = result.curves;
    expect([artery?.name, vein?.name]).toEqual(['arterial input', 'venous output']);
    expect(labelAt(phantom, artery?.voxel)).toBe(LABEL.artery);
    expect(labelAt(phantom, vein?.voxel)).toBe(LABEL.vein);
    expect(artery?.seconds).toHaveLength(artery?.values.length ?? 0);
  });

  it('draws regions that are as large as the findings say, and maps with their units', () => {
    for (const [label, kind] of [
      ['core', 'core-volume'],
      ['hypoperfusion', 'tmax-over-6-volume'],
    ] as const) {
      const voxels = result.segments.find((segment) => segment.label === label)?.voxels.reduce((a, b) => a + b, 0) ?? 0;
      expect((voxels * 3 * 3 * 9) / 1000).toBeCloseTo(numberOf(result, kind), 1);
    }
    expect(result.maps.map(({ name, volume }) => [name, volume.unit])).toEqual([
      ['Tmax', 's'],
      ['CBF', 'mL/(100.g.min)'],
      ['CBV', 'mL/(100.g)'],
      ['MTT', 's'],
      ['TTP', 's'],
    ]);
    const cbv = result.maps[2]?.volume.values ?? new Float32Array();
    const gray = cbv.filter((value, at) => phantom.labels[at] === LABEL.gray && !Number.isNaN(value)).sort();
    // 4 mL/100 mL of blood with large-vessel hematocrit are 2.8 mL/100 g.
    expect(gray[Math.floor(gray.length / 2)]).toBeCloseTo((4 * 0.733) / 1.04, 0);
    expect(result.background?.unit).toBe('HU');
  });

  it('warns of a core that may be overestimated 75 minutes after last known well', () => {
    const warning = result.quality.find(({ code }) => code === 'ghost-core');
    expect(warning).toMatchObject({ severity: 'limits', figures: { minutes: 75 } });
    expect(warning?.figures['coreBelow20PercentMl']).toBeLessThan(numberOf(result, 'core-volume'));
  });

  it('says which graph ran where, by which settings, and how far it is', () => {
    expect(result).toMatchObject({ model: { name: 'perfusion' }, ranOn: 'cpu' });
    expect(findingOf(result, 'core-volume').settings).toMatchObject({
      deconvolution: 'oscillation-index',
      coreRelativeFlow: 0.3,
      tmaxSeconds: 6,
    });
    const percents = seen.map(([, percent]) => percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
  });
});

it('left stays left when the image is stored mirrored, the head turned and the slices shuttle', async () => {
  const phantom = perfusionPhantom({
    ...{ side: 'left', flipped: true, yawDegrees: 7, radii: [18, 30, 35], noise: 2, frames: 27, intervalSeconds: 2 },
    sliceTime: (k) => (k < 4 ? 0 : 1),
  });
  const result = await runPerfusion(phantom, { engine });
  expect(findingOf(result, 'ischemic-side').value).toBe('left');
  expectTruth(result, phantom);
  expect(result.quality.map(({ code }) => code)).toContain('onset-unknown');
});

it('a head that moves is brought back: the volumes stay, the motion is told', async () => {
  const phantom = perfusionPhantom({
    ...{ radii: [18, 30, 35], noise: 2 },
    motion: (frame) => (frame < 12 ? { yawDegrees: 0, shift: [0, 0, 0] } : { yawDegrees: 4, shift: [3, -4, 0] }),
  });
  const result = await runPerfusion(phantom, { engine });
  // What moved out of the skull's shadow is lost at the border, which no interval knows.
  expectTruth(result, phantom, 0.2, false);
  const told = result.quality.filter(({ code }) => code === 'motion');
  expect(told).toMatchObject([{ severity: 'limits' }]);
  // One measurement: the remark and the method say the same millimeters.
  expect(told[0]?.figures['motionMm']).toBeCloseTo(Number(findingOf(result, 'core-volume').settings['motionMm']), 2);
});

it('a brain without a lesion has none: volumes of 0 mL, no side, and no ratio', async () => {
  const result = await runPerfusion(perfusionPhantom({ side: null }), { engine });
  for (const kind of ['core-volume', 'tmax-over-6-volume', 'tmax-over-10-volume', 'mismatch-volume'] as const) {
    expect(findingOf(result, kind).value, kind).toBe(0);
  }
  const { interval, detectionFloor } = findingOf(result, 'tmax-over-6-volume');
  expect(interval).toMatchObject({ low: 0 });
  expect(interval?.high).toBeGreaterThanOrEqual(detectionFloor ?? Infinity);
  const kinds = result.findings.map(({ kind }) => kind);
  for (const absent of ['ischemic-side', 'mismatch-ratio', 'hypoperfusion-intensity-ratio'] as const) {
    expect(kinds).not.toContain(absent);
  }
});

describe('MR perfusion', () => {
  const phantom = perfusionPhantom({ kind: 'mr', side: 'left', radii: [18, 32, 37] });
  const { size, affine } = phantom.series;
  const adc = {
    ...{ size, affine, unit: '10*-6.mm2/s' as const },
    values: Float32Array.from(phantom.labels, (label) =>
      label >= 10 && label < 20 ? 450 : label === LABEL.fluid ? 3000 : 800,
    ),
  };

  it('measures hypoperfusion by Tmax and the core by the diffusion coefficient', async () => {
    const result = await runPerfusion(phantom, { engine, adc });
    expect(result.state).toBe('final');
    expect(findingOf(result, 'ischemic-side').value).toBe('left');
    const late = numberOf(result, 'tmax-over-6-volume');
    expect(Math.abs(late - phantom.hypoperfusedMl)).toBeLessThan(0.2 * phantom.hypoperfusedMl);
    expect(Math.abs(numberOf(result, 'core-volume') - phantom.coreMl)).toBeLessThan(0.1 * phantom.coreMl);
    expect(findingOf(result, 'core-volume')).toMatchObject({
      seriesUids: ['2.25.2', '2.25.9'],
      settings: { coreAdc: 620 },
    });
    expect(result.quality).toContainEqual({ code: 'relative-flow', severity: 'note', figures: {} });
  });

  it('has no core and no mismatch without diffusion: unknown is not 0 mL', async () => {
    const result = await runPerfusion(phantom, { engine });
    const kinds = result.findings.map(({ kind }) => kind);
    expect(kinds).toContain('tmax-over-6-volume');
    for (const absent of ['core-volume', 'mismatch-volume', 'mismatch-ratio', 'very-low-cbv-volume'] as const) {
      expect(kinds).not.toContain(absent);
    }
    expect(result.quality).toContainEqual({ code: 'no-diffusion', severity: 'limits', figures: {} });
  });
});

describe('a study that cannot be used is refused, with the reason', () => {
  it.each([
    ['contrast-absent', { arrival: Infinity }],
    ['short-acquisition', { frames: 12 }],
    ['truncated-bolus', { frames: 20, arrival: 20 }],
    ['noisy', { noise: 25 }],
  ])('%s', async (code, options) => {
    const result = await runPerfusion(perfusionPhantom(options), { engine });
    expect(result).toMatchObject({ state: 'refused', findings: [], segments: [] });
    expect(result.quality).toContainEqual(expect.objectContaining({ code, severity: 'refuses' }));
  });

  it('no brain', async () => {
    const phantom = perfusionPhantom();
    const frames = phantom.series.frames.map((frame) => new Float32Array(frame.length).fill(-1000));
    const result = await runPerfusion({ ...phantom, series: { ...phantom.series, frames } }, { engine });
    expect(result.quality).toContainEqual(expect.objectContaining({ code: 'brain-not-found', severity: 'refuses' }));
  });
});

it('a reviewer can point at another artery, or ask for plain SVD', async () => {
  const phantom = perfusionPhantom({ noise: 2 });
  // The anterior cerebral artery, at x 0 and y 42 mm.
  const voxel = [38, 53, 2];
  const result = await runPerfusion(phantom, { engine, overrides: { aif: voxel, deconvolution: 'plain-svd' } });
  expect(result.curves[0]?.voxel).toEqual(voxel);
  expect(findingOf(result, 'tmax-over-6-volume').settings).toMatchObject({ deconvolution: 'plain-svd' });
});

describe('a voxel that a reviewer cannot have meant is refused, with where it lies and where it may lie', () => {
  const phantom = perfusionPhantom();
  const [columns, rows, slices] = phantom.series.size;
  const refusal = async (overrides: Readonly<Record<string, unknown>>) => {
    const { state, quality, findings } = await runPerfusion(phantom, { engine, overrides });
    expect([state, findings]).toEqual(['refused', []]);
    return quality.filter(({ severity }) => severity === 'refuses');
  };

  it('outside of the image', async () => {
    expect(await refusal({ aif: [columns, 3, 1], vof: [0, 0, slices] })).toEqual([
      {
        code: 'arterial-voxel-outside-image',
        severity: 'refuses',
        figures: { column: columns, row: 3, slice: 1, columns, rows, slices },
      },
      {
        code: 'venous-voxel-outside-image',
        severity: 'refuses',
        figures: { column: 0, row: 0, slice: slices, columns, rows, slices },
      },
    ]);
  });

  it('in the air beside the head', async () => {
    expect(await refusal({ aif: [0, 0, 1] })).toEqual([
      { code: 'arterial-voxel-outside-head', severity: 'refuses', figures: { column: 0, row: 0, slice: 1 } },
    ]);
    expect(await refusal({ vof: [columns - 1, rows - 1, 1] })).toMatchObject([{ code: 'venous-voxel-outside-head' }]);
  });
});

it('stops when it is told to', async () => {
  const signal = AbortSignal.abort(new Error('cancelled'));
  await expect(runPerfusion(perfusionPhantom(), { engine, signal })).rejects.toThrow('cancelled');
});

it('runs for CT and for MR perfusion, and for nothing else', () => {
  const { accepts } = perfusionPipeline();
  expect([accepts(['ncct', 'ctp']), accepts(['pwi']), accepts(['ncct', 'cta', 'dwi-b1000', 'adc'])]).toEqual([
    true,
    true,
    false,
  ]);
});
