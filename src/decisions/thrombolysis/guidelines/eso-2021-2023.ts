/**
 * ESO 2021 (thrombolysis) with ESO 2023 (tenecteplase). Many of its rows were recalled, not read (grade R): those may
 * only hold back. What it says on surgery, trauma and other history was not read at all; there the rows of
 * AHA/ASA 2026, Table 8 stand in, under their own citation.
 */
import { holds, isAtMost, isBelow } from '../../../case/index.ts';
import type { DrugExposure } from '../../../case/index.ts';
import type { Citation } from '../../evaluation.ts';
import { and, not, or } from '../../three-valued.ts';
import { eso2021 } from '../citations.ts';
import { intakeEdges, isRecent } from '../drugs.ts';
import { valueAbove, valueBelow, pressureUnder, lowerPressure, correctGlucose } from '../measurements.ts';
import { EXTEND_MISMATCH } from '../perfusion.ts';
import { EXCLUDES, INDIVIDUALIZE, INFORMS } from '../rule.ts';
import type { ThrombolysisRule } from '../rule.ts';
import {
  disablingDeficitRequired,
  EXCLUSIONS_KEPT_FROM_2019,
  MAJOR_TRAUMA_WITHIN_14_DAYS,
  nonDisablingNotTreated,
  PRODUCT_SAFETY_RULES,
  reasonToSuspect,
} from '../shared-rules.ts';
import { changing, confirmIfNotRecorded, emptyList, openFacts, verdict } from '../verdict.ts';
import { dwiFlairWindow, penumbraWindow, plainWindow, wakeUpPenumbraWindow } from '../windows.ts';
import { TABLE_8_ABSOLUTE, TABLE_8_BENEFIT, TABLE_8_RELATIVE } from './aha-asa-2026-table-8.ts';

const RECALLED = (section: string) => eso2021(section, 'R');
const WITHOUT_THROMBECTOMY = { mismatch: EXTEND_MISMATCH, withoutThrombectomy: true };

const WINDOWS: readonly ThrombolysisRule[] = [
  plainWindow({
    id: 'within-4-5-hours',
    citation: eso2021('2021, acute stroke within 4.5 h', 'V2', { cor: 'strong', loe: 'high' }),
    conclusion: 'recommended',
    fromHours: 0,
    toHours: 4.5,
  }),
  dwiFlairWindow(
    {
      id: 'wake-up-dwi-flair-mismatch-no-thrombectomy',
      citation: eso2021('2021, stroke on awakening', 'V2', { cor: 'strong', loe: 'high' }),
      conclusion: 'recommended',
      fromHours: 0,
      toHours: 4.5,
    },
    { wakeUpOnly: true, withoutThrombectomy: true },
  ),
  penumbraWindow(
    {
      id: 'mismatch-4-5-to-9-hours-no-thrombectomy',
      citation: RECALLED('2021, 4.5–9 h with advanced imaging'),
      conclusion: 'may-be-considered',
      fromHours: 4.5,
      toHours: 9,
    },
    WITHOUT_THROMBECTOMY,
  ),
  wakeUpPenumbraWindow(
    {
      id: 'mismatch-wake-up-9-hours-from-midpoint-of-sleep-no-thrombectomy',
      citation: RECALLED('2021, stroke on awakening with advanced imaging'),
      conclusion: 'may-be-considered',
      fromHours: 0,
      toHours: 9,
    },
    WITHOUT_THROMBECTOMY,
  ),
];

const GATES: readonly ThrombolysisRule[] = [
  {
    id: 'blood-pressure-at-most-185-110',
    class: 'gate',
    data: ['bloodPressure'],
    citation: RECALLED('2021, blood pressure'),
    effect: { kind: 'gate', action: lowerPressure },
    evaluate: pressureUnder(185, 110, true),
  },
  {
    id: 'glucose-at-least-50',
    class: 'gate',
    data: ['glucose'],
    citation: { source: 'alteplase, European product information', grade: 'R' },
    effect: { kind: 'gate', action: correctGlucose },
    evaluate: ({ facts }) => {
      const low = holds(facts.glucose, (value) => isBelow(value, 50));
      return verdict(low === undefined ? undefined : !low, ['glucose']);
    },
  },
  reasonToSuspect(RECALLED('2021, laboratory results before thrombolysis')),
  {
    id: 'age-below-18',
    class: 'gate',
    data: ['age'],
    citation: RECALLED('2021, adults'),
    effect: { kind: 'advises-against', whenUnknown: 'undecided' },
    evaluate: valueBelow('age', 18),
  },
];

/** Antidote given after the last dose: idarucizumab reverses dabigatran, nothing else. Open when a time is not known. */
function isReversed(taken: DrugExposure, reversals: readonly DrugExposure[]): boolean | undefined {
  if (taken.drug !== 'dabigatran') return false;
  return or(
    ...reversals
      .filter(({ drug }) => drug === 'idarucizumab')
      .map(({ lastIntake }) =>
        holds(lastIntake, (given) =>
          holds(taken.lastIntake, (dose) =>
            given.earliest >= dose.latest ? true : given.latest < dose.earliest ? false : undefined,
          ),
        ),
      ),
  );
}

