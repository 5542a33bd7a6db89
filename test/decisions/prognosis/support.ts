import type { StrokeCase, StrokeFacts } from '../../../src/case/index.ts';
import { evaluatePrognosis } from '../../../src/decisions/prognosis/index.ts';
import type {
  Conclusions,
  Prognosis,
  TreatmentByOcclusion,
  TreatmentName,
  TreatmentOutlook,
} from '../../../src/decisions/prognosis/index.ts';
import { aCase, given, hoursAgo, measured, noneRecorded, NOW, time } from '../../support/case-builder.ts';

/** An hour ago. */
export const onArrival = <T>(value: T) => given(value, hoursAgo(1));

/** 71 years, NIHSS 12, M1 occlusion, seen to fall ill two hours ago, arrived an hour ago, nothing given. */
export const everything: Partial<StrokeFacts> = {
  age: measured(71, 'a'),
  nihss: onArrival({ total: 12, isLowerBound: false }),
  nihssItems: onArrival({ '1a': 0, '3': 1, '5a': 4, '5b': 0, '6a': 3, '6b': 0, '9': 2, '11': 0 }),
  glucose: measured(150, 'mg/dL', hoursAgo(1)),
  witnessedOnset: time(hoursAgo(2)),
  arrival: time(hoursAgo(1)),
  preStrokeMrs: given(0),
  thrombolyticGiven: noneRecorded(),
  thrombectomyDone: noneRecorded(),
  acuteIntracranialHemorrhage: noneRecorded(),
  hemorrhageOnImaging: given(false),
  hyperdenseArtery: onArrival(true),
  earlyIschemicChange: onArrival(false),
  occlusionSite: given('M1'),
  aspects: measured(9, '{score}', hoursAgo(1)),
  hypertension: noneRecorded(),
  diabetes: noneRecorded(),
  atrialFibrillation: noneRecorded(),
};

export const RECOMMENDED: Conclusions = { thrombolysis: 'recommended', thrombectomy: 'recommended' };

export const outlook = (facts: Partial<StrokeFacts> = {}, conclusions: Conclusions = RECOMMENDED): Prognosis =>
  outlookOfCase(aCase({ ...everything, ...facts }), conclusions);

export const outlookOfCase = (stroke: StrokeCase, conclusions: Conclusions = RECOMMENDED): Prognosis =>
  evaluatePrognosis(stroke, NOW, conclusions);

export function treatmentOf(prognosis: Prognosis, name: TreatmentName): TreatmentOutlook {
  const found = prognosis.treatments.find(({ treatment }) => treatment === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

export function effectOf(prognosis: Prognosis, name: TreatmentName): TreatmentByOcclusion {
  const [effect] = treatmentOf(prognosis, name).effects;
  if (effect === undefined) throw new Error(`no effect of ${name}`);
  return effect;
}

export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected a value');
  return value;
}
