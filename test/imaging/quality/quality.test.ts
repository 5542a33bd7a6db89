/** Each defect is generated, and its remark must come; a clean image must have none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { QualityRemark } from '../../../src/case/index.ts';
import type { Point } from '../../../src/imaging/affine.ts';
import { REFUSAL_CODES } from '../../../src/imaging/image-refusal.ts';
import { builtQuality } from '../../../src/imaging/quality/built-quality.ts';
import { ANATOMY_QUALITY_CODES } from '../../../src/imaging/anatomy/index.ts';
import { ISCHEMIA_QUALITY_CODES } from '../../../src/imaging/pipelines/early-ischemia/index.ts';
import { HEMORRHAGE_QUALITY_CODES } from '../../../src/imaging/pipelines/hemorrhage/index.ts';
import { DIFFUSION_QUALITY_CODES } from '../../../src/imaging/pipelines/diffusion/index.ts';
import { PERFUSION_QUALITY_CODES } from '../../../src/imaging/pipelines/perfusion/index.ts';
import { FIGURE_NAMES } from '../../../src/imaging/quality/figures.ts';
import { QUALITY_CODES } from '../../../src/imaging/quality/remarks.ts';
import { seriesQuality } from '../../../src/imaging/quality/series-quality.ts';
import { timeSeriesQuality } from '../../../src/imaging/quality/time-series-quality.ts';
import { assignRoles } from '../../../src/imaging/series/assign-roles.ts';
import { openStudySeries } from '../../../src/imaging/series/open-study-series.ts';
import type { PixelFacts } from '../../../src/imaging/series/rule.ts';
import { seriesFacts } from '../../../src/imaging/series/series-facts.ts';
import { splitSeries } from '../../../src/imaging/series/split-series.ts';
import type { Built, GeometryStep, SourceSeries, TimeSeries, Volume } from '../../../src/imaging/volume/volume.ts';
import { geHeadCt, hasGeHeadCt } from '../../support/ge-head-ct.ts';
import { gauss, headHu, type HeadOptions, isVessel } from '../../support/head-phantom.ts';
import { type HeaderGiven, instanceHeader } from '../../support/image-headers.ts';

const codes = (remarks: readonly QualityRemark[]): string[] =>
  remarks.map(({ code, severity }) => `${severity}: ${code}`);

const SOURCE: SourceSeries = {
  studyUid: '1',
  seriesUid: '2',
  frameOfReferenceUid: null,
  modality: 'CT',
  rows: 1,
  columns: 1,
  orientation: [1, 0, 0, 0, 1, 0],
  pixelSpacing: [1, 1],
  slices: Array.from({ length: 40 }, (_, at) => ({
    sopInstanceUid: `${at}`,
    sopClassUid: '',
    frame: 1,
    position: [0, 0, at],
  })),
};

interface CtGiven {
  readonly from?: number;
  readonly to?: number;
  readonly head?: HeadOptions;
  readonly change?: (hu: number, p: Point) => number;
  readonly steps?: readonly GeometryStep[];
}

/** RAS grid of 2 mm and 5 mm over the head phantom (its z from -92 to 92). */
function ct({ from = -95, to = 95, head = {}, change = (hu) => hu, steps = [] }: CtGiven = {}): Built<Volume> {
  const [n, mm, gap] = [110, 2, 5];
  const nz = Math.round((to - from) / gap) + 1;
  const values = new Float32Array(n * n * nz);
  const hu = headHu(head);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) {
        const p: Point = [(i - n / 2) * mm, (j - n / 2) * mm, from + k * gap];
        values[i + n * (j + n * k)] = change(hu(p), p);
      }
    }
  }
  const affine = [-mm, 0, 0, n, 0, -mm, 0, n, 0, 0, gap, from] as const;
  return { image: { size: [n, n, nz], affine, values, unit: 'HU' }, source: SOURCE, steps };
}

const ctRemarks = async (given: CtGiven): Promise<string[]> => codes(await builtQuality(ct(given), 'ncct'));

