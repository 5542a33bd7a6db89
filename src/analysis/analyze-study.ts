/**
 * DICOM → series → volume → inference → features → findings, for one study: what the analysis process does for the
 * service and `stroke-cds analyze` does on the command line.
 */
import type { ImagingFinding, Instant } from '../case/index.ts';
import type {
  Pipeline,
  PipelineContext,
  PipelineResult,
  PriorScan,
  RoledSeries,
} from '../imaging/pipelines/pipeline.ts';
import { runPipelines, type FailedRun, type PipelineRun } from '../imaging/pipelines/run-pipelines.ts';
import type { DicomObject } from '../imaging/results/dicom/encode.ts';
import type { Device } from '../imaging/results/dicom/report-context.ts';
import { writeReport, type FormerReport } from '../imaging/results/dicom/report.ts';
import { writeSegmentations } from '../imaging/results/dicom/segmentation.ts';
import { readStudyHeader } from '../imaging/results/dicom/study-header.ts';
import type { OutputKind } from '../imaging/results/findings-store.ts';
import { assertSound, findingsOf, type NewResult } from '../imaging/results/result.ts';
import type { SourceSeries } from '../imaging/volume/volume.ts';
import type { StudyInstance } from '../imaging/series/slice-reader.ts';

export interface AnalyzeOptions {
  readonly pipelines: readonly Pipeline[];
  /** Version of the study's content: SHA-256 over the digests of its images. */
  readonly content: string;
  /** Version of settings beside the images that decide results; '' for the product's own. */
  readonly settingsVersion?: string;
  readonly lastKnownWell: Instant | null;
  readonly overrides: Readonly<Record<string, unknown>>;
  /** IANA zone for the times in SEG and SR. */
  readonly timeZone: string;
  readonly device: Device;
  /** false: more images of the study are known to come, so what is found now is preliminary. */
  readonly complete: boolean;
  /** Written into SEG and SR; the same instant gives the same bytes. */
  readonly at: Instant;
  /** The report that each pipeline's new one replaces. */
  readonly former: Readonly<Record<string, FormerReport>>;
  /** Hashes of the inputs of results that were replaced, by pipeline. */
  readonly replaced?: Readonly<Record<string, readonly string[]>>;
  /** The scan that this one is compared with. */
  readonly prior?: PriorScan;
  /** Called with what each pipeline found, before the next one begins. */
  readonly onAnalyzed?: (run: AnalyzedPipeline) => Promise<void>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export interface StudyOutput extends DicomObject {
  readonly kind: OutputKind;
}

export interface AnalyzedPipeline extends PipelineRun {
  readonly acquiredAt: Instant | null;
  readonly found: NewResult;
  readonly findings: readonly ImagingFinding[];
  readonly outputs: readonly StudyOutput[];
}

export interface AnalyzedStudy {
  readonly runs: readonly AnalyzedPipeline[];
  readonly failed: readonly FailedRun[];
}

/** @param instances that the series came from: SEG and SR take patient and study from them; none, no SEG or SR (NIfTI) */
export async function analyzeStudy(
  series: readonly RoledSeries[],
  instances: readonly StudyInstance[],
  context: PipelineContext,
  options: AnalyzeOptions,
): Promise<AnalyzedStudy> {
  const { content, settingsVersion = '', lastKnownWell, overrides, prior, now } = options;
  const inputs = { series, lastKnownWell, overrides, ...(prior === undefined ? {} : { prior }) };
  const analyzed: AnalyzedPipeline[] = [];
  const unwritten: FailedRun[] = [];
  const onRun = async (run: PipelineRun): Promise<void> => {
    let complete: AnalyzedPipeline;
    try {
      complete = await withOutputs(run, series, instances, options);
      assertSound(complete.found);
    } catch (error) {
      // What one pipeline cannot put into words must not take the others' results along.
      unwritten.push({ pipeline: run.pipeline, version: run.version, error });
      return;
    }
    analyzed.push(complete);
    await options.onAnalyzed?.(complete);
  };
  const { failed } = await runPipelines(inputs, context, {
    pipelines: options.pipelines,
    content: content + settingsVersion,
    ...(options.replaced === undefined ? {} : { replaced: options.replaced }),
    onRun,
    now,
  });
  return { runs: analyzed, failed: [...failed, ...unwritten] };
}

async function withOutputs(
  run: PipelineRun,
  series: readonly RoledSeries[],
  instances: readonly StudyInstance[],
  options: AnalyzeOptions,
): Promise<AnalyzedPipeline> {
  const { result } = run;
  const sources = sourcesOf(run, series);
  const acquiredAt = earliest(series.filter(({ source }) => sources.includes(source)));
  const studyUid = sources[0]?.studyUid ?? '';
  const found: NewResult = {
    studyUid,
    pipeline: run.pipeline,
    pipelineVersion: run.version,
    inputsHash: run.inputsHash,
    content: options.content,
    state: result.state === 'final' && !options.complete ? 'preliminary' : result.state,
    acquiredAt,
    said: saidBy(result),
    stageTimes: [],
  };
  const findings = findingsOf(found, options.at);
  const first = instances.find(({ header }) => header.seriesUid === sources[0]?.seriesUid);
  if (first === undefined) return { ...run, acquiredAt, found, findings, outputs: [] };
  const report = {
    result: found,
    findings,
    segments: result.segments,
    sources,
    header: readStudyHeader(await first.bytes()),
    device: options.device,
    at: options.at,
    timeZone: options.timeZone,
  };
  const segmentations = writeSegmentations(report);
  const outputs: StudyOutput[] = [
    ...segmentations.map((object) => ({ ...object, kind: 'seg' as const })),
    { ...writeReport(report, segmentations, options.former[run.pipeline] ?? null), kind: 'sr' as const },
  ];
  return { ...run, acquiredAt, found, findings, outputs };
}

/** What is kept: no volumes. */
const saidBy = ({ quality, findings, curves, model, ranOn }: PipelineResult): NewResult['said'] => ({
  quality,
  findings,
  curves,
  model,
  ranOn,
});

/** The series that findings and segments rest on; of a refusal, all that the pipeline could have used. */
function sourcesOf({ result }: PipelineRun, series: readonly RoledSeries[]): readonly SourceSeries[] {
  const named = new Set([
    ...result.findings.flatMap(({ seriesUids }) => seriesUids),
    ...result.segments.map(({ source }) => source.seriesUid),
  ]);
  const used = series.filter(({ source }) => named.has(source.seriesUid));
  const all = series.filter(({ role }) => !['localizer', 'derived', 'other'].includes(role));
  const chosen = used.length > 0 ? used : all.length > 0 ? all : series;
  const bySeries = new Map(chosen.map(({ source }) => [source.seriesUid, source]));
  return [...bySeries.values()];
}

function earliest(series: readonly RoledSeries[]): Instant | null {
  const times = series.flatMap(({ acquiredAt }) => (acquiredAt === null ? [] : [acquiredAt]));
  return times.length === 0 ? null : (Math.min(...times) as Instant);
}
