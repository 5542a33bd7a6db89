/**
 * AHA/ASA 2026, Table 8: the three tiers of conditions that speak against intravenous thrombolysis.
 * The order of the rows is the table's; the pocket guide prints it as Table 6.
 */
import { aha2026 } from '../citations.ts';
import { drugFound, takenWithinHours } from '../drugs.ts';
import {
  eventFound,
  isActive,
  isModerateOrSevereInjury,
  isStElevation,
  lessThanThreeMonths,
  moreThan,
  THREE_MONTHS_DAYS,
} from '../history.ts';
import { extensiveHypodensity, acuteHemorrhage } from '../imaging.ts';
import { apttAbove, resultAbove, resultBelow } from '../measurements.ts';
import { preExistingDisability, pregnantOrPostpartum } from '../person.ts';
import { EXCLUDES, INDIVIDUALIZE, INFORMS, LABORATORY } from '../rule.ts';
import type { ThrombolysisRule } from '../rule.ts';

const ABSOLUTE = aha2026('Table 8, absolute', 'V2');
const RELATIVE = aha2026('Table 8, relative', 'V2');
/** Windows of trauma, surgery, bleeding and STEMI: one transcription only. */
const RELATIVE_ONE_SOURCE = aha2026('Table 8, relative', 'V1');
const BENEFIT = aha2026('Table 8, benefit generally greater than risk', 'V2');
const BENEFIT_ONE_SOURCE = aha2026('Table 8, benefit generally greater than risk', 'V1');

export const AMYLOID_IMMUNOTHERAPY: ThrombolysisRule = {
  id: 'amyloid-immunotherapy-or-aria',
  class: 'absolute',
  data: ['amyloidImmunotherapy'],
  citation: ABSOLUTE,
  effect: EXCLUDES,
  evaluate: drugFound('amyloidImmunotherapy'),
};

