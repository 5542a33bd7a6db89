/** AHA/ASA 2019 (update of the 2018 guideline), sections 3.2–3.6 and Table 8. 'Potentially harmful' there is COR III: Harm. */
import { aha2019 } from '../citations.ts';
import { disablingDeficitRequired, EXCLUSIONS_KEPT_FROM_2019, glucoseBetween } from '../shared-rules.ts';
import {
  MAJOR_TRAUMA_WITHIN_14_DAYS,
  nonDisablingNotTreated,
  pressureBelow185Over110,
  PRODUCT_SAFETY_RULES,
  reasonToSuspect,
} from '../shared-rules.ts';
import { eventFound, isActive, isGastrointestinal, isModerateOrSevereInjury, THREE_MONTHS_DAYS } from '../history.ts';
import type { Period } from '../history.ts';
import { acuteHemorrhage, extensiveHypodensity } from '../imaging.ts';
import { apttAbove, resultAbove, resultBelow, valueAbove, valueBelow, valueBetween } from '../measurements.ts';
import { pregnantOrPostpartum } from '../person.ts';
import { EXCLUDES, INDIVIDUALIZE, LABORATORY } from '../rule.ts';
import type { ThrombolysisRule } from '../rule.ts';
import { dwiFlairWindow, plainWindow } from '../windows.ts';
import { directOralAnticoagulant2019 } from './aha-asa-2019-doac.ts';
import { CAUTIONS_2019, NO_OBSTACLE_2019 } from './aha-asa-2019-cautions.ts';
import { AMYLOID_IMMUNOTHERAPY } from './aha-asa-2026-table-8.ts';

const HARM = { cor: '3: Harm' };
/** '≤ 3 months' of 2019 includes the last day; '< 3 months' does not. */
const upToThreeMonths: Period = { toDays: THREE_MONTHS_DAYS, includesEnd: true };
const withinThreeMonths: Period = { toDays: THREE_MONTHS_DAYS, includesEnd: false };

const WINDOWS: readonly ThrombolysisRule[] = [
  plainWindow({
    id: 'within-3-hours',
    citation: aha2019('Table 8', 'V1', { cor: '1', loe: 'A' }),
    conclusion: 'recommended',
    fromHours: 0,
    toHours: 3,
  }),
  plainWindow({
    id: 'between-3-and-4-5-hours',
    citation: aha2019('Table 8', 'V1', { cor: '1', loe: 'B-R' }),
    conclusion: 'recommended',
    fromHours: 3,
    toHours: 4.5,
  }),
  dwiFlairWindow({
    id: 'unknown-onset-dwi-flair-mismatch',
    citation: aha2019('Table 8', 'V2', { cor: '2a', loe: 'B-R' }),
    conclusion: 'reasonable',
    fromHours: 0,
    toHours: 4.5,
  }),
];

const GATES: readonly ThrombolysisRule[] = [
  pressureBelow185Over110(aha2019('Table 8', 'V2', { cor: '1' })),
  glucoseBetween('glucose-50-to-400', 50, 400, aha2019('Table 8', 'V1')),
  reasonToSuspect(aha2019('Table 8', 'V2', { cor: '2a' })),
  {
    id: 'age-below-18',
    class: 'gate',
    data: ['age'],
    citation: aha2019('Table 8', 'V2'),
    effect: { kind: 'advises-against', whenUnknown: 'undecided' },
    evaluate: valueBelow('age', 18),
  },
];

