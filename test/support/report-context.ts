/** A result with segments on a series made by code, as the writers of DICOM objects get it. */
import type { SegmentDraft } from '../../src/imaging/pipelines/pipeline.ts';
import { readStudyHeader } from '../../src/imaging/results/dicom/study-header.ts';
import type { Device, ReportContext } from '../../src/imaging/results/dicom/report-context.ts';
import { findingsOf, type NewResult } from '../../src/imaging/results/result.ts';
import { aResult, FOUND_AT } from './imaging-result.ts';
import { sphere, type MadeSeries, type Sphere } from './source-series.ts';

export const DEVICE: Device = {
  manufacturer: 'stroke-cds.org',
  modelName: 'Stroke CDS',
  version: '0.1.0',
  serialNumber: 'test site',
};
export const CORE: Sphere = { center: [4, 6, 21], radius: 8 };
export const HYPOPERFUSION: Sphere = { center: [4, 6, 21], radius: 14 };

export const segment = (label: string, { grid, source }: MadeSeries, region: Sphere): SegmentDraft => ({
  label,
  grid,
  voxels: sphere(grid, region),
  source,
});

export function reportContext(
  series: MadeSeries,
  segments: readonly SegmentDraft[] = [segment('core', series, CORE), segment('hypoperfusion', series, HYPOPERFUSION)],
  result: NewResult = aResult({ studyUid: series.source.studyUid }),
): ReportContext {
  const [instance] = series.instances;
  if (instance === undefined) throw new Error('the series is empty');
  return {
    result,
    findings: findingsOf(result, FOUND_AT),
    segments,
    sources: [series.source],
    header: readStudyHeader(instance),
    device: DEVICE,
    at: FOUND_AT,
    timeZone: 'America/New_York',
  };
}
