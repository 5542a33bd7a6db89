/** Each criterion by name: when it is met, when not, when open; and the guideline's own boundary. */
import { describe, expect, it } from 'vitest';
import { unknown } from '../../../src/case/index.ts';
import type { StrokeFacts } from '../../../src/case/index.ts';
import { GUIDELINE_IDS } from '../../../src/decisions/evaluation.ts';
import type { CriterionStatus, GuidelineId } from '../../../src/decisions/evaluation.ts';
import { evaluateRules, THROMBOLYSIS_RULES } from '../../../src/decisions/thrombolysis/index.ts';
import {
  aCase,
  aPolicy,
  ago,
  daysAgo,
  drug,
  eligiblePatient,
  given,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  nihssItems,
  nihssTotal,
  noneRecorded,
  NOW,
  pressure,
  sometimeBetweenDaysAgo,
  takes,
  time,
  weightOf,
} from '../../support/case-builder.ts';

type Facts = Partial<StrokeFacts>;
const policy = aPolicy({ thrombectomyAccess: null });

function statusOf(id: string, facts: Facts, guideline: GuidelineId): CriterionStatus | 'no such row' {
  const rows = evaluateRules(eligiblePatient(facts), NOW, policy, guideline);
  return rows.find(({ result }) => result.id === id)?.result.status ?? 'no such row';
}

const doac = (last: Parameters<typeof drug>[2], name = 'apixaban') =>
  takes(drug(name, name === 'dabigatran' ? 'direct-thrombin-inhibitor' : 'factor-xa-inhibitor', last));
const lmwh = (last: Parameters<typeof drug>[2], intent: 'treatment' | 'prophylactic' | 'unspecified') =>
  takes(drug('enoxaparin', 'low-molecular-weight-heparin', last, { intent }));

type Vector = readonly [id: string, why: string, facts: Facts, status: CriterionStatus];