describe('a native head CT', () => {
  it('that is clean has no remark; cut ends are noticed', async () => {
    expect(await ctRemarks({})).toEqual([]);
    expect(await ctRemarks({ to: 40 })).toEqual(['limits: vertex-cut']);
    expect(await ctRemarks({ from: -40 })).toEqual(['limits: base-cut']);
  });

  it('with metal and its streaks', async () => {
    const metal = (hu: number, p: Point): number => (Math.hypot(p[0] - 30, p[1], p[2]) < 6 ? 8000 : hu);
    expect(await ctRemarks({ change: metal })).toEqual(['note: metal']);
    const streaked = (hu: number, p: Point): number => {
      const ray = Math.abs(p[2]) < 6 && Math.abs(p[1] - 0.3 * (p[0] - 30)) < 4 && hu > -500;
      return metal(ray ? hu - 500 : hu, p);
    };
    expect(await ctRemarks({ change: streaked })).toEqual(['note: metal', 'limits: streaks']);
  });

  it('that is noisy', async () => {
    expect(await ctRemarks({ head: { noiseHu: 9 } })).toEqual(['note: noisy']);
    expect(await ctRemarks({ head: { noiseHu: 20 } })).toEqual(['limits: noisy']);
  });

  it('in which the head moved between two slices', async () => {
    const [still, moved] = [headHu(), headHu({ moved: [9, 5, 0] })];
    const jump = (_: number, p: Point): number => (p[2] > 2 ? moved(p) : still(p));
    expect(await ctRemarks({ change: jump })).toEqual(['limits: motion-between-slices']);
  });

  it('of which a slice was missing, or whose tilt is told differently', async () => {
    const steps = [
      { step: 'gap-bridged', atMm: 20, gapMm: 10, missingSlices: 1 },
      { step: 'tilt-tag-differs', tagDegrees: 18, measuredDegrees: 0 },
    ];
    expect(await ctRemarks({ steps })).toEqual(['limits: bridged-gap', 'note: tilt-tag-differs']);
  });

  it.skipIf(!hasGeHeadCt)('that is real, tilted and of 1997 technique has no false alarm', async () => {
    const study = geHeadCt().map(({ header, bytes }) => ({ header, bytes: () => Promise.resolve(bytes) }));
    const [series] = await openStudySeries(study);
    // Its upper half has 7 mm slices: the header of the first slice says 4.
    expect(codes(series?.quality ?? [])).toEqual([]);
    expect(codes((await series?.load())?.quality ?? [])).toEqual([]);
  });
});

interface CourseGiven {
  readonly seconds?: readonly number[];
  readonly bolus?: (second: number) => number;
  readonly noiseHu?: number;
  readonly slices?: number;
  readonly missing?: (t: number, k: number) => boolean;
}

const evenly = (count: number, seconds: number): number[] => Array.from({ length: count }, (_, t) => t * seconds);
const passage = (second: number): number => 250 * Math.exp(-(((second - 18) / 7) ** 2));

const NOISE = Float32Array.from({ length: 9973 }, (_, at) => gauss([at, 0, 0]));

/** CT perfusion of the phantom. */
function course(given: CourseGiven): TimeSeries {
  const { seconds = evenly(28, 2), bolus = passage, noiseHu = 5, slices = 6, missing } = given;
  const [n, mm, gap] = [52, 4, 5];
  const [hu, takesUp] = [new Float32Array(n * n * slices), new Float32Array(n * n * slices)];
  const head = headHu({ noiseHu: 0 });
  hu.forEach((_, at) => {
    const [i, j, k] = [at % n, Math.floor(at / n) % n, Math.floor(at / (n * n))];
    const p: Point = [(i - n / 2) * mm, (j - n / 2) * mm, (k - slices / 2) * gap];
    const value = head(p);
    const inVessel = isVessel(p) || Math.hypot(p[0] - 26, p[1]) < 6;
    hu[at] = value;
    takesUp[at] = value > -500 && value < 200 ? (inVessel ? 1 : 0.03) : 0;
  });
  const frames = seconds.map((second, t) => {
    const added = bolus(second);
    return hu.map((value, at) => {
      if (missing?.(t, Math.floor(at / (n * n))) === true) return NaN;
      return value + added * (takesUp[at] ?? 0) + noiseHu * (NOISE[(at * 31 + t * 7919) % NOISE.length] ?? 0);
    });
  });
  return {
    size: [n, n, slices],
    affine: [-mm, 0, 0, 100, 0, -mm, 0, 100, 0, 0, gap, -40],
    frames,
    times: Array.from({ length: slices }, () => Float64Array.from(seconds)),
    unit: 'HU',
  };
}

const SLAB = 'limits: small-coverage';
/** Without the remark on the thin slab that keeps these tests quick. */
const courseRemarks = async (given: CourseGiven): Promise<string[]> =>
  codes(await timeSeriesQuality(course(given))).filter((code) => code !== SLAB);

