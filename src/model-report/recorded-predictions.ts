/** Predictions as the audit kept them, one line each: what a model said, whether it was shown, and how sure it was. */
import type { ModelFamily } from '../decisions/prediction.ts';
import type { StoredEvaluation } from '../explanation/stored-evaluation.ts';
import type { StoredPrediction } from '../explanation/stored-predictions.ts';

export interface RecordedPrediction {
  readonly evaluationId: string;
  /** Only to take the newest evaluation of a person; never printed. */
  readonly patient: string;
  readonly recordedAt: string;
  readonly family: ModelFamily;
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  readonly role: 'active' | 'shadow';
  readonly simulated: boolean;
  readonly classes: readonly string[];
  readonly mostProbable: string;
  /** Null when the case was outside what the model knows. */
  readonly headline: { readonly id: string; readonly classes: readonly string[]; readonly probability: number } | null;
  readonly state: 'inside' | 'unusual' | 'outside';
  /** At least one input was averaged over the reference population. */
  readonly averaged: boolean;
  readonly set: readonly string[];
}

/** An audit record as exported: only what is read here. */
export interface AuditLine {
  readonly recordedAt: string;
  readonly evaluationId: string | null;
  readonly payload: unknown;
}

/** @returns empty for a record without predictions: an answer of before models, or without any installed */
export function recordedPredictions({ recordedAt, evaluationId, payload }: AuditLine): readonly RecordedPrediction[] {
  const record = Reflect.get(Object(payload), 'record') as Partial<StoredEvaluation> | null | undefined;
  const predictions = record?.predictions?.predictions;
  const patient = record?.stroke?.patient;
  if (evaluationId === null || predictions === undefined || patient === undefined) return [];
  return predictions.map((prediction) => ({ evaluationId, patient, recordedAt, ...lineOf(prediction) }));
}

function lineOf(p: StoredPrediction): Omit<RecordedPrediction, 'evaluationId' | 'patient' | 'recordedAt'> {
  const most = p.probabilities.reduce((best, value, i) => (value > (p.probabilities[best] ?? -1) ? i : best), 0);
  const { family, model, version, digest, role, simulated, classes, headline } = p;
  return {
    family,
    model,
    version,
    digest,
    role,
    simulated,
    classes,
    mostProbable: classes[most] ?? '',
    headline:
      headline === null ? null : { id: headline.id, classes: headline.classes, probability: headline.probability },
    state: p.outOfDistribution.state,
    averaged: p.missing.some(({ handled }) => handled === 'averaged'),
    set: p.conformalSet.classes,
  };
}