const EVERY_SET: readonly Vector[] = [
  ['acute-intracranial-hemorrhage', 'seen', { hemorrhageOnImaging: given(true) }, 'met'],
  ['acute-intracranial-hemorrhage', 'not imaged', { hemorrhageOnImaging: unknown('not-recorded') }, 'unknown'],
  [
    'acute-intracranial-hemorrhage',
    'suspected, imaging clear',
    { acuteIntracranialHemorrhage: had('intracranial-hemorrhage', ago(0), { certainty: 'suspected' }) },
    'notMet',
  ],
  [
    'acute-intracranial-hemorrhage',
    'confirmed diagnosis',
    { acuteIntracranialHemorrhage: had('intracranial-hemorrhage', ago(0)) },
    'met',
  ],
  ['extensive-hypodensity', 'read', { extensiveHypodensity: given(true) }, 'met'],
  [
    'extensive-hypodensity',
    'nothing said',
    { extensiveHypodensity: unknown('not-recorded'), hypodensityExtent: unknown('not-recorded') },
    'unknown',
  ],
  ['platelets-below-100000', '99', { platelets: measured(99, '10*9/L') }, 'met'],
  ['platelets-below-100000', '100', { platelets: measured(100, '10*9/L') }, 'notMet'],
  ['platelets-below-100000', 'pending', { platelets: unknown('pending') }, 'unknown'],
  ['inr-above-1-7', '1.7', { inr: measured(1.7, '{INR}') }, 'notMet'],
  ['inr-above-1-7', '1.71', { inr: measured(1.71, '{INR}') }, 'met'],
  ['aptt-above-40-seconds', '40', { aptt: measured(40, 's') }, 'notMet'],
  ['aptt-above-40-seconds', '40.1', { aptt: measured(40.1, 's') }, 'met'],
  ['prothrombin-time-above-15-seconds', '15', { prothrombinTime: measured(15, 's') }, 'notMet'],
  ['prothrombin-time-above-15-seconds', '15.1', { prothrombinTime: measured(15.1, 's') }, 'met'],
  [
    'infective-endocarditis',
    'suspected',
    { infectiveEndocarditis: had('endocarditis', daysAgo(2), { certainty: 'suspected' }) },
    'met',
  ],
  [
    'infective-endocarditis',
    'resolved',
    { infectiveEndocarditis: had('endocarditis', daysAgo(900), { active: false }) },
    'notMet',
  ],
  ['infective-endocarditis', 'list not read', { infectiveEndocarditis: unknown('not-read') }, 'unknown'],
  ['aortic-arch-dissection', 'present', { aorticDissection: had('dissection', ago(0)) }, 'met'],
  ['intra-axial-neoplasm', 'present', { intraAxialNeoplasm: had('glioma', null) }, 'met'],
  [
    'subarachnoid-hemorrhage-suspected',
    'suspected',
    { subarachnoidHemorrhageSuspected: had('sah', ago(0), { certainty: 'suspected' }) },
    'met',
  ],
  [
    'treatment-dose-lmwh-within-24-hours',
    '24 h',
    { lowMolecularWeightHeparin: lmwh(hoursAgo(24), 'treatment') },
    'met',
  ],
  [
    'treatment-dose-lmwh-within-24-hours',
    '24 h and 1 min',
    { lowMolecularWeightHeparin: lmwh(minutesAgo(1441), 'treatment') },
    'notMet',
  ],
  [
    'treatment-dose-lmwh-within-24-hours',
    'prophylactic',
    { lowMolecularWeightHeparin: lmwh(hoursAgo(3), 'prophylactic') },
    'notMet',
  ],
  [
    'treatment-dose-lmwh-within-24-hours',
    'dose not named',
    { lowMolecularWeightHeparin: lmwh(hoursAgo(3), 'unspecified') },
    'unknown',
  ],
  [
    'parenteral-anticoagulant-within-48-hours',
    'argatroban',
    { otherAnticoagulant: takes(drug('argatroban', 'other-parenteral-anticoagulant', hoursAgo(5))) },
    'met',
  ],
  [
    'glycoprotein-inhibitor-in-use',
    'running',
    { glycoproteinInhibitor: takes(drug('tirofiban', 'glycoprotein-iib-iiia-inhibitor', hoursAgo(1))) },
    'met',
  ],
  [
    'thrombolytic-already-given-this-episode',
    'given',
    { thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', hoursAgo(1))) },
    'met',
  ],
  ['direct-oral-anticoagulant-within-48-hours', '48 h', { directOralAnticoagulant: doac(hoursAgo(48)) }, 'met'],
  [
    'direct-oral-anticoagulant-within-48-hours',
    'over 48 h',
    { directOralAnticoagulant: doac(hoursAgo(48.1)) },
    'notMet',
  ],
  ['direct-oral-anticoagulant-within-48-hours', 'intake unknown', { directOralAnticoagulant: doac(null) }, 'unknown'],
  ['disabling-deficit', 'NIHSS 6', { nihss: nihssTotal(6), disablingDeficit: unknown('not-recorded') }, 'met'],
  [
    'disabling-deficit',
    'NIHSS 6 as a lower bound',
    { nihss: nihssTotal(6, true), disablingDeficit: unknown('not-recorded') },
    'met',
  ],
  [
    'disabling-deficit',
    'NIHSS 5, nothing else',
    { nihss: nihssTotal(5), nihssItems: nihssItems(), disablingDeficit: unknown('not-recorded') },
    'unknown',
  ],
  [
    'disabling-deficit',
    'NIHSS 3, judged not disabling',
    { nihss: nihssTotal(3), nihssItems: nihssItems(), disablingDeficit: given(false) },
    'notMet',
  ],
  [
    'disabling-deficit',
    'NIHSS 1, judged disabling',
    { nihss: nihssTotal(1), nihssItems: nihssItems(), disablingDeficit: given(true) },
    'met',
  ],
  [
    'mild-non-disabling-deficit',
    'NIHSS 3, judged not disabling',
    { nihss: nihssTotal(3), nihssItems: nihssItems(), disablingDeficit: given(false) },
    'met',
  ],
  ['mild-non-disabling-deficit', 'NIHSS 12', {}, 'notMet'],
  [
    'pregnancy-or-postpartum',
    'woman of 30, not recorded',
    { sex: given('female'), age: measured(30, 'a'), pregnancy: unknown('not-recorded') },
    'unknown',
  ],
  ['pregnancy-or-postpartum', 'man, not recorded', { pregnancy: unknown('not-recorded') }, 'notApplicable'],
  ['pregnancy-or-postpartum', 'pregnant', { sex: given('female'), pregnancy: given('pregnant') }, 'met'],
  ['dural-puncture-within-7-days', '7 d', { duralPuncture: had('puncture', daysAgo(7)) }, 'met'],
  ['dural-puncture-within-7-days', '7.1 d', { duralPuncture: had('puncture', daysAgo(7.1)) }, 'notMet'],
  ['arterial-puncture-within-7-days', 'undated', { arterialPuncture: had('puncture', null) }, 'unknown'],
  ['microbleeds-over-10', '10', { cerebralMicrobleeds: measured(10, '{count}') }, 'notMet'],
  ['microbleeds-over-10', '11', { cerebralMicrobleeds: measured(11, '{count}') }, 'met'],
  [
    'reason-to-suspect-abnormal-coagulation',
    'warfarin',
    { vitaminKAntagonist: takes(drug('warfarin', 'vitamin-k-antagonist', null)) },
    'met',
  ],
  ['reason-to-suspect-abnormal-coagulation', 'nothing recorded', {}, 'notMet'],
  ['reason-to-suspect-abnormal-coagulation', 'list not read', { bleedingDisorder: unknown('not-read') }, 'unknown'],
  [
    'clock-times-contradict',
    'onset before last known well',
    { witnessedOnset: time(hoursAgo(4)), lastKnownWell: time(hoursAgo(1)) },
    'met',
  ],
  ['clock-times-contradict', 'woke with symptoms, yet witnessed', { wakeUpStroke: given(true) }, 'met'],
  ['clock-times-contradict', 'in the future', { witnessedOnset: time(minutesAgo(-10)) }, 'met'],
];

const OF_2026: readonly Vector[] = [
  [
    'within-4-5-hours',
    '4 h 30 min',
    { witnessedOnset: time(minutesAgo(270)), lastKnownWell: time(minutesAgo(270)) },
    'met',
  ],
  [
    'within-4-5-hours',
    '4 h 31 min',
    { witnessedOnset: time(minutesAgo(271)), lastKnownWell: time(minutesAgo(271)) },
    'notMet',
  ],
  [
    'within-4-5-hours',
    'only the day is known',
    { witnessedOnset: unknown('not-recorded'), lastKnownWell: time(sometimeBetweenDaysAgo(0.5, 0)) },
    'unknown',
  ],
  [
    'within-4-5-hours',
    'no clock',
    { witnessedOnset: unknown('not-recorded'), lastKnownWell: unknown('not-recorded') },
    'unknown',
  ],
  ['blood-pressure-below-185-110', '184/109', { bloodPressure: pressure(184, 109) }, 'met'],
  ['blood-pressure-below-185-110', '185/80', { bloodPressure: pressure(185, 80) }, 'notMet'],
  ['blood-pressure-below-185-110', '150/110', { bloodPressure: pressure(150, 110) }, 'notMet'],
  ['blood-pressure-below-185-110', 'not measured', { bloodPressure: unknown('not-recorded') }, 'unknown'],
  ['glucose-60-to-400', '59', { glucose: measured(59, 'mg/dL') }, 'notMet'],
  ['glucose-60-to-400', '60', { glucose: measured(60, 'mg/dL') }, 'met'],
  ['glucose-60-to-400', '400', { glucose: measured(400, 'mg/dL') }, 'met'],
  ['glucose-60-to-400', '401', { glucose: measured(401, 'mg/dL') }, 'notMet'],
  ['moderate-severe-head-injury-within-14-days', '13 d', { headTrauma: had('severe-head-injury', daysAgo(13)) }, 'met'],
  [
    'moderate-severe-head-injury-within-14-days',
    '14 d',
    { headTrauma: had('severe-head-injury', daysAgo(14)) },
    'notMet',
  ],
  ['moderate-severe-head-injury-within-14-days', 'mild', { headTrauma: had('mild-head-injury', daysAgo(2)) }, 'notMet'],
  [
    'moderate-severe-head-injury-within-14-days',
    'severity open',
    { headTrauma: had('head-injury', daysAgo(2)) },
    'unknown',
  ],
  [
    'moderate-severe-head-injury-14-days-to-3-months',
    '14 d',
    { headTrauma: had('severe-head-injury', daysAgo(14)) },
    'met',
  ],
  ['neurosurgery-within-14-days', '13.9 d', { intracranialOrSpinalSurgery: had('craniotomy', daysAgo(13.9)) }, 'met'],
  [
    'neurosurgery-within-14-days',
    '13 to 15 d ago',
    { intracranialOrSpinalSurgery: had('craniotomy', sometimeBetweenDaysAgo(15, 13)) },
    'unknown',
  ],
  ['neurosurgery-14-days-to-3-months', '14 d', { intracranialOrSpinalSurgery: had('craniotomy', daysAgo(14)) }, 'met'],
  ['acute-spinal-cord-injury-within-3-months', '89 d', { spinalCordInjury: had('injury', daysAgo(89)) }, 'met'],
  [
    'amyloid-immunotherapy-or-aria',
    'lecanemab',
    { amyloidImmunotherapy: takes(drug('lecanemab', 'amyloid-immunotherapy', daysAgo(20))) },
    'met',
  ],
  ['pre-existing-disability', 'mRS 1', { preStrokeMrs: given(1) }, 'notMet'],
  ['pre-existing-disability', 'mRS 2', { preStrokeMrs: given(2) }, 'met'],
  ['ischemic-stroke-within-3-months', '89 d', { priorIschemicStroke: had('stroke', daysAgo(89)) }, 'met'],
  ['ischemic-stroke-within-3-months', '90 d', { priorIschemicStroke: had('stroke', daysAgo(90)) }, 'notMet'],
  [
    'prior-intracranial-hemorrhage',
    'years ago',
    { priorIntracranialHemorrhage: had('hemorrhage', daysAgo(3000)) },
    'met',
  ],
  ['major-non-cns-trauma-14-days-to-3-months', '20 d', { majorTrauma: had('trauma', daysAgo(20)) }, 'met'],
  ['major-non-cns-surgery-within-10-days', '10 d', { majorSurgery: had('surgery', daysAgo(10)) }, 'met'],
  ['major-non-cns-surgery-within-10-days', '10.1 d', { majorSurgery: had('surgery', daysAgo(10.1)) }, 'notMet'],
  [
    'gastrointestinal-bleeding-within-21-days',
    '21 d',
    { gastrointestinalOrUrinaryBleeding: had('gi', daysAgo(21)) },
    'met',
  ],
  ['remote-gastrointestinal-bleeding', '60 d', { gastrointestinalOrUrinaryBleeding: had('gi', daysAgo(60)) }, 'met'],
  ['intracranial-arterial-dissection', 'present', { intracranialArteryDissection: had('dissection', ago(0)) }, 'met'],
  ['untreated-vascular-malformation', 'present', { intracranialVascularMalformation: had('avm', null) }, 'met'],
  ['st-elevation-infarction-within-3-months', 'STEMI', { myocardialInfarction: had('stemi', daysAgo(10)) }, 'met'],
  ['st-elevation-infarction-within-3-months', 'NSTEMI', { myocardialInfarction: had('nstemi', daysAgo(10)) }, 'notMet'],
  ['acute-pericarditis', 'present', { pericarditis: had('pericarditis', ago(0)) }, 'met'],
  ['left-heart-thrombus', 'present', { cardiacThrombus: had('thrombus', ago(0)) }, 'met'],
  ['active-systemic-malignancy', 'present', { systemicMalignancy: had('cancer', null) }, 'met'],
  ['age-below-18', '17', { age: measured(17, 'a') }, 'met'],
  ['age-below-18', '18', { age: measured(18, 'a') }, 'notMet'],
  ['microbleeds-1-to-10', '1', { cerebralMicrobleeds: measured(1, '{count}') }, 'met'],
  ['extracranial-cervical-dissection', 'present', { cervicalArteryDissection: had('dissection', ago(0)) }, 'met'],
  ['unruptured-aneurysm', 'present', { intracranialAneurysm: had('aneurysm', null) }, 'met'],
  ['moyamoya', 'none', {}, 'notMet'],
  ['antiplatelet-therapy', 'aspirin', { antiplatelet: takes(drug('aspirin', 'antiplatelet', hoursAgo(5))) }, 'met'],
];

const late = (hours: number): Facts => ({
  witnessedOnset: time(hoursAgo(hours)),
  lastKnownWell: time(hoursAgo(hours)),
  symptomRecognition: time(hoursAgo(hours)),
});
const OF_2019: readonly Vector[] = [
  ['within-3-hours', '3 h', late(3), 'met'],
  ['between-3-and-4-5-hours', '3 h', late(3), 'notApplicable'],
  ['between-3-and-4-5-hours', '4.5 h', late(4.5), 'met'],
  ['glucose-50-to-400', '49', { glucose: measured(49, 'mg/dL') }, 'notMet'],
  ['glucose-50-to-400', '50', { glucose: measured(50, 'mg/dL') }, 'met'],
  ['age-over-80-after-3-hours', '81 at 2 h', { ...late(2), age: measured(81, 'a') }, 'notApplicable'],
  ['age-over-80-after-3-hours', '81 at 4 h', { ...late(4), age: measured(81, 'a') }, 'met'],
  ['nihss-over-25-after-3-hours', '25 at 4 h', { ...late(4), nihss: nihssTotal(25) }, 'notMet'],
  ['nihss-over-25-after-3-hours', '26 at 4 h', { ...late(4), nihss: nihssTotal(26) }, 'met'],
  [
    'diabetes-and-prior-stroke-after-3-hours',
    'both at 4 h',
    { ...late(4), diabetes: had('diabetes', null), priorIschemicStroke: had('stroke', daysAgo(900)) },
    'met',
  ],
  [
    'intracranial-or-spinal-surgery-within-3-months',
    '80 d',
    { intracranialOrSpinalSurgery: had('craniotomy', daysAgo(80)) },
    'met',
  ],
  ['severe-head-trauma-within-3-months', '80 d', { headTrauma: had('severe-head-injury', daysAgo(80)) }, 'met'],
  ['ischemic-stroke-within-3-months', '90 d', { priorIschemicStroke: had('stroke', daysAgo(90)) }, 'met'],
  [
    'prior-intracranial-hemorrhage',
    'years ago',
    { priorIntracranialHemorrhage: had('hemorrhage', daysAgo(3000)) },
    'met',
  ],
  ['gastrointestinal-malignancy', 'active', { gastrointestinalMalignancy: had('cancer', null) }, 'met'],
  [
    'gastrointestinal-bleeding-within-21-days',
    'urinary',
    { gastrointestinalOrUrinaryBleeding: had('urinary-bleeding', daysAgo(3)) },
    'notMet',
  ],
  [
    'direct-oral-anticoagulant-within-48-hours',
    '60 h, eGFR 40',
    { directOralAnticoagulant: doac(hoursAgo(60)), egfr: measured(40, 'mL/min/{1.73_m2}') },
    'unknown',
  ],
  [
    'warfarin-with-inr-at-most-1-7',
    'INR 1.5',
    { vitaminKAntagonist: takes(drug('warfarin', 'vitamin-k-antagonist', null)), inr: measured(1.5, '{INR}') },
    'met',
  ],
  ['major-surgery-within-14-days', '14 d', { majorSurgery: had('surgery', daysAgo(14)) }, 'met'],
  ['major-trauma-within-14-days', '14 d', { majorTrauma: had('trauma', daysAgo(14)) }, 'met'],
  ['myocardial-infarction-within-3-months', 'NSTEMI', { myocardialInfarction: had('nstemi', daysAgo(10)) }, 'met'],
  ['unruptured-aneurysm-10-mm-or-more', 'not measured', { intracranialAneurysm: had('aneurysm', null) }, 'unknown'],
  [
    'unruptured-aneurysm-10-mm-or-more',
    '9.9 mm',
    { intracranialAneurysm: had('aneurysm', null), aneurysmDiameter: measured(9.9, 'mm') },
    'notMet',
  ],
  [
    'unruptured-aneurysm-10-mm-or-more',
    '10 mm',
    { intracranialAneurysm: had('aneurysm', null), aneurysmDiameter: measured(10, 'mm') },
    'met',
  ],
];

const idarucizumab = takes(drug('idarucizumab', 'anticoagulant-reversal', hoursAgo(0.2)));
const OF_ESO: readonly Vector[] = [
  ['blood-pressure-at-most-185-110', '185/110', { bloodPressure: pressure(185, 110) }, 'met'],
  ['blood-pressure-at-most-185-110', '186/110', { bloodPressure: pressure(186, 110) }, 'notMet'],
  ['glucose-at-least-50', '49', { glucose: measured(49, 'mg/dL') }, 'notMet'],
  ['glucose-at-least-50', '450', { glucose: measured(450, 'mg/dL') }, 'met'],
  ['glucose-above-400-not-by-itself-exclusion', '450', { glucose: measured(450, 'mg/dL') }, 'met'],
  [
    'direct-oral-anticoagulant-within-48-hours',
    'dabigatran, reversed',
    { directOralAnticoagulant: doac(hoursAgo(5), 'dabigatran'), anticoagulantReversal: idarucizumab },
    'notMet',
  ],
  [
    'direct-oral-anticoagulant-within-48-hours',
    'apixaban, idarucizumab',
    { directOralAnticoagulant: doac(hoursAgo(5)), anticoagulantReversal: idarucizumab },
    'met',
  ],
  [
    'dabigatran-reversed-with-idarucizumab',
    'reversed',
    { directOralAnticoagulant: doac(hoursAgo(5), 'dabigatran'), anticoagulantReversal: idarucizumab },
    'met',
  ],
];

describe.each(GUIDELINE_IDS)('%s', (guideline) => {
  it.each(EVERY_SET)('%s: %s', (id, _why, facts, status) => {
    expect(statusOf(id, facts, guideline)).toBe(status);
  });
});
describe('AHA/ASA 2026', () => {
  it.each(OF_2026)('%s: %s', (id, _why, facts, status) => {
    expect(statusOf(id, facts, 'aha-asa-2026')).toBe(status);
  });
});
describe('AHA/ASA 2019', () => {
  it.each(OF_2019)('%s: %s', (id, _why, facts, status) => {
    expect(statusOf(id, facts, 'aha-asa-2019')).toBe(status);
  });
});
describe('ESO 2021/2023', () => {
  it.each(OF_ESO)('%s: %s', (id, _why, facts, status) => {
    expect(statusOf(id, facts, 'eso-2021-2023')).toBe(status);
  });
});

describe('Table 4: clearly disabling at NIHSS 0–5', () => {
  it.each(['3', '9', '11', '5a', '5b', '6a', '6b'] as const)('item %s: 2 is, 1 is not', (item) => {
    const facts = (score: number): Facts => ({
      nihss: nihssTotal(score),
      nihssItems: nihssItems({ [item]: score }),
      disablingDeficit: unknown('not-recorded'),
    });
    expect(statusOf('disabling-deficit', facts(2), 'aha-asa-2026')).toBe('met');
    expect(statusOf('disabling-deficit', facts(1), 'aha-asa-2026')).toBe('unknown');
  });

  it('an untestable item is neither 0 nor 2', () => {
    const facts: Facts = {
      nihss: nihssTotal(2, true),
      nihssItems: nihssItems({ '5a': 'untestable' }),
      disablingDeficit: unknown('not-recorded'),
    };
    expect(statusOf('disabling-deficit', facts, 'aha-asa-2026')).toBe('unknown');
  });
});

describe('every row', () => {
  const rows = GUIDELINE_IDS.flatMap((guideline) => THROMBOLYSIS_RULES[guideline].map((rule) => ({ guideline, rule })));

  it('has an id of its own within its set', () => {
    for (const guideline of GUIDELINE_IDS) {
      const ids = THROMBOLYSIS_RULES[guideline].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('cites a section and a grade, and a 2026 row says that the erratum was not checked', () => {
    for (const { rule } of rows) {
      if (rule.citation.source === 'aha-asa-2026') expect(rule.citation.errataChecked, rule.id).toBe(false);
      if (/^(aha|eso)/.test(rule.citation.source)) expect(rule.citation.section, rule.id).toBeTruthy();
      expect(rule.data.length, rule.id).toBeGreaterThan(0);
    }
  });

  it('is open or not applicable when nothing at all is known, never an answer', () => {
    for (const guideline of GUIDELINE_IDS) {
      for (const { result } of evaluateRules(aCase(), NOW, policy, guideline)) {
        if (result.id === 'clock-times-contradict') continue;
        expect(result.status, result.id).toBe('unknown');
        expect(result.missing?.length, result.id).toBeGreaterThan(0);
      }
    }
  });

  it('asks to confirm when it rests on an empty list', () => {
    const [row] = evaluateRules(
      eligiblePatient({ duralPuncture: noneRecorded(), weight: weightOf(70) }),
      NOW,
      policy,
      'aha-asa-2026',
    ).filter(({ result }) => result.id === 'dural-puncture-within-7-days');
    expect(row?.result).toMatchObject({ status: 'notMet', confirm: true });
  });
});
