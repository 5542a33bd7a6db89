import type { OcclusionSite, StrokeCase, StrokeFacts } from '../../../src/case/index.ts';
import { evaluateThrombectomy } from '../../../src/decisions/thrombectomy/index.ts';
import type { ThrombectomyEvaluation } from '../../../src/decisions/thrombectomy/index.ts';
import {
  aPolicy,
  eligiblePatient,
  given,
  hoursAgo,
  measured,
  nihssTotal,
  NOW,
  time,
} from '../../support/case-builder.ts';

export interface Vector {
  readonly site?: OcclusionSite;
  readonly hours?: number;
  readonly nihss?: number;
  readonly lowerBound?: boolean;
  readonly mrs?: 0 | 1 | 2 | 3 | 4 | 5;
  readonly aspects?: number;
  readonly pcAspects?: number;
  readonly age?: number;
  readonly massEffect?: boolean;
}

/** M1 occlusion, 3 h, NIHSS 15, pre-stroke mRS 0, ASPECTS 9, 70 years, no mass effect, except as said. */
export function occlusion(vector: Vector = {}, facts: Partial<StrokeFacts> = {}): StrokeCase {
  const zero = time(hoursAgo(vector.hours ?? 3));
  return eligiblePatient({
    occlusionSite: given(vector.site ?? 'M1'),
    lastKnownWell: zero,
    witnessedOnset: zero,
    nihss: nihssTotal(vector.nihss ?? 15, vector.lowerBound ?? false),
    preStrokeMrs: given(vector.mrs ?? 0),
    aspects: measured(vector.aspects ?? 9, '{score}'),
    pcAspects: measured(vector.pcAspects ?? 8, '{score}'),
    age: measured(vector.age ?? 70, 'a'),
    massEffect: given(vector.massEffect ?? false),
    ...facts,
  });
}

export const evaluate = (stroke: StrokeCase): ThrombectomyEvaluation => evaluateThrombectomy(stroke, NOW, aPolicy());

export const row = (evaluation: ThrombectomyEvaluation, id: string) => {
  const found = evaluation.criteria.find((criterion) => criterion.id === id);
  if (found === undefined) throw new Error(`no criterion ${id}`);
  return found;
};
