/** A result: all that one run of a pipeline said of one study, before and after it is kept. */
import {
  FINDING_KINDS,
  type FindingMethod,
  type ImagingFinding,
  type Instant,
  type QualityRemark,
} from '../../case/index.ts';
import type { PipelineResult } from '../pipelines/pipeline.ts';
import { resultIdOf, uuidOf, type ResultKey } from './identifiers.ts';

/** `preliminary`: more images of the study may still come. */
export type ResultState = 'final' | 'preliminary' | 'refused';

/** From acquisition to findings, for the budgets. */
export interface StageTime {
  /** 'received', 'volume', 'perfusion' … */
  readonly stage: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

export type Curve = PipelineResult['curves'][number];

export interface NewResult extends ResultKey {
  /** Version of the study's content that it was made of; `inputsHash` also covers choices of people. */
  readonly content?: string;
  readonly state: ResultState;
  /** Of the images; null where they do not say. */
  readonly acquiredAt: Instant | null;
  readonly said: Pick<PipelineResult, 'quality' | 'findings' | 'curves' | 'model' | 'ranOn'>;
  readonly stageTimes: readonly StageTime[];
}

/** A result as kept. */
export interface ImagingResult extends ResultKey {
  readonly content?: string;
  readonly id: string;
  /** Counts the results of this study and pipeline from 1. */
  readonly version: number;
  readonly state: ResultState;
  readonly committedAt: Instant;
  readonly acquiredAt: Instant | null;
  /** When and by which result it was replaced; null: it is the current one. */
  readonly superseded: { readonly at: Instant; readonly by: string } | null;
  readonly quality: readonly QualityRemark[];
  readonly curves: readonly Curve[];
  readonly model: FindingMethod['model'];
  readonly ranOn: string | null;
  readonly stageTimes: readonly StageTime[];
  readonly findings: readonly ImagingFinding[];
}

/** The findings of a result as everybody else sees them. Ids follow from the result, so a repeated run gives the same. */
export function findingsOf(result: NewResult, foundAt: Instant): readonly ImagingFinding[] {
  const id = resultIdOf(result);
  const { quality, findings, model, ranOn } = result.said;
  return findings.map((draft, position): ImagingFinding => ({
    id: uuidOf('finding', id, String(position)),
    kind: draft.kind,
    state: result.state,
    // What a refused pipeline measured on the way is no finding.
    value: result.state === 'refused' ? null : draft.value,
    interval: result.state === 'refused' ? null : draft.interval,
    detectionFloor: draft.detectionFloor,
    ...(draft.features === undefined || result.state === 'refused' ? {} : { features: draft.features }),
    quality: [...quality, ...draft.quality.filter((own) => !quality.some(({ code }) => code === own.code))],
    method: {
      pipeline: result.pipeline,
      version: result.pipelineVersion,
      model,
      ranOn,
      settings: draft.settings,
    },
    studyUid: result.studyUid,
    seriesUids: draft.seriesUids,
    acquiredAt: result.acquiredAt,
    foundAt,
  }));
}

/** Code of the remark that refused the study; the first one counts. */
export function refusalOf(quality: readonly QualityRemark[]): string | null {
  return quality.find(({ severity }) => severity === 'refuses')?.code ?? null;
}

/** @throws RangeError when a finding breaks its contract: such a value must reach nobody */
export function assertSound(result: NewResult): void {
  if (result.state === 'refused' && refusalOf(result.said.quality) === null) {
    throw new RangeError('a refused result needs a quality remark that refuses');
  }
  for (const { kind, value, interval, detectionFloor, features = {} } of result.said.findings) {
    const numeric = FINDING_KINDS[kind] !== null;
    if (value !== null && (typeof value === 'number') !== numeric) {
      throw new RangeError(`${kind}: the value is ${numeric ? 'not a number' : 'a number'}`);
    }
    const numbers = [value, interval?.low, interval?.high, detectionFloor, ...Object.values(features)];
    if (numbers.some((n) => typeof n === 'number' && !Number.isFinite(n))) {
      throw new RangeError(`${kind}: a figure is not finite; 'not computable' is null`);
    }
    if (interval !== null && interval.low > interval.high) throw new RangeError(`${kind}: the interval is reversed`);
  }
}
