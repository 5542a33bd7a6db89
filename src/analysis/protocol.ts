/** Messages between the service and the process that analyzes studies. Volumes stay there; findings and files come back. */
import type { Instant } from '../case/index.ts';
import type { Locale } from '../explanation/index.ts';
import type { PriorScan } from '../imaging/pipelines/pipeline.ts';
import type { StageTime } from '../imaging/pipelines/run-pipelines.ts';
import type { Device } from '../imaging/results/dicom/report-context.ts';
import type { FormerReport } from '../imaging/results/dicom/report.ts';
import type { NewResult } from '../imaging/results/result.ts';
import type { RoleRule } from '../imaging/series/rule.ts';
import type { SeriesRole } from '../imaging/series/series-role.ts';
import type { StudyOutput } from './analyze-study.ts';
import type { EngineSettings } from './engine-settings.ts';

/** Handed over once, when the process starts. Holds the key of the images: it travels by this channel only. */
export interface AnalysisSettings {
  readonly images: {
    readonly directory: string;
    readonly encryption: { readonly key: string; readonly olderKeys: readonly string[] } | null;
  };
  readonly engine: EngineSettings;
  readonly pipelinesOff: readonly string[];
  /** By which series get their roles, in order. */
  readonly seriesRules: readonly RoleRule[];
  /** IANA zone of acquisition times without one. */
  readonly timeZone: string;
  /** What contact sheets are written in. */
  readonly texts: { readonly directory: string; readonly locale: Locale };
  /** How SEG and SR name this installation. */
  readonly device: Device;
}

/** An earlier study of the same patient with a final result of a hemorrhage. */
export interface PriorStudy {
  readonly studyUid: string;
  /** As in `PriorScan`. */
  readonly findingId: string;
  readonly volume: PriorScan['volume'];
  readonly method: PriorScan['method'];
  readonly acquiredAt: Instant;
  /** Paths in the image store. */
  readonly paths: readonly string[];
  /** The DICOM segmentation that was made of it. */
  readonly segmentation: Uint8Array;
}

export interface AnalysisRequest {
  readonly studyUid: string;
  /** Version of the study's content. */
  readonly content: string;
  /** Paths in the image store. */
  readonly paths: readonly string[];
  readonly lastKnownWell: Instant | null;
  readonly overrides: Readonly<Record<string, unknown>>;
  /** false: more images of the study are known to come. */
  readonly complete: boolean;
  /** Written into SEG and SR; a repeated job gives the same instant. */
  readonly at: Instant;
  /** The report that each pipeline's new one replaces. */
  readonly former: Readonly<Record<string, FormerReport>>;
  /** Hashes of the inputs of results that were replaced, by pipeline. */
  readonly replaced: Readonly<Record<string, readonly string[]>>;
  /** What it may be compared with; the time of its own images, which only the analysis knows, decides. */
  readonly priors: readonly PriorStudy[];
}

/** One pipeline's result without its volumes. */
export interface AnalyzedRun {
  readonly found: NewResult;
  readonly stages: readonly StageTime[];
  readonly outputs: readonly StudyOutput[];
  /** Contact sheet, PNG; absent where it could not be drawn. */
  readonly sheet?: Uint8Array;
}

export interface AnalysisAnswer {
  readonly series: readonly { readonly seriesUid: string; readonly role: SeriesRole }[];
  readonly runs: readonly AnalyzedRun[];
  /** Pipelines that failed without being refused: a fault of ours, tried again. */
  readonly failed: readonly { readonly pipeline: string; readonly version: string; readonly reason: string }[];
}

/** Where a model really runs. */
export interface EngineModel {
  readonly name: string;
  readonly version: string;
  /** Execution provider that loaded, or 'kserve:<host>'; null: none, or not asked yet. */
  readonly ranOn: string | null;
  /** Why it cannot run; no patient data. */
  readonly problem: string | null;
}

export type ToAnalysis =
  | { readonly type: 'settings'; readonly settings: AnalysisSettings }
  | { readonly type: 'analyze'; readonly id: number; readonly request: AnalysisRequest };

export type FromAnalysis =
  | { readonly type: 'ready'; readonly models: readonly EngineModel[] }
  | { readonly type: 'progress'; readonly id: number; readonly stage: string; readonly percent: number }
  /** As soon as it is found: blood must not wait for what takes longer. */
  | { readonly type: 'run'; readonly id: number; readonly run: AnalyzedRun }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Omit<AnalysisAnswer, 'runs'> }
  /** `permanent`: the same images will fail again. */
  | { readonly type: 'failure'; readonly id: number; readonly reason: string; readonly permanent: boolean };
