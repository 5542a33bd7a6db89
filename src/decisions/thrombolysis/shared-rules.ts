/** Rows that more than one guideline set has, by the citation that each gives them. */
import { HOUR } from '../../case/index.ts';
import { EPISODE, thrombolyticAlreadyGiven } from '../complications/thrombolytic-given.ts';
import type { Citation } from '../evaluation.ts';
import { thrombectomyAlreadyDone } from '../thrombectomy/gates.ts';
import { aha2019, PRODUCT_SAFETY_RULE } from './citations.ts';
import { disablingDeficit, mildNonDisablingDeficit } from './deficit.ts';
import {
  drugFound,
  intakeEdges,
  isTreatmentDose,
  reasonToSuspectCoagulopathy,
  SUSPICION_FACTS,
  takenWithinHours,
} from './drugs.ts';
import { eventFound, isActive } from './history.ts';
import { correctGlucose, lowerPressure, pressureUnder, valueBetween } from './measurements.ts';
import { EXCLUDES, INDIVIDUALIZE } from './rule.ts';
import type { Evaluate, ThrombolysisRule } from './rule.ts';
import { changing, confirmIfNotRecorded, emptyList, verdict } from './verdict.ts';
import { contradictoryClocks } from './windows.ts';

export const disablingDeficitRequired = (citation: Citation): ThrombolysisRule => ({
  id: 'disabling-deficit',
  class: 'benefit',
  data: ['nihss', 'nihssItems', 'disablingDeficit'],
  citation,
  effect: { kind: 'requires' },
  evaluate: disablingDeficit,
});

export const nonDisablingNotTreated = (citation: Citation): ThrombolysisRule => ({
  id: 'mild-non-disabling-deficit',
  class: 'relative',
  data: ['nihss', 'nihssItems', 'disablingDeficit'],
  citation,
  effect: { kind: 'advises-against', whenUnknown: 'undecided' },
  evaluate: mildNonDisablingDeficit,
});

/** Systolic below 185 and diastolic below 110 mmHg. */
export const pressureBelow185Over110 = (citation: Citation): ThrombolysisRule => ({
  id: 'blood-pressure-below-185-110',
  class: 'gate',
  data: ['bloodPressure'],
  citation,
  effect: { kind: 'gate', action: lowerPressure },
  evaluate: pressureUnder(185, 110, false),
});

/** Glucose in mg/dL, limits inclusive. */
export const glucoseBetween = (id: string, low: number, high: number, citation: Citation): ThrombolysisRule => ({
  id,
  class: 'gate',
  data: ['glucose'],
  citation,
  effect: { kind: 'gate', action: correctGlucose },
  evaluate: valueBetween('glucose', low, high),
});

export const reasonToSuspect = (citation: Citation): ThrombolysisRule => ({
  id: 'reason-to-suspect-abnormal-coagulation',
  class: 'gate',
  data: SUSPICION_FACTS,
  citation,
  effect: { kind: 'suspicion' },
  evaluate: reasonToSuspectCoagulopathy,
});

/** Asks the same question as the watch after thrombolysis: a dose of an earlier episode excludes nothing here. */
const thrombolyticInThisEpisode: Evaluate = (stroke, at) => {
  const { facts } = stroke;
  const answer = verdict(thrombolyticAlreadyGiven(stroke, at), ['thrombolyticGiven']);
  const found = emptyList(facts.thrombolyticGiven) ?? confirmIfNotRecorded(answer, facts, 'thrombolyticGiven');
  return changing(found, intakeEdges(facts.thrombolyticGiven, EPISODE / HOUR), at);
};

/** What every set needs besides its guideline's own rows. */
export const PRODUCT_SAFETY_RULES: readonly ThrombolysisRule[] = [
  contradictoryClocks(PRODUCT_SAFETY_RULE),
  {
    id: 'thrombolytic-already-given-this-episode',
    class: 'absolute',
    data: ['thrombolyticGiven'],
    citation: PRODUCT_SAFETY_RULE,
    effect: EXCLUDES,
    evaluate: thrombolyticInThisEpisode,
  },
  {
    // Intravenous thrombolysis is given before or beside thrombectomy; no guideline here gives it to an opened artery.
    id: 'thrombectomy-done-before-thrombolysis',
    class: 'relative',
    data: ['thrombectomyDone', 'lastKnownWell', 'witnessedOnset', 'wakeUpStroke'],
    citation: PRODUCT_SAFETY_RULE,
    effect: { kind: 'advises-against', whenUnknown: 'undecided' },
    evaluate: (stroke, _at, { clock }) => thrombectomyAlreadyDone(stroke, clock, { orInProgress: false }),
  },
];

/**
 * Major trauma outside the head in the last 14 days (2019, Table 8). The table of 2026 begins at 14 days and says nothing
 * on the days before: a fresher injury must not count for less than an older one, so the row stands in every set.
 */
export const MAJOR_TRAUMA_WITHIN_14_DAYS: ThrombolysisRule = {
  id: 'major-trauma-within-14-days',
  class: 'relative',
  data: ['majorTrauma'],
  citation: aha2019('Table 8', 'V1', { cor: '2b' }),
  effect: INDIVIDUALIZE,
  evaluate: eventFound('majorTrauma', { period: { toDays: 14, includesEnd: true } }),
};

/** Exclusions of 2019, Table 8, that no transcription of the later sets repeats: kept in all of them as the safer reading. */
export const EXCLUSIONS_KEPT_FROM_2019: readonly ThrombolysisRule[] = [
  {
    id: 'subarachnoid-hemorrhage-suspected',
    class: 'absolute',
    data: ['subarachnoidHemorrhageSuspected'],
    citation: aha2019('Table 8', 'V1'),
    effect: EXCLUDES,
    evaluate: eventFound('subarachnoidHemorrhageSuspected', { counts: isActive, suspicionCounts: true }),
  },
  {
    id: 'treatment-dose-lmwh-within-24-hours',
    class: 'absolute',
    data: ['lowMolecularWeightHeparin'],
    citation: aha2019('Table 8', 'V2', { cor: '3: Harm' }),
    effect: EXCLUDES,
    evaluate: takenWithinHours('lowMolecularWeightHeparin', 24, isTreatmentDose),
  },
  {
    id: 'parenteral-anticoagulant-within-48-hours',
    class: 'absolute',
    data: ['otherAnticoagulant'],
    citation: aha2019('Table 8', 'V2', { cor: '3: Harm' }),
    effect: EXCLUDES,
    evaluate: takenWithinHours('otherAnticoagulant', 48),
  },
  {
    id: 'glycoprotein-inhibitor-in-use',
    class: 'absolute',
    data: ['glycoproteinInhibitor'],
    citation: aha2019('Table 8', 'V1', { cor: '3: Harm' }),
    effect: EXCLUDES,
    evaluate: drugFound('glycoproteinInhibitor', ({ active }) => active),
  },
];
