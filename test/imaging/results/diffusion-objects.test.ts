/** A diffusion study from its DICOM images to findings, SEG and SR, through the product's own pipelines and networks. */
import { beforeAll, describe, expect, it } from 'vitest';
import { analyzeStudy, type AnalyzedPipeline } from '../../../src/analysis/analyze-study.ts';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { PIPELINES } from '../../../src/imaging/pipelines/index.ts';
import { openStudySeries } from '../../../src/imaging/series/open-study-series.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';
import { mrSeries, type BuiltInstance, type DicomTags } from '../../support/dicom-files.ts';
import { diffusionStudy } from '../../support/diffusion-study.ts';
import { dciodvfyProblems, dicomToolsUnavailable, readWithPydicom, type ReadSeg } from '../../support/dicom-tools.ts';
import { FOUND_AT } from '../../support/imaging-result.ts';
import { inProcessEngine } from '../../support/in-process-engine.ts';
import { DEVICE } from '../../support/report-context.ts';

const unavailable = dicomToolsUnavailable();

/** b 0 and b 1000 in one series, and a FLAIR; no ADC map. */
function dicomStudy(): { readonly instances: readonly BuiltInstance[]; readonly lesionMl: number } {
  const { adc, weighted, flair, lesionMl } = diffusionStudy({
    ...{ size: [96, 104, 10], pixelMm: 2.2, sliceMm: 7 },
    ...{ lesion: 'early', side: 'left', radii: [20, 30, 34] },
  });
  const [nx, ny] = adc.size;
  // The phantom is right, front and up positive; DICOM is left, back and up.
  const at = (i: number, j: number, k: number): number => (k * ny + (ny - 1 - j)) * nx + (nx - 1 - i);
  const of = (image: Volume, series: string, description: string, more: object) => {
    const { affine: a, size } = image;
    const tags: DicomTags = { SeriesDescription: description, BodyPartExamined: 'HEAD' };
    return mrSeries({
      size,
      spacing: [a[0], a[5], a[10]],
      origin: [-(a[0] * (nx - 1) + a[3]), -(a[5] * (ny - 1) + a[7]), a[11]],
      ...{ study: 'diffusion', series, tags, slope: 1 },
      ...more,
    });
  };
  const b1000 = (n: number): number => weighted.values[n] ?? 0;
  const b0 = (n: number): number => b1000(n) * Math.exp((adc.values[n] ?? 0) / 1000);
  return {
    lesionMl,
    instances: [
      ...of(weighted, 'dwi', 'DWI', {
        bValues: [0, 1000],
        values: (i: number, j: number, k: number, t: number) => Math.round(4 * (t === 0 ? b0 : b1000)(at(i, j, k))),
      }),
      ...of(flair, 'flair', 'ax FLAIR', {
        values: (i: number, j: number, k: number) => Math.round(4 * (flair.values[at(i, j, k)] ?? 0)),
      }),
    ],
  };
}

describe.skipIf(unavailable !== null)(`a diffusion study ${unavailable ?? ''}`, () => {
  const { instances: built, lesionMl } = dicomStudy();
  let run: AnalyzedPipeline;

  beforeAll(async () => {
    const instances = built.map(({ bytes }) => ({ header: parseInstance(bytes), bytes: () => Promise.resolve(bytes) }));
    const { runs, failed } = await analyzeStudy(
      await openStudySeries(instances),
      instances,
      { engine: inProcessEngine(), progress: () => undefined, signal: new AbortController().signal },
      {
        ...{ pipelines: PIPELINES, content: 'c', lastKnownWell: null, overrides: {}, timeZone: 'UTC' },
        ...{ device: DEVICE, complete: true, at: FOUND_AT, former: {}, now: () => 0 },
      },
    );
    expect(failed).toEqual([]);
    [run] = runs as [AnalyzedPipeline];
  }, 600_000);

  it('without a map is measured on the map that is computed from b 0 and b 1000', () => {
    expect(run.pipeline).toBe('diffusion');
    expect(run.found.state).toBe('final');
    const volume = run.findings.find(({ kind }) => kind === 'dwi-lesion-volume');
    expect(volume?.method.model?.name).toBe('diffusion-lesion');
    expect(Math.abs((volume?.value as number) - lesionMl)).toBeLessThan(0.35 * lesionMl);
    expect(run.findings.find(({ kind }) => kind === 'dwi-lesion-side')?.value).toBe('left');
    expect(run.findings.find(({ kind }) => kind === 'dwi-flair-mismatch')?.value).toBe('present');
  });

  it('gives SEG and SR that dciodvfy accepts, with the lesion and the core', () => {
    const bytesOf = (kind: string): Uint8Array =>
      run.outputs.find((one) => one.kind === kind)?.bytes ?? new Uint8Array();
    expect(dciodvfyProblems(bytesOf('seg'))).toEqual([]);
    expect(dciodvfyProblems(bytesOf('sr'))).toEqual([]);
    const [seg] = readWithPydicom([bytesOf('seg')]) as [ReadSeg];
    expect(JSON.stringify(seg)).toContain('Diffusion lesion');
    expect(JSON.stringify(seg)).toContain('Ischemic core');
  });
});