describe('a CT perfusion', () => {
  it('that is clean has no remark; of a single slab it is said that volumes are lower limits', async () => {
    expect(codes(await timeSeriesQuality(course({ slices: 17 })))).toEqual([]);
    expect(codes(await timeSeriesQuality(course({ slices: 8 })))).toEqual(['limits: small-coverage']);
    expect(codes(await timeSeriesQuality(course({})))).toEqual([SLAB]);
  });

  it('that ends before the bolus has passed, or has no bolus', async () => {
    expect(await courseRemarks({ bolus: (s) => passage(s - 28) })).toEqual([
      'limits: truncated-bolus',
      'limits: short-acquisition',
    ]);
    expect(await courseRemarks({ bolus: () => 0 })).toEqual(['refuses: contrast-absent']);
    expect(await courseRemarks({ bolus: (s) => passage(s + 18) })).toContain('limits: late-start');
  });

  it('that is too short, sampled too slowly, too noisy, or incomplete', async () => {
    expect(await courseRemarks({ seconds: evenly(16, 2) })).toContain('limits: short-acquisition');
    expect(await courseRemarks({ seconds: evenly(14, 4.5) })).toContain('limits: low-temporal-sampling');
    expect(await courseRemarks({ noiseHu: 30 })).toContain('limits: noisy');
    expect(await courseRemarks({ missing: (t, k) => k === 3 && t % 2 === 0 })).toEqual(['note: missing-frames']);
  });
});

describe('a series by its headers', () => {
  const judge = (
    given: HeaderGiven & { readonly count?: number; readonly gap?: number },
    pixels: Partial<PixelFacts> = {},
  ): string[] => {
    const { count = 32, gap = 5, ...rest } = given;
    const headers = Array.from({ length: count }, (_, k) =>
      instanceHeader(k, { ...rest, frames: [{ position: [0, 0, gap * k], sliceThickness: gap }] }),
    );
    const [part] = splitSeries(headers);
    if (part === undefined) throw new Error('no part');
    const facts = seriesFacts(part);
    const looked: PixelFacts = {
      ...{
        headShare: 0.8,
        bodyWidthMm: 160,
        vesselShare: 0,
        uniformShare: 0,
        contrastRiseHu: null,
        signalDropShare: null,
      },
      ...pixels,
    };
    const [decision] = assignRoles([{ facts, pixels: looked }]);
    if (decision === undefined) throw new Error('no decision');
    return codes(seriesQuality({ part, facts, pixels: looked, decision }));
  };

  it('that is clean has no remark', () => {
    expect(judge({})).toEqual([]);
    expect(judge({ imagesInAcquisition: 32 })).toEqual([]);
  });

  it('has few or thick slices, or is incomplete, sharp or lossy', () => {
    expect(judge({ count: 12 })).toEqual(['limits: few-slices']);
    expect(judge({ count: 18, gap: 9 })).toEqual(['limits: thick-slices']);
    expect(judge({ imagesInAcquisition: 36 })).toEqual(['limits: incomplete-series']);
    expect(judge({ convolutionKernel: 'BONEPLUS' })).toEqual(['limits: sharp-kernel']);
    expect(judge({ lossy: true })).toEqual(['note: lossy-compression']);
  });

  it('shows contrast where none is expected, another part of the body, or a phantom', () => {
    expect(judge({}, { vesselShare: 0.003 })).toEqual(['limits: contrast-present']);
    expect(judge({}, { headShare: 0 })).toEqual(['refuses: another-body-part']);
    expect(judge({}, { headShare: 0, uniformShare: 0.9 })).toEqual(['refuses: phantom']);
    expect(judge({ seriesDescription: 'water phantom' })).toEqual(['refuses: phantom']);
  });
});

describe('words', () => {
  it.each(['en', 'zh-CN'])('every remark and refusal has a name and how to mend it (%s)', (locale) => {
    const file = join(import.meta.dirname, '../../../cards/terms', locale, 'quality.json');
    const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { name?: string; sentence?: string }>;
    expect(Object.keys(words).sort()).toEqual(
      [
        ...QUALITY_CODES,
        ...ANATOMY_QUALITY_CODES,
        ...HEMORRHAGE_QUALITY_CODES,
        ...PERFUSION_QUALITY_CODES,
        ...ISCHEMIA_QUALITY_CODES,
        ...DIFFUSION_QUALITY_CODES,
        ...REFUSAL_CODES,
      ].sort(),
    );
    for (const { name, sentence } of Object.values(words)) {
      expect(name).toBeTruthy();
      expect(sentence).toMatch(/[.。]$/);
    }
  });

  it.each(['en', 'zh-CN'])('every figure of a remark has words with its unit (%s)', (locale) => {
    const file = join(import.meta.dirname, '../../../cards/terms', locale, 'figure.json');
    const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    expect(Object.keys(words)).toEqual([...FIGURE_NAMES]);
    for (const [name, text] of Object.entries(words)) {
      const isShare = /Share|Confidence|explained/.test(name);
      expect([name, text.includes(isShare ? '{percent}' : '{value}')]).toEqual([name, true]);
      const unit = /(Mm2|Mm|Ml|Hu|S)$/.exec(name)?.[1];
      const written = { Mm2: 'mm²', Mm: 'mm', Ml: 'mL', Hu: 'HU', S: ' s' };
      if (unit !== undefined) expect([name, text]).toEqual([name, expect.stringContaining(written[unit as 'Mm'])]);
    }
  });
});
