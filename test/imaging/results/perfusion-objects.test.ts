/** The whole way of a CT perfusion study of known truth: its SEG and SR, as the analysis writes them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { analyzeStudy, type AnalyzedPipeline } from '../../../src/analysis/analyze-study.ts';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { PIPELINES } from '../../../src/imaging/pipelines/index.ts';
import { openStudySeries } from '../../../src/imaging/series/open-study-series.ts';
import { ctpStudy } from '../../support/ctp-study.ts';
import {
  dciodvfyProblems,
  dicomToolsUnavailable,
  maskOf,
  readWithPydicom,
  type ReadSeg,
  type ReadSr,
} from '../../support/dicom-tools.ts';
import { FOUND_AT } from '../../support/imaging-result.ts';
import { inProcessEngine } from '../../support/in-process-engine.ts';
import { DEVICE } from '../../support/report-context.ts';

const unavailable = dicomToolsUnavailable();

describe.skipIf(unavailable !== null)(`SEG and SR of a perfusion study ${unavailable ?? ''}`, () => {
  let run: AnalyzedPipeline;
  let seg: ReadSeg;
  let sr: ReadSr;
  const bytesOf = (kind: string): Uint8Array => run.outputs.find((one) => one.kind === kind)?.bytes ?? new Uint8Array();

  beforeAll(async () => {
    const instances = ctpStudy().instances.map(({ bytes }) => ({
      header: parseInstance(bytes),
      bytes: () => Promise.resolve(bytes),
    }));
    const engine = inProcessEngine();
    const { runs, failed } = await analyzeStudy(
      await openStudySeries(instances),
      instances,
      { engine, progress: () => undefined, signal: new AbortController().signal },
      {
        pipelines: PIPELINES,
        content: 'c',
        lastKnownWell: null,
        overrides: {},
        timeZone: 'UTC',
        device: DEVICE,
        complete: false,
        at: FOUND_AT,
        former: {},
        now: () => 0,
      },
    );
    expect(failed).toEqual([]);
    [run] = runs as [AnalyzedPipeline];
    [seg, sr] = readWithPydicom([bytesOf('seg'), bytesOf('sr')]) as [ReadSeg, ReadSr];
  });

  it('are found without error by dciodvfy', () => {
    expect(dciodvfyProblems(bytesOf('seg'))).toEqual([]);
    expect(dciodvfyProblems(bytesOf('sr'))).toEqual([]);
  });

  it('hold the volumes of the findings: what the SR says is what the voxels of the SEG add up to', () => {
    // Phantom slices have no gap, so a voxel is pixel area times slice distance.
    const [z0 = 0, z1 = 0] = [...new Set(seg.frames.map(({ position }) => position[2] ?? 0))].sort((a, b) => a - b);
    const voxel = ((seg.spacing[0] ?? 0) * (seg.spacing[1] ?? 0) * (z1 - z0)) / 1000;
    for (const [kind, label] of [
      ['core-volume', 'Ischemic core'],
      ['tmax-over-6-volume', 'Hypoperfusion'],
    ] as const) {
      const number = seg.segments.find((one) => one.label === label)?.number;
      const frames = seg.frames.filter(({ segment }) => segment === number);
      const counted = frames.reduce((sum, frame) => sum + maskOf(frame).reduce((n, one) => n + one, 0), 0);
      const value = run.findings.find((finding) => finding.kind === kind)?.value;
      expect(counted * voxel, kind).toBeCloseTo(Number(value), 0);
    }
  });

  it('say that they are preliminary while images are known to come', () => {
    expect([sr.completion, sr.preliminary]).toEqual(['PARTIAL', 'PRELIMINARY']);
    expect(new Set(run.findings.map(({ state }) => state))).toEqual(new Set(['preliminary']));
  });
});