const HOURS = 48;

const DIRECT_ORAL_ANTICOAGULANT: readonly ThrombolysisRule[] = [
  {
    // assays that show no effect would lift it too; no threshold for them is verified
    id: 'direct-oral-anticoagulant-within-48-hours',
    class: 'absolute',
    data: ['directOralAnticoagulant', 'anticoagulantReversal'],
    citation: RECALLED('2021, direct oral anticoagulants'),
    effect: EXCLUDES,
    evaluate: ({ facts }, at) => {
      const list = facts.directOralAnticoagulant;
      const empty = emptyList(list);
      if (empty !== undefined) return empty;
      const reversals = facts.anticoagulantReversal.status === 'known' ? facts.anticoagulantReversal.value : [];
      const answer = holds(list, (exposures) =>
        or(...exposures.map((taken) => and(not(isReversed(taken, reversals)), isRecent(taken, at, HOURS)))),
      );
      const found = verdict(answer, ['directOralAnticoagulant']);
      return changing(confirmIfNotRecorded(found, facts, 'directOralAnticoagulant'), intakeEdges(list, HOURS), at);
    },
  },
  {
    id: 'dabigatran-reversed-with-idarucizumab',
    class: 'relative',
    data: ['directOralAnticoagulant', 'anticoagulantReversal'],
    citation: eso2021('2021, direct oral anticoagulants', 'R', { cor: 'expert consensus' }),
    effect: INDIVIDUALIZE,
    evaluate: ({ facts }) => {
      const reversed = holds(facts.anticoagulantReversal, (given) =>
        holds(facts.directOralAnticoagulant, (taken) => or(...taken.map((dose) => isReversed(dose, given)))),
      );
      return verdict(reversed, openFacts(facts, ['directOralAnticoagulant', 'anticoagulantReversal']));
    },
  },
];

const MICROBLEEDS: ThrombolysisRule = {
  id: 'microbleeds-over-10',
  class: 'relative',
  data: ['cerebralMicrobleeds'],
  citation: RECALLED('2021, cerebral microbleeds'),
  effect: { kind: 'advises-against', whenUnknown: 'ignored' },
  evaluate: valueAbove('cerebralMicrobleeds', 10),
};

const NO_OBSTACLE: readonly ThrombolysisRule[] = [
  {
    id: 'age-over-80',
    class: 'benefit',
    data: ['age'],
    citation: RECALLED('2021, age over 80'),
    effect: INFORMS,
    evaluate: valueAbove('age', 80),
  },
  {
    id: 'glucose-above-400-not-by-itself-exclusion',
    class: 'benefit',
    data: ['glucose'],
    citation: RECALLED('2021, glucose above 22.2 mmol/L'),
    effect: INFORMS,
    evaluate: valueAbove('glucose', 400),
  },
  {
    id: 'warfarin-with-inr-at-most-1-7',
    class: 'benefit',
    data: ['vitaminKAntagonist', 'inr'],
    citation: RECALLED('2021, vitamin K antagonists'),
    effect: INFORMS,
    evaluate: ({ facts }) =>
      verdict(
        and(
          holds(facts.vitaminKAntagonist, (drugs) => drugs.some(({ active }) => active)),
          holds(facts.inr, (inr) => isAtMost(inr, 1.7)),
        ),
        openFacts(facts, ['vitaminKAntagonist', 'inr']),
      ),
  },
];

/** The set's own citation on rows that it shares with Table 8. */
const OWN_CITATIONS: Readonly<Record<string, Citation>> = {
  'acute-intracranial-hemorrhage': eso2021('2021, acute ischemic stroke', 'V2'),
  'platelets-below-100000': RECALLED('2021, platelets'),
  'inr-above-1-7': RECALLED('2021, vitamin K antagonists'),
  'infective-endocarditis': RECALLED('2021, infective endocarditis'),
  'aortic-arch-dissection': RECALLED('2021, aortic arch dissection'),
};

const ABSOLUTE = TABLE_8_ABSOLUTE.map((rule) => ({ ...rule, citation: OWN_CITATIONS[rule.id] ?? rule.citation }));
const RELATIVE = TABLE_8_RELATIVE.filter(({ id }) => id !== 'direct-oral-anticoagulant-within-48-hours');

export const ESO_2021_2023: readonly ThrombolysisRule[] = [
  ...WINDOWS,
  disablingDeficitRequired(RECALLED('2021, minor stroke')),
  nonDisablingNotTreated(RECALLED('2021, minor stroke')),
  ...GATES,
  ...ABSOLUTE,
  ...DIRECT_ORAL_ANTICOAGULANT,
  ...EXCLUSIONS_KEPT_FROM_2019,
  ...PRODUCT_SAFETY_RULES,
  ...RELATIVE,
  MAJOR_TRAUMA_WITHIN_14_DAYS,
  MICROBLEEDS,
  ...TABLE_8_BENEFIT,
  ...NO_OBSTACLE,
];