export const TABLE_8_ABSOLUTE: readonly ThrombolysisRule[] = [
  {
    id: 'acute-intracranial-hemorrhage',
    class: 'absolute',
    data: ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: acuteHemorrhage,
  },
  {
    id: 'extensive-hypodensity',
    class: 'absolute',
    data: ['extensiveHypodensity', 'hypodensityExtent'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: extensiveHypodensity,
  },
  {
    id: 'moderate-severe-head-injury-within-14-days',
    class: 'absolute',
    data: ['headTrauma'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: eventFound('headTrauma', {
      counts: isModerateOrSevereInjury,
      period: { toDays: 14, includesEnd: false },
    }),
  },
  {
    id: 'neurosurgery-within-14-days',
    class: 'absolute',
    data: ['intracranialOrSpinalSurgery'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: eventFound('intracranialOrSpinalSurgery', { period: { toDays: 14, includesEnd: false } }),
  },
  {
    id: 'acute-spinal-cord-injury-within-3-months',
    class: 'absolute',
    data: ['spinalCordInjury'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: eventFound('spinalCordInjury', { period: lessThanThreeMonths }),
  },
  {
    id: 'intra-axial-neoplasm',
    class: 'absolute',
    data: ['intraAxialNeoplasm'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: eventFound('intraAxialNeoplasm', { counts: isActive }),
  },
  {
    id: 'infective-endocarditis',
    class: 'absolute',
    data: ['infectiveEndocarditis'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: eventFound('infectiveEndocarditis', { counts: isActive, suspicionCounts: true }),
  },
  {
    id: 'platelets-below-100000',
    class: 'absolute',
    data: ['platelets'],
    citation: ABSOLUTE,
    effect: LABORATORY,
    evaluate: resultBelow('platelets', 100),
  },
  {
    id: 'inr-above-1-7',
    class: 'absolute',
    data: ['inr', 'prothrombinTime'],
    citation: ABSOLUTE,
    effect: LABORATORY,
    evaluate: resultAbove('inr', 1.7, { key: 'prothrombinTime', limit: 15 }),
  },
  {
    id: 'aptt-above-40-seconds',
    class: 'absolute',
    data: ['aptt', 'unfractionatedHeparin', 'otherAnticoagulant'],
    citation: ABSOLUTE,
    effect: LABORATORY,
    evaluate: apttAbove(40),
  },
  {
    id: 'prothrombin-time-above-15-seconds',
    class: 'absolute',
    data: ['prothrombinTime', 'inr'],
    citation: ABSOLUTE,
    effect: LABORATORY,
    evaluate: resultAbove('prothrombinTime', 15, { key: 'inr', limit: 1.7 }),
  },
  {
    id: 'aortic-arch-dissection',
    class: 'absolute',
    data: ['aorticDissection'],
    citation: ABSOLUTE,
    effect: EXCLUDES,
    evaluate: eventFound('aorticDissection', { counts: isActive, suspicionCounts: true }),
  },
  AMYLOID_IMMUNOTHERAPY,
];

export const TABLE_8_RELATIVE: readonly ThrombolysisRule[] = [
  {
    id: 'pre-existing-disability',
    class: 'relative',
    data: ['preStrokeMrs'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: preExistingDisability,
  },
  {
    id: 'direct-oral-anticoagulant-within-48-hours',
    class: 'relative',
    data: ['directOralAnticoagulant'],
    citation: RELATIVE,
    effect: { kind: 'caps', at: 'may-be-considered', whenUnknown: 'undecided' },
    evaluate: takenWithinHours('directOralAnticoagulant', 48),
  },
  {
    id: 'ischemic-stroke-within-3-months',
    class: 'relative',
    data: ['priorIschemicStroke'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('priorIschemicStroke', { period: lessThanThreeMonths }),
  },
  {
    id: 'prior-intracranial-hemorrhage',
    class: 'relative',
    data: ['priorIntracranialHemorrhage', 'cerebralAmyloidAngiopathy'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('priorIntracranialHemorrhage'),
  },
  {
    id: 'major-non-cns-trauma-14-days-to-3-months',
    class: 'relative',
    data: ['majorTrauma'],
    citation: RELATIVE_ONE_SOURCE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('majorTrauma', { period: { fromDays: 14, toDays: THREE_MONTHS_DAYS, includesEnd: false } }),
  },
  {
    id: 'major-non-cns-surgery-within-10-days',
    class: 'relative',
    data: ['majorSurgery'],
    citation: RELATIVE_ONE_SOURCE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('majorSurgery', { period: { toDays: 10, includesEnd: true } }),
  },
  {
    id: 'gastrointestinal-bleeding-within-21-days',
    class: 'relative',
    data: ['gastrointestinalOrUrinaryBleeding'],
    citation: RELATIVE_ONE_SOURCE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('gastrointestinalOrUrinaryBleeding', { period: { toDays: 21, includesEnd: true } }),
  },
  {
    id: 'intracranial-arterial-dissection',
    class: 'relative',
    data: ['intracranialArteryDissection'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('intracranialArteryDissection', { counts: isActive, suspicionCounts: true }),
  },
  {
    id: 'untreated-vascular-malformation',
    class: 'relative',
    data: ['intracranialVascularMalformation'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('intracranialVascularMalformation', { counts: isActive }),
  },
  {
    id: 'st-elevation-infarction-within-3-months',
    class: 'relative',
    data: ['myocardialInfarction'],
    citation: RELATIVE_ONE_SOURCE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('myocardialInfarction', { counts: isStElevation, period: lessThanThreeMonths }),
  },
  {
    id: 'acute-pericarditis',
    class: 'relative',
    data: ['pericarditis'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('pericarditis', { counts: isActive, suspicionCounts: true }),
  },
  {
    id: 'left-heart-thrombus',
    class: 'relative',
    data: ['cardiacThrombus'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('cardiacThrombus', { counts: isActive }),
  },
  {
    id: 'active-systemic-malignancy',
    class: 'relative',
    data: ['systemicMalignancy'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('systemicMalignancy', { counts: isActive }),
  },
  {
    id: 'gastrointestinal-malignancy',
    class: 'relative',
    data: ['gastrointestinalMalignancy'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('gastrointestinalMalignancy', { counts: isActive }),
  },
  {
    id: 'pregnancy-or-postpartum',
    class: 'relative',
    data: ['pregnancy', 'sex', 'age'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: pregnantOrPostpartum,
  },
  {
    id: 'dural-puncture-within-7-days',
    class: 'relative',
    data: ['duralPuncture'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('duralPuncture', { period: { toDays: 7, includesEnd: true } }),
  },
  {
    id: 'arterial-puncture-within-7-days',
    class: 'relative',
    data: ['arterialPuncture'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('arterialPuncture', { period: { toDays: 7, includesEnd: true } }),
  },
  {
    id: 'moderate-severe-head-injury-14-days-to-3-months',
    class: 'relative',
    data: ['headTrauma'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('headTrauma', {
      counts: isModerateOrSevereInjury,
      period: { fromDays: 14, toDays: THREE_MONTHS_DAYS, includesEnd: false },
    }),
  },
  {
    id: 'neurosurgery-14-days-to-3-months',
    class: 'relative',
    data: ['intracranialOrSpinalSurgery'],
    citation: RELATIVE,
    effect: INDIVIDUALIZE,
    evaluate: eventFound('intracranialOrSpinalSurgery', {
      period: { fromDays: 14, toDays: THREE_MONTHS_DAYS, includesEnd: false },
    }),
  },
];

/**
 * Conditions in which the benefit generally outweighs the risk: shown, they change nothing. 'Stroke during angiography'
 * of the same table is left out: a record says that there was a procedure, not that the stroke happened in it.
 */
export const TABLE_8_BENEFIT: readonly ThrombolysisRule[] = [
  {
    id: 'extracranial-cervical-dissection',
    class: 'benefit',
    data: ['cervicalArteryDissection'],
    citation: BENEFIT,
    effect: INFORMS,
    evaluate: eventFound('cervicalArteryDissection', { counts: isActive }),
  },
  {
    id: 'extra-axial-neoplasm',
    class: 'benefit',
    data: ['extraAxialNeoplasm'],
    citation: BENEFIT,
    effect: INFORMS,
    evaluate: eventFound('extraAxialNeoplasm'),
  },
  {
    id: 'unruptured-aneurysm',
    class: 'benefit',
    data: ['intracranialAneurysm'],
    citation: BENEFIT,
    effect: INFORMS,
    evaluate: eventFound('intracranialAneurysm'),
  },
  {
    id: 'remote-gastrointestinal-bleeding',
    class: 'benefit',
    data: ['gastrointestinalOrUrinaryBleeding'],
    citation: BENEFIT,
    effect: INFORMS,
    evaluate: eventFound('gastrointestinalOrUrinaryBleeding', {
      period: moreThan(21),
    }),
  },
  {
    id: 'remote-myocardial-infarction',
    class: 'benefit',
    data: ['myocardialInfarction'],
    citation: BENEFIT,
    effect: INFORMS,
    evaluate: eventFound('myocardialInfarction', {
      period: moreThan(THREE_MONTHS_DAYS),
    }),
  },
  {
    id: 'recreational-drug-use',
    class: 'benefit',
    data: ['recreationalDrugUse'],
    citation: BENEFIT,
    effect: INFORMS,
    evaluate: eventFound('recreationalDrugUse'),
  },
  {
    id: 'possible-stroke-mimic',
    class: 'benefit',
    data: ['strokeMimic'],
    citation: BENEFIT_ONE_SOURCE,
    effect: INFORMS,
    evaluate: eventFound('strokeMimic', { suspicionCounts: true }),
  },
  {
    id: 'moyamoya',
    class: 'benefit',
    data: ['moyamoya'],
    citation: BENEFIT_ONE_SOURCE,
    effect: INFORMS,
    evaluate: eventFound('moyamoya'),
  },
];
