/**
 * A pipeline turns the series of one study into findings. It computes on volumes, asks the inference engine for heavy
 * steps, and knows no database, no network and no clock.
 */
import type {
  FindingInterval,
  FindingKind,
  FindingMethod,
  Instant,
  Measurement,
  QualityRemark,
} from '../../case/index.ts';
import type { InferenceEngine } from '../../inference/engine.ts';
import type { SeriesRole } from '../series/series-role.ts';
import type { Built, Grid, SourceSeries, TimeSeries, Volume } from '../volume/volume.ts';

export interface RoledSeries {
  readonly role: SeriesRole;
  readonly source: SourceSeries;
  readonly acquiredAt: Instant | null;
  /** Remarks of the quality gate on this series alone. */
  readonly quality: readonly QualityRemark[];
  /** Reads and builds; a second call answers from memory. @throws ImageRefusal */
  readonly load: () => Promise<Built<Volume> | Built<TimeSeries>>;
}

/** An earlier scan of the same patient with its final result, for the pipelines that compare. */
export interface PriorScan {
  /** Id of the finding that names the volume; with another result of the scan it is another one. */
  readonly findingId: string;
  readonly volume: { readonly ml: number; readonly interval: { readonly low: number; readonly high: number } };
  /** What measured it. */
  readonly method: Measurement;
  /** The series that was segmented, read and built. @throws ImageRefusal, or when its images are no longer held */
  readonly load: () => Promise<{
    readonly built: Built<Volume>;
    /** Label of a segment → one array a source slice (rows x columns, 1 inside); undefined: nothing on that slice. */
    readonly segments: ReadonlyMap<string, readonly (Uint8Array | undefined)[]>;
  }>;
}

export interface PipelineInputs {
  readonly series: readonly RoledSeries[];
  /** Last known well where the case was known when the job began. */
  readonly lastKnownWell: Instant | null;
  /** What a reviewer overrode, of what the pipeline reads: {"aif": [120, 80, 6]} voxel indices. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** What pipelines of a lower priority number made of the same study in this run. */
  readonly earlier?: readonly { readonly pipeline: string; readonly result: PipelineResult }[];
  /** The first scan of the same episode with a hemorrhage, where there is one. */
  readonly prior?: PriorScan;
}

/** What the manifest of a network says of how its answer is to be read, by name; in the units of the manifest. */
export interface NetworkFigures {
  /** Version, graph and where it is served: with another one the same images may give another result. */
  readonly identity: string;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly detectionFloors: Readonly<Record<string, number>>;
}

export interface PipelineContext {
  readonly engine: InferenceEngine;
  /** undefined for a network that is not in use. */
  readonly figuresOf?: (network: string) => NetworkFigures | undefined;
  /** @param percent 0–100 of the whole pipeline */
  readonly progress: (stage: string, percent: number) => void;
  readonly signal: AbortSignal;
}

export interface FindingDraft {
  readonly kind: FindingKind;
  readonly value: number | boolean | string | null;
  readonly interval: FindingInterval | null;
  readonly detectionFloor: number | null;
  readonly quality: readonly QualityRemark[];
  readonly settings: FindingMethod['settings'];
  readonly seriesUids: readonly string[];
  /** Further numbers of one object, by name: of 'ischemic-lesion' its features in template space. */
  readonly features?: Readonly<Record<string, number>>;
}

/** A region for DICOM SEG and overlays; on its own grid, written onto the slices of `source`. */
export interface SegmentDraft {
  /** 'core' | 'hypoperfusion' | 'brain' … with its codes in results. */
  readonly label: string;
  readonly grid: Grid;
  /** 1 inside. */
  readonly voxels: Uint8Array;
  readonly source: SourceSeries;
  /** The network that outlined it; absent where a threshold or another rule did. */
  readonly network?: NonNullable<FindingMethod['model']>;
}

/** A map for NIfTI and the contact sheet. */
export interface MapDraft {
  /** 'Tmax' */
  readonly name: string;
  readonly volume: Volume;
  /** Values of the two ends of the color bar. */
  readonly window: readonly [number, number];
}

export interface PipelineResult {
  readonly state: 'final' | 'refused';
  /** Of the whole result, the refusing one included. */
  readonly quality: readonly QualityRemark[];
  readonly findings: readonly FindingDraft[];
  readonly segments: readonly SegmentDraft[];
  readonly maps: readonly MapDraft[];
  /** The anatomical image to draw on; null when there is none. */
  readonly background: Volume | null;
  /** Curves and choices that a person should see: arterial input, venous output. */
  readonly curves: readonly {
    readonly name: string;
    readonly seconds: readonly number[];
    readonly values: readonly number[];
    /** Voxel that it was taken from. */
    readonly voxel: readonly [number, number, number] | null;
  }[];
  readonly model: FindingMethod['model'];
  readonly ranOn: string | null;
}

export interface Pipeline {
  readonly name: string;
  readonly version: string;
  /** Jobs of a lower number run first. */
  readonly priority: number;
  /** Overrides that it reads; the others make no other result of it. */
  readonly overrides?: readonly string[];
  /**
   * What of `inputs.overrides` cannot be meant on these images; found without running the pipeline, so that the person who
   * decided hears of it at once. @throws ImageRefusal for images that cannot be used
   */
  readonly checkOverrides?: (inputs: PipelineInputs) => Promise<readonly QualityRemark[]>;
  /** It compares with an earlier scan: with another one it has another result. */
  readonly compares?: boolean;
  /** What `accepts` asks for, in words: 'a CT perfusion series (many images of one place over time)'. */
  readonly needs?: string;
  /** Networks of which it needs one to have something to say: it does not run where none is installed and switched on. */
  readonly networks?: readonly string[];
  /** Networks that decide its result where they are in use: another version of one makes another result of the same images. */
  readonly restsOn?: readonly string[];
  /** Can it run on a study with these series? */
  readonly accepts: (roles: readonly SeriesRole[]) => boolean;
  /** @throws ImageRefusal for images that cannot be used; anything else is a fault and may be retried */
  readonly run: (inputs: PipelineInputs, context: PipelineContext) => Promise<PipelineResult>;
}
