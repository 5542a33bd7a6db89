/** Which facts feed which input of which score. Undefined stays undefined: the score then names what is missing. */
import { exactly } from '../../case/index.ts';
import type { FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { or } from '../three-valued.ts';
import { brainTimePoints } from './brain.ts';
import {
  agreed,
  agreedNihss,
  exactNumber,
  firstCt,
  hasHistory,
  hoursAbove,
  hoursBelow,
  hoursSinceOnset,
  isNotRecorded,
  nihssItem,
  ONSET_FACTS,
  takesAny,
} from './case-values.ts';
import type { HourRange } from './case-values.ts';

type Read = (stroke: StrokeCase, at: Instant) => string | number | boolean | undefined;
export interface CaseInput {
  readonly facts: readonly FactKey[];
  readonly read: Read;
  /** The value of fewer and of more points, for an input without which the score is given as a range. */
  readonly ends?: readonly [low: boolean, high: boolean];
  /** Read from lists of the record: one that holds nothing counts as absent, and the score says so. */
  readonly fromLists?: true;
}
const from = (facts: readonly FactKey[], read: Read): CaseInput => ({ facts, read });
const fromLists = (facts: readonly FactKey[], read: Read): CaseInput => ({ facts, read, fromLists: true });
const ranged = (ends: readonly [boolean, boolean], facts: readonly FactKey[], read: Read): CaseInput => ({
  ...from(facts, read),
  ends,
});

/** Does the patient take one of these anticoagulants? Open where nothing is recorded: the card of a hemorrhage asks for it. */
const anticoagulant = (...lists: readonly ('vitaminKAntagonist' | 'directOralAnticoagulant')[]): CaseInput =>
  ranged([false, true], lists, ({ facts }, at) => {
    const taken = or(...lists.map((key) => takesAny(facts[key], at)));
    return taken === false && lists.some((key) => isNotRecorded(facts[key])) ? undefined : taken;
  });

const AGE = from(['age'], ({ facts }) => exactNumber(facts.age));
const NIHSS = from(['nihss'], ({ facts }) => agreedNihss(facts.nihss)?.total);
const GCS = from(['gcs'], ({ facts }) => exactNumber(facts.gcs));
const GLUCOSE_MG = from(['glucose'], ({ facts }) => exactNumber(facts.glucose));
const SYSTOLIC = from(['bloodPressure'], ({ facts }) =>
  facts.bloodPressure.status === 'known' && facts.bloodPressure.value.systolic.comparator === undefined
    ? facts.bloodPressure.value.systolic.value
    : undefined,
);
const HEMATOMA = from(['hematomaVolume'], ({ facts }) => exactNumber(facts.hematomaVolume));
const IVH = from(['intraventricularHemorrhage'], ({ facts }) => agreed(facts.intraventricularHemorrhage));
const DIABETES = fromLists(['diabetes'], ({ facts }) => hasHistory(facts.diabetes));
const HYPERTENSION = fromLists(['hypertension'], ({ facts }) => hasHistory(facts.hypertension));
const FIBRILLATION = fromLists(['atrialFibrillation'], ({ facts }) => hasHistory(facts.atrialFibrillation));
const DENSE_ARTERY = from(['hyperdenseArtery'], ({ facts }) => agreed(facts.hyperdenseArtery));
const EARLY_SIGNS = from(['earlyIschemicChange'], ({ facts }) => agreed(facts.earlyIschemicChange));
const MALE = from(['sex'], ({ facts }) => {
  const sex = agreed(facts.sex);
  return sex === 'male' ? true : sex === 'female' ? false : undefined;
});
const REDUCED_CONSCIOUSNESS = from(['nihssItems'], (stroke) => {
  const points = nihssItem(stroke, '1a');
  return points === undefined ? undefined : points >= 1;
});

/** The time of treatment: as given, else as if it were given now. */
function toTreatment(stroke: StrokeCase, at: Instant): HourRange | undefined {
  const { thrombolyticGiven } = stroke.facts;
  if (thrombolyticGiven.status !== 'known') return hoursSinceOnset(stroke, exactly(at));
  const [dose] = thrombolyticGiven.value;
  if (dose === undefined) return hoursSinceOnset(stroke, exactly(at));
  return dose.lastIntake.status === 'known' ? hoursSinceOnset(stroke, dose.lastIntake.value) : undefined;
}
const TREATMENT_FACTS: readonly FactKey[] = [...ONSET_FACTS, 'thrombolyticGiven'];
/** Minutes that fall on the right side of the score's only cut; undefined when the two ends of the range disagree. */
const minutesByCut = (range: HourRange | undefined, isLate: boolean | undefined): number | undefined => {
  if (range === undefined || isLate === undefined) return undefined;
  const end = isLate ? range.least : range.most;
  return Number.isFinite(end) ? end * 60 : undefined;
};

const toFirstCt = (stroke: StrokeCase): HourRange | undefined => {
  const ct = firstCt(stroke);
  return ct === undefined ? undefined : hoursSinceOnset(stroke, ct);
};

/** Significant or total weakness: drift (1) is mild, no effort against gravity (3) is significant; 2 is left to the clinician. */
const weakness =
  (right: 'leg' | 'arm'): Read =>
  (stroke) => {
    const sides = right === 'arm' ? (['5a', '5b'] as const) : (['6a', '6b'] as const);
    return or(
      ...sides.map((side) => {
        const points = nihssItem(stroke, side);
        if (points === undefined || points === 2) return undefined;
        return points >= 3;
      }),
    );
  };

const location = (stroke: StrokeCase) => agreed(stroke.facts.hematomaLocation);

export const CASE_INPUTS: Readonly<Record<string, Readonly<Record<string, CaseInput>>>> = {
  'ICH score': {
    gcs: GCS,
    age: AGE,
    ich_volume_ml: HEMATOMA,
    ivh: IVH,
    infratentorial: from(['hematomaLocation'], (stroke) => {
      const where = location(stroke);
      return where === undefined ? undefined : where === 'brainstem' || where === 'cerebellar';
    }),
  },
  FUNC: {
    ich_volume_ml: HEMATOMA,
    age: AGE,
    location: from(['hematomaLocation'], location),
    gcs: GCS,
    // No impairment gives the point.
    pre_ich_cognitive_impairment: ranged([true, false], ['preStrokeCognitiveImpairment', 'dementia'], ({ facts }) =>
      or(agreed(facts.preStrokeCognitiveImpairment), hasHistory(facts.dementia)),
    ),
  },
  'max-ICH': {
    nihss: NIHSS,
    age: AGE,
    location: from(['hematomaLocation'], location),
    ich_volume_ml: HEMATOMA,
    ivh: IVH,
    oral_anticoagulant: anticoagulant('vitaminKAntagonist', 'directOralAnticoagulant'),
  },
  BAT: {
    blend_sign: from(['blendSign'], ({ facts }) => agreed(facts.blendSign)),
    any_hypodensity: from(['hematomaHypodensity'], ({ facts }) => agreed(facts.hematomaHypodensity)),
    // Fixed by the time of the CT, not by the time that passes.
    onset_to_ncct_lt_2_5h: from([...ONSET_FACTS, 'brainImaging'], (stroke) => hoursBelow(toFirstCt(stroke), 2.5)),
  },
  BRAIN: {
    ich_volume_ml: HEMATOMA,
    recurrent_ich: fromLists(['priorIntracranialHemorrhage'], ({ facts }) =>
      hasHistory(facts.priorIntracranialHemorrhage),
    ),
    warfarin_at_onset: anticoagulant('vitaminKAntagonist'),
    intraventricular_extension: IVH,
    onset_to_ct_h: from([...ONSET_FACTS, 'brainImaging'], (stroke) => {
      const range = toFirstCt(stroke);
      if (range === undefined) return undefined;
      return brainTimePoints(range.least) === brainTimePoints(range.most) ? range.least : undefined;
    }),
  },
  SEDAN: {
    glucose_mg_dl: GLUCOSE_MG,
    early_infarct_signs: EARLY_SIGNS,
    hyperdense_artery: DENSE_ARTERY,
    age: AGE,
    nihss: NIHSS,
  },
  HAT: {
    nihss: NIHSS,
    ct_hypodensity: from(['hypodensityExtent'], ({ facts }) => agreed(facts.hypodensityExtent)),
    diabetes: DIABETES,
    glucose_mg_dl: GLUCOSE_MG,
  },
  GRASPS: {
    glucose_mg_dl: GLUCOSE_MG,
    // Origin is no fact of the case: the score shows both totals.
    asian: from([], () => 'off'),
    age: AGE,
    male: MALE,
    sbp: SYSTOLIC,
    nihss: NIHSS,
  },
  'SITS-SICH': {
    antiplatelet: fromLists(['antiplatelet'], ({ facts }, at) => {
      const any = takesAny(facts.antiplatelet, at);
      if (any !== true) return any === false ? 'none' : undefined;
      const aspirin = takesAny(facts.antiplatelet, at, isAspirin);
      const clopidogrel = takesAny(facts.antiplatelet, at, ({ drug }) => drug === 'clopidogrel');
      const other = takesAny(facts.antiplatelet, at, (d) => !isAspirin(d) && d.drug !== 'clopidogrel');
      if (aspirin !== true || other !== false) return undefined;
      return clopidogrel === undefined ? undefined : clopidogrel ? 'aspirin_clopidogrel' : 'aspirin';
    }),
    nihss: NIHSS,
    glucose_mg_dl: GLUCOSE_MG,
    sbp: SYSTOLIC,
    weight_kg: from(['weight'], ({ facts }) =>
      facts.weight.status === 'known' && facts.weight.value.quantity.comparator === undefined
        ? facts.weight.value.quantity.value
        : undefined,
    ),
    age: AGE,
    ott_min: from(TREATMENT_FACTS, (stroke, at) => {
      const range = toTreatment(stroke, at);
      const isEarly = hoursBelow(range, 3);
      return minutesByCut(range, isEarly === undefined ? undefined : !isEarly);
    }),
    hypertension: HYPERTENSION,
  },
  'SPAN-100': { age: AGE, nihss: NIHSS },
  RICH: {
    age: AGE,
    nihss: NIHSS,
    glucose_mg_dl: GLUCOSE_MG,
    sbp: SYSTOLIC,
    // Statins are not among the facts of a case.
    medium_or_high_statin: from([], () => undefined),
  },
  THRIVE: { nihss: NIHSS, age: AGE, hypertension: HYPERTENSION, diabetes: DIABETES, atrial_fibrillation: FIBRILLATION },
  ASTRAL: {
    age: AGE,
    nihss: NIHSS,
    onset_to_admission_gt_3h: from([...ONSET_FACTS, 'arrival'], (stroke) => {
      const { arrival } = stroke.facts;
      if (arrival.status !== 'known') return undefined;
      const range = hoursSinceOnset(stroke, arrival.value);
      // The score counts "more than 3 h or unknown" alike; a range that reaches beyond 3 h is such an unknown.
      if (range === undefined || !Number.isFinite(range.most)) return undefined;
      return hoursAbove(range, 3) ?? 'unknown';
    }),
    visual_field_defect: from(['nihssItems'], (stroke) => {
      const points = nihssItem(stroke, '3');
      return points === undefined ? undefined : points >= 1;
    }),
    glucose_mg_dl: GLUCOSE_MG,
    decreased_loc: REDUCED_CONSCIOUSNESS,
  },
  DRAGON: {
    dense_artery_or_early_infarct: from(['hyperdenseArtery', 'earlyIschemicChange'], ({ facts }) => {
      const dense = agreed(facts.hyperdenseArtery);
      const early = agreed(facts.earlyIschemicChange);
      if (dense === undefined || early === undefined) return undefined;
      return dense && early ? 'both' : dense || early ? 'either' : 'neither';
    }),
    prestroke_mrs: from(['preStrokeMrs'], ({ facts }) => agreed(facts.preStrokeMrs)),
    age: AGE,
    glucose_mg_dl: GLUCOSE_MG,
    onset_to_treatment_min: from(TREATMENT_FACTS, (stroke, at) => {
      const range = toTreatment(stroke, at);
      return minutesByCut(range, hoursAbove(range, 1.5));
    }),
    nihss: NIHSS,
  },
  PLAN: {
    dependence: from(['preStrokeMrs'], ({ facts }) => {
      const grade = agreed(facts.preStrokeMrs);
      return grade === undefined ? undefined : grade >= 3;
    }),
    cancer: fromLists(['systemicMalignancy', 'gastrointestinalMalignancy'], ({ facts }) =>
      or(hasHistory(facts.systemicMalignancy), hasHistory(facts.gastrointestinalMalignancy)),
    ),
    chf: fromLists(['heartFailure'], ({ facts }) => hasHistory(facts.heartFailure)),
    af: FIBRILLATION,
    reduced_loc: REDUCED_CONSCIOUSNESS,
    age: AGE,
    leg: from(['nihssItems'], weakness('leg')),
    arm: from(['nihssItems'], weakness('arm')),
    aphasia_neglect: from(['nihssItems'], (stroke) =>
      or(
        ...(['9', '11'] as const).map((item) => {
          const points = nihssItem(stroke, item);
          return points === undefined ? undefined : points >= 1;
        }),
      ),
    ),
  },
  HIAT2: {
    age: AGE,
    glucose_mg_dl: GLUCOSE_MG,
    nihss: NIHSS,
    aspects: from(['aspects'], ({ facts }) => exactNumber(facts.aspects)),
  },
};

export function isAspirin({ drug }: { readonly drug: string }): boolean {
  return drug === 'aspirin' || drug === 'acetylsalicylic acid';
}

/** The fact behind a score's glucose may stand under either unit; the score names it by its own. */
export function factsOfInput(score: string, input: string): readonly FactKey[] {
  const inputs = CASE_INPUTS[score];
  return (inputs?.[input] ?? (input.startsWith('glucose') ? GLUCOSE_MG : undefined))?.facts ?? [];
}