const EXCLUSIONS: readonly ThrombolysisRule[] = [
  {
    id: 'acute-intracranial-hemorrhage',
    class: 'absolute',
    data: ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: EXCLUDES,
    evaluate: acuteHemorrhage,
  },
  {
    id: 'extensive-hypodensity',
    class: 'absolute',
    data: ['extensiveHypodensity', 'hypodensityExtent'],
    citation: aha2019('Table 8', 'V2'),
    effect: EXCLUDES,
    evaluate: extensiveHypodensity,
  },
  {
    id: 'ischemic-stroke-within-3-months',
    class: 'absolute',
    data: ['priorIschemicStroke'],
    citation: aha2019('Table 8', 'V1', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('priorIschemicStroke', { period: upToThreeMonths }),
  },
  {
    id: 'severe-head-trauma-within-3-months',
    class: 'absolute',
    data: ['headTrauma'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('headTrauma', { counts: isModerateOrSevereInjury, period: withinThreeMonths }),
  },
  {
    id: 'intracranial-or-spinal-surgery-within-3-months',
    class: 'absolute',
    data: ['intracranialOrSpinalSurgery'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('intracranialOrSpinalSurgery', { period: withinThreeMonths }),
  },
  {
    id: 'prior-intracranial-hemorrhage',
    class: 'absolute',
    data: ['priorIntracranialHemorrhage'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('priorIntracranialHemorrhage'),
  },
  {
    id: 'gastrointestinal-malignancy',
    class: 'absolute',
    data: ['gastrointestinalMalignancy'],
    citation: aha2019('Table 8', 'V1', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('gastrointestinalMalignancy', { counts: isActive }),
  },
  {
    id: 'gastrointestinal-bleeding-within-21-days',
    class: 'absolute',
    data: ['gastrointestinalOrUrinaryBleeding'],
    citation: aha2019('Table 8', 'V1', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('gastrointestinalOrUrinaryBleeding', {
      counts: isGastrointestinal,
      period: { toDays: 21, includesEnd: true },
    }),
  },
  {
    id: 'platelets-below-100000',
    class: 'absolute',
    data: ['platelets'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: LABORATORY,
    evaluate: resultBelow('platelets', 100),
  },
  {
    id: 'inr-above-1-7',
    class: 'absolute',
    data: ['inr', 'prothrombinTime'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: LABORATORY,
    evaluate: resultAbove('inr', 1.7, { key: 'prothrombinTime', limit: 15 }),
  },
  {
    id: 'aptt-above-40-seconds',
    class: 'absolute',
    data: ['aptt', 'unfractionatedHeparin', 'otherAnticoagulant'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: LABORATORY,
    evaluate: apttAbove(40),
  },
  {
    id: 'prothrombin-time-above-15-seconds',
    class: 'absolute',
    data: ['prothrombinTime', 'inr'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: LABORATORY,
    evaluate: resultAbove('prothrombinTime', 15, { key: 'inr', limit: 1.7 }),
  },
  directOralAnticoagulant2019,
  {
    id: 'infective-endocarditis',
    class: 'absolute',
    data: ['infectiveEndocarditis'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('infectiveEndocarditis', { counts: isActive, suspicionCounts: true }),
  },
  {
    id: 'aortic-arch-dissection',
    class: 'absolute',
    data: ['aorticDissection'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('aorticDissection', { counts: isActive, suspicionCounts: true }),
  },
  {
    id: 'intra-axial-neoplasm',
    class: 'absolute',
    data: ['intraAxialNeoplasm'],
    citation: aha2019('Table 8', 'V2', HARM),
    effect: EXCLUDES,
    evaluate: eventFound('intraAxialNeoplasm', { counts: isActive }),
  },
];

const RELATIVE: readonly ThrombolysisRule[] = [
  {
    id: 'dural-puncture-within-7-days',
    class: 'relative',
    data: ['duralPuncture'],
    citation: aha2019('Table 8', 'V1', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: eventFound('duralPuncture', { period: { toDays: 7, includesEnd: true } }),
  },
  {
    id: 'arterial-puncture-within-7-days',
    class: 'relative',
    data: ['arterialPuncture'],
    citation: aha2019('Table 8', 'V2', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: eventFound('arterialPuncture', { period: { toDays: 7, includesEnd: true } }),
  },
  {
    id: 'major-surgery-within-14-days',
    class: 'relative',
    data: ['majorSurgery'],
    citation: aha2019('Table 8', 'V1', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: eventFound('majorSurgery', { period: { toDays: 14, includesEnd: true } }),
  },
  MAJOR_TRAUMA_WITHIN_14_DAYS,
  {
    id: 'myocardial-infarction-within-3-months',
    class: 'relative',
    data: ['myocardialInfarction'],
    citation: aha2019('Table 8', 'V1'),
    effect: INDIVIDUALIZE,
    evaluate: eventFound('myocardialInfarction', { period: withinThreeMonths }),
  },
  {
    id: 'pregnancy-or-postpartum',
    class: 'relative',
    data: ['pregnancy', 'sex', 'age'],
    citation: aha2019('Table 8', 'V1', { cor: '2b' }),
    effect: INDIVIDUALIZE,
    evaluate: pregnantOrPostpartum,
  },
  {
    id: 'active-systemic-malignancy',
    class: 'relative',
    data: ['systemicMalignancy'],
    citation: aha2019('Table 8', 'V1'),
    effect: INDIVIDUALIZE,
    evaluate: eventFound('systemicMalignancy', { counts: isActive }),
  },
  {
    id: 'microbleeds-1-to-10',
    class: 'benefit',
    data: ['cerebralMicrobleeds'],
    citation: aha2019('Table 8', 'V1', { cor: '2a' }),
    effect: { kind: 'caps', at: 'reasonable', whenUnknown: 'ignored' },
    evaluate: valueBetween('cerebralMicrobleeds', 1, 10),
  },
  {
    id: 'microbleeds-over-10',
    class: 'relative',
    data: ['cerebralMicrobleeds'],
    citation: aha2019('Table 8', 'V1', { cor: '2b' }),
    effect: { kind: 'caps', at: 'may-be-considered', whenUnknown: 'ignored' },
    evaluate: valueAbove('cerebralMicrobleeds', 10),
  },
];

export const AHA_ASA_2019: readonly ThrombolysisRule[] = [
  ...WINDOWS,
  disablingDeficitRequired(aha2019('3.5.2, Table 8', 'R', { cor: '1' })),
  nonDisablingNotTreated(aha2019('Table 8', 'V1', { cor: '3: No Benefit', loe: 'B-R' })),
  ...GATES,
  ...EXCLUSIONS,
  ...EXCLUSIONS_KEPT_FROM_2019,
  // younger than this guideline, which therefore does not know it
  AMYLOID_IMMUNOTHERAPY,
  ...PRODUCT_SAFETY_RULES,
  ...RELATIVE,
  ...CAUTIONS_2019,
  ...NO_OBSTACLE_2019,
];
