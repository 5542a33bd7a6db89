/**
 * Taking a result back when no newer result replaces it: images came later, or nobody knows whose images they are. The withdrawal is a result itself, refused
 * and without findings: so the former one is superseded, what the chart holds of it becomes entered-in-error, the audit
 * keeps both, and cards say why the value is gone.
 */
import { createHash } from 'node:crypto';
import { inputsHashOf } from '../pipelines/run-pipelines.ts';
import type { ImagingResult, NewResult } from './result.ts';

export const WITHDRAWALS = [
  /** With the later images the pipeline no longer applies: a series has another role, or another pipeline measures it. */
  'use-changed-by-later-images',
  /** The later images could not be analyzed, and nothing will be tried again by itself. */
  'later-images-not-analyzed',
  /** The study went into quarantine. Released, it is analyzed and has a result again. */
  'study-in-quarantine',
] as const;
export type Withdrawal = (typeof WITHDRAWALS)[number];

type MadeOf = Pick<ImagingResult, 'content' | 'pipeline' | 'pipelineVersion' | 'inputsHash'>;

/** Was it made of other images than the study holds now? @param content version of the study's content now */
export function isOfOtherImages(
  { content: of, pipeline, pipelineVersion, inputsHash }: MadeOf,
  content: string,
): boolean {
  if (of !== undefined) return of !== content;
  return inputsHash !== inputsHashOf(pipeline, pipelineVersion, content, {});
}

export const isWithdrawal = ({ quality }: Pick<ImagingResult, 'quality'>): boolean =>
  quality.some(({ code }) => (WITHDRAWALS as readonly string[]).includes(code));

/** @param content version of the study's content that the result is not of, or whose patient is in doubt */
export function withdrawalOf(former: ImagingResult, content: string, code: Withdrawal): NewResult {
  const { id, studyUid, pipeline, pipelineVersion, acquiredAt } = former;
  return {
    studyUid,
    pipeline,
    pipelineVersion,
    content,
    inputsHash: createHash('sha256')
      .update(JSON.stringify(['withdrawal', id, content, code]))
      .digest('hex'),
    state: 'refused',
    acquiredAt,
    said: {
      quality: [{ code, severity: 'refuses', figures: {} }],
      findings: [],
      curves: [],
      model: null,
      ranOn: null,
    },
    stageTimes: [],
  };
}
