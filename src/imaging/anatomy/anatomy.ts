/** What the head-anatomy network and the geometry around it say of one volume. */
import type { FindingMethod, QualityRemark } from '../../case/index.ts';
import type { InferenceEngine } from '../../inference/engine.ts';
import type { Affine, Point } from '../affine.ts';
import type { Grid, Volume } from '../volume/volume.ts';
import type { Side } from './labels.ts';

/** 'ct': values are HU. 'mr': any contrast, arbitrary units. */
export type AnatomyModality = 'ct' | 'mr';

/** The plane of the falx. */
export interface MidlinePlane {
  /** A point on the plane; mm. */
  readonly point: Point;
  /** Of length 1, to the patient's right. */
  readonly normal: Point;
  /** Root mean square distance of the border between the hemispheres to the plane, mm. */
  readonly spreadMm: number;
}

/** How far the middle of the brain has left the plane of the falx. */
export interface MidlineShift {
  /** The larger of septum and third ventricle; 0 or more. */
  readonly mm: number;
  /** null below MIDLINE_SHIFT_ERROR_MM. */
  readonly towards: Side | null;
  readonly at: 'septum-pellucidum' | 'third-ventricle';
  /** Signed, positive towards the right; null where the structure was not seen. */
  readonly septumMm: number | null;
  readonly thirdVentricleMm: number | null;
}

export interface Anatomy {
  /** 3 mm, slices upward, rows to the back, columns to the patient's left. */
  readonly grid: Grid;
  /** Numbers of `labels.ts`, on `grid`. */
  readonly labels: Uint8Array;
  /** Probability of the label, 0 to 1, on `grid`. */
  readonly confidence: Float32Array;
  /** Mean over the brain. */
  readonly meanConfidence: number;
  /** mL, from the voxels of `grid`. */
  readonly brainMl: number;
  readonly ventriclesMl: number;
  /** null when the hemispheres do not show enough border. */
  readonly midline: MidlinePlane | null;
  readonly midlineShift: MidlineShift | null;
  /** Patient mm to mm of template (MNI) space: 12 parameters from the centers of the structures; null when too few are seen. */
  readonly toTemplate: Affine | null;
  /** Doubts: little brain covered, low confidence, mirrored or upside down. A remark that 'refuses' makes the rest unusable. */
  readonly quality: readonly QualityRemark[];
  readonly model: FindingMethod['model'];
  readonly ranOn: string;
}

/** @throws ImageRefusal when the image holds nothing to label; InferenceError of the engine */
export type HeadAnatomy = (
  volume: Volume,
  modality: AnatomyModality,
  engine: InferenceEngine,
  options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
) => Promise<Anatomy>;
