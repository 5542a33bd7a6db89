/** Patients as they come, and what the card has to say. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, plus, quantity, unknown, UNKNOWN_REASONS } from '../../../src/case/index.ts';
import type { DrugExposure, StrokeFacts } from '../../../src/case/index.ts';
import { GUIDELINE_IDS } from '../../../src/decisions/evaluation.ts';
import type { GuidelineId } from '../../../src/decisions/evaluation.ts';
import { evaluateThrombolysis } from '../../../src/decisions/thrombolysis/index.ts';
import {
  aCase,
  aPolicy,
  daysAgo,
  drug,
  eligiblePatient,
  given,
  had,
  hoursAgo,
  measured,
  nihssItems,
  nihssTotal,
  NOW,
  pressure,
  takes,
  time,
} from '../../support/case-builder.ts';

const policy = aPolicy({ thrombectomyAccess: null });
const evaluate = (facts: Partial<StrokeFacts> = {}, guideline: GuidelineId = 'aha-asa-2026', site = policy) =>
  evaluateThrombolysis(eligiblePatient(facts), NOW, site, guideline);

const noLabs: Partial<StrokeFacts> = {
  inr: unknown('pending'),
  platelets: unknown('pending'),
  aptt: unknown('pending'),
  prothrombinTime: unknown('pending'),
};
/** The default of a site that configures nothing. */
const withoutSoftware = aPolicy({ automatedPerfusion: false, thrombectomyAccess: null });
const knownOnset = (hours: number): Partial<StrokeFacts> => ({
  witnessedOnset: time(hoursAgo(hours)),
  symptomRecognition: time(hoursAgo(hours)),
  lastKnownWell: time(hoursAgo(hours)),
});
const penumbra: Partial<StrokeFacts> = { coreVolume: measured(20, 'mL'), hypoperfusionVolume: measured(80, 'mL') };
const wokeUp: Partial<StrokeFacts> = {
  witnessedOnset: unknown('not-recorded'),
  wakeUpStroke: given(true),
  lastKnownWell: time(hoursAgo(10)),
  bedtime: time(hoursAgo(10)),
  wakeTime: time(hoursAgo(2)),
  symptomRecognition: time(hoursAgo(2)),
};
const dwiFlair: Partial<StrokeFacts> = { dwiFlairMismatch: given(true), dwiLesionUnderOneThirdMca: given(true) };

describe('no yes', () => {
  it('knows nothing: undecided, hemorrhage and the clock asked first, laboratory after pressure and glucose', () => {
    const { conclusion, settledBy } = evaluateThrombolysis(aCase(), NOW, policy);
    expect(conclusion).toBe('undecided');
    expect(settledBy.slice(0, 3)).toEqual(['hemorrhageOnImaging', 'lastKnownWell', 'nihss']);
    expect(settledBy.indexOf('inr')).toBeGreaterThan(settledBy.indexOf('glucose'));
  });

  it('hemorrhage: contraindicated, whatever else is missing', () => {
    const evaluation = evaluateThrombolysis(aCase({ hemorrhageOnImaging: given(true) }), NOW, policy);
    expect(evaluation).toMatchObject({
      conclusion: 'contraindicated',
      decidedBy: ['acute-intracranial-hemorrhage'],
      before: [],
    });
  });

  it('pressure 210/120: not before it is lowered, and then recommended', () => {
    expect(evaluate({ bloodPressure: pressure(210, 120) })).toMatchObject({
      conclusion: 'undecided',
      decidedBy: ['blood-pressure-below-185-110'],
      before: [{ key: 'lower-blood-pressure', params: { systolic: 210, diastolic: 120 } }],
      afterCorrection: 'recommended',
      // a known value is to be corrected, not to be looked for
      settledBy: [],
    });
  });

  it('glucose 45: correct and examine again', () => {
    expect(evaluate({ glucose: measured(45, 'mg/dL') })).toMatchObject({
      conclusion: 'undecided',
      before: [{ key: 'correct-glucose-and-re-examine', params: { glucose: 45 } }],
      afterCorrection: 'recommended',
    });
  });

  it('a high pressure does not hide what is unknown besides', () => {
    const open = { bloodPressure: pressure(210, 120), hemorrhageOnImaging: unknown('not-recorded') };
    expect(evaluate(open)).toMatchObject({ conclusion: 'undecided', afterCorrection: 'undecided' });
  });

  it('mild and judged not disabling: not recommended, and what would change it', () => {
    const evaluation = evaluate({
      nihss: nihssTotal(2),
      nihssItems: nihssItems({ '4': 2 }),
      disablingDeficit: given(false),
    });
    expect(evaluation).toMatchObject({
      conclusion: 'not-recommended',
      strength: { cor: '3: No Benefit' },
      citation: { section: '4.6.1 rec. 8' },
      settledBy: [],
    });
    expect(evaluation.decidedBy).toContain('mild-non-disabling-deficit');
    expect(evaluation.counterfactuals).toMatchObject([{ becomes: 'recommended', kind: 'changed' }]);
  });

  it('INR 2.1: contraindicated; an INR of at most 1.7 would change it', () => {
    const evaluation = evaluate({ inr: measured(2.1, '{INR}') });
    expect(evaluation).toMatchObject({ conclusion: 'contraindicated', decidedBy: ['inr-above-1-7'] });
    expect(evaluation.counterfactuals).toMatchObject([{ criterion: 'inr-above-1-7', becomes: 'recommended' }]);
  });

  it('two contraindications: no single change is offered', () => {
    const evaluation = evaluate({ inr: measured(2.1, '{INR}'), platelets: measured(50, '10*9/L') });
    expect(evaluation.decidedBy).toEqual(['platelets-below-100000', 'inr-above-1-7']);
    expect(evaluation.counterfactuals).toEqual([]);
  });

  it('30 h after onset: not recommended, all windows closed', () => {
    expect(evaluate({ ...knownOnset(30), ...penumbra })).toMatchObject({
      conclusion: 'not-recommended',
      validUntil: null,
    });
  });

  it('two sources disagree on hemorrhage: undecided', () => {
    const conflicting = { status: 'conflicting' as const, values: [given(true), given(false)] };
    expect(evaluate({ hemorrhageOnImaging: conflicting })).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['hemorrhageOnImaging'],
    });
  });
});

describe('laboratory results not there yet (2026, 4.6.1 rec. 10)', () => {
  it('no reason to suspect an abnormality: reasonable, send the tests and stop if abnormal', () => {
    const evaluation = evaluate(noLabs);
    expect(evaluation).toMatchObject({ conclusion: 'reasonable', strength: { cor: '2a', loe: 'B-NR' } });
    expect(evaluation.settledBy).toEqual(['inr', 'platelets', 'aptt']);
    expect(evaluation.before.map(({ key }) => key)).toEqual(['send-coagulation-tests-and-stop-if-abnormal']);
  });

  it('this is the one place where a missing abnormal value no longer excludes', () => {
    expect(evaluate({ inr: measured(2.1, '{INR}') }).conclusion).toBe('contraindicated');
    expect(evaluate({ inr: unknown('pending'), prothrombinTime: unknown('pending') }).conclusion).toBe('reasonable');
  });

  it.each([
    ['warfarin', { vitaminKAntagonist: takes(drug('warfarin', 'vitamin-k-antagonist', null)) }],
    ['heparin', { unfractionatedHeparin: takes(drug('heparin', 'unfractionated-heparin', hoursAgo(3))) }],
    ['a bleeding disorder', { bleedingDisorder: had('thrombocytopenia', null) }],
    ['dialysis', { dialysis: had('hemodialysis', null) }],
    ['an anticoagulant list that was not read', { vitaminKAntagonist: unknown('not-read') }],
  ] as const)('%s: wait', (_reason, facts) => {
    expect(evaluate({ ...noLabs, ...facts }).conclusion).toBe('undecided');
  });
});

describe('prothrombin time and INR are one test', () => {
  const awaited = [unknown('not-recorded'), unknown('pending')];

  it.each(GUIDELINE_IDS)('%s: one of them normal, the other not there: recommended, nothing missing', (guideline) => {
    for (const missing of awaited) {
      for (const key of ['inr', 'prothrombinTime'] as const) {
        const evaluation = evaluate({ [key]: missing }, guideline);
        expect(evaluation).toMatchObject({ conclusion: 'recommended', settledBy: [], before: [] });
        expect(evaluation.criteria.some((row) => row.status === 'unknown' && row.data[0] === key)).toBe(false);
      }
    }
  });

  it.each(GUIDELINE_IDS)('%s: one of them over its limit excludes, whatever the other says', (guideline) => {
    const long: Partial<StrokeFacts> = { prothrombinTime: measured(16, 's') };
    const high: Partial<StrokeFacts> = { inr: measured(1.8, '{INR}') };
    expect(evaluate(long, guideline).conclusion).toBe('contraindicated');
    expect(evaluate({ ...long, inr: unknown('not-recorded') }, guideline).conclusion).toBe('contraindicated');
    expect(evaluate(high, guideline).conclusion).toBe('contraindicated');
    expect(evaluate({ ...high, prothrombinTime: unknown('pending') }, guideline).conclusion).toBe('contraindicated');
  });
});

describe('a laboratory entry that cannot be used is a reason to wait', () => {
  const unusable = UNKNOWN_REASONS.filter((why) => why !== 'not-recorded' && why !== 'pending');
  const labs = ['inr', 'platelets', 'aptt', 'prothrombinTime'] as const;
  const cases = GUIDELINE_IDS.flatMap((guideline) => labs.map((lab) => [guideline, lab] as const));

  it.each(cases)('%s, %s: undecided for every reason but not recorded and pending', (guideline, lab) => {
    for (const why of unusable) {
      expect(evaluate({ [lab]: unknown(why) }, guideline), why).toMatchObject({
        conclusion: 'undecided',
        settledBy: [lab],
        before: [],
      });
    }
  });

  it.each([
    ['inr', measured(1.1, '{INR}'), measured(2.3, '{INR}')],
    ['platelets', measured(90, '10*9/L'), measured(240, '10*9/L')],
    ['aptt', measured(30, 's'), measured(60, 's')],
    ['prothrombinTime', measured(12, 's'), measured(20, 's')],
  ] as const)('%s with two values across the limit: undecided, with all others missing too', (lab, one, other) => {
    const conflict = { status: 'conflicting' as const, values: [one, other] };
    for (const facts of [{}, noLabs]) {
      expect(evaluate({ ...facts, [lab]: conflict })).toMatchObject({ conclusion: 'undecided', settledBy: [lab] });
    }
  });

  it('two values on the same side of the limit answer', () => {
    const both = { status: 'conflicting' as const, values: [measured(1, '{INR}'), measured(1.2, '{INR}')] };
    expect(evaluate({ inr: both }).conclusion).toBe('recommended');
  });

  it('a bound that leaves the limit open is no missing result', () => {
    const inr = given(quantity(1.2, '{INR}', '>'));
    expect(evaluate({ inr })).toMatchObject({ conclusion: 'undecided', settledBy: ['inr'] });
  });
});

describe('an anticoagulant that was stopped long ago', () => {
  const stopped = (name: string, kind: DrugExposure['class'], days: number) =>
    takes(drug(name, kind, daysAgo(days), { active: false, intent: 'treatment' }));

  it.each([
    ['apixaban', 'directOralAnticoagulant', 'factor-xa-inhibitor'],
    ['dabigatran', 'directOralAnticoagulant', 'direct-thrombin-inhibitor'],
    ['warfarin', 'vitaminKAntagonist', 'vitamin-k-antagonist'],
    ['enoxaparin', 'lowMolecularWeightHeparin', 'low-molecular-weight-heparin'],
    ['heparin', 'unfractionatedHeparin', 'unfractionated-heparin'],
    ['fondaparinux', 'otherAnticoagulant', 'other-parenteral-anticoagulant'],
  ] as const)('%s, last dose 8 days ago: changes nothing', (name, list, kind) => {
    for (const guideline of GUIDELINE_IDS) {
      const facts = { [list]: stopped(name, kind, 8), egfr: unknown('not-recorded') };
      expect(evaluate(facts, guideline).conclusion, guideline).toBe('recommended');
      expect(evaluate({ ...noLabs, ...facts }, guideline).conclusion, guideline).toBe('reasonable');
    }
  });

  it('stopped 6 days ago with no laboratory result: wait', () => {
    const facts = { ...noLabs, vitaminKAntagonist: stopped('warfarin', 'vitamin-k-antagonist', 6) };
    expect(evaluate(facts).conclusion).toBe('undecided');
  });
});

describe('what a weaker yes hangs on', () => {
  const open: Partial<StrokeFacts> = { preStrokeMrs: unknown('not-recorded') };

  it('an unknown pre-stroke mRS is named, with what it would be', () => {
    expect(evaluate(open)).toMatchObject({
      conclusion: 'may-be-considered',
      decidedBy: ['within-4-5-hours', 'pre-existing-disability'],
      settledBy: ['preStrokeMrs'],
      ifReassuring: { conclusion: 'recommended', facts: ['preStrokeMrs'] },
    });
    expect(evaluate({ ...open, ...noLabs }).ifReassuring).toEqual({
      conclusion: 'reasonable',
      facts: ['preStrokeMrs'],
    });
  });

  it('with a pressure to lower first: what it would be then', () => {
    expect(evaluate({ ...open, bloodPressure: pressure(205, 118) })).toMatchObject({
      conclusion: 'undecided',
      afterCorrection: 'may-be-considered',
      ifReassuring: { conclusion: 'recommended', facts: ['preStrokeMrs'] },
    });
  });

  it.each([
    ['nothing is open', {}],
    ['another relative contraindication is there', { ...open, majorSurgery: had('surgery', daysAgo(5)) }],
    ['it is contraindicated', { ...open, inr: measured(2, '{INR}') }],
    ['it is undecided for another reason', { ...open, hemorrhageOnImaging: unknown('pending') }],
  ] as const)('no promise where %s', (_why, facts) => {
    expect(evaluate(facts).ifReassuring).toBeNull();
  });
});

describe('late, with a vessel to open', () => {
  const late: Partial<StrokeFacts> = {
    witnessedOnset: unknown('not-recorded'),
    symptomRecognition: unknown('not-recorded'),
    wakeUpStroke: unknown('not-recorded'),
    lastKnownWell: time(hoursAgo(10)),
    occlusionSite: given('basilar'),
  };

  it.each(GUIDELINE_IDS)('%s: not recommended where thrombectomy can be had and no window applies', (guideline) => {
    expect(evaluate({ ...late, thrombectomyAccess: given(true) }, guideline)).toMatchObject({
      conclusion: 'not-recommended',
      settledBy: [],
    });
  });

  it('access not known: that is the one thing asked for', () => {
    expect(evaluate({ ...late, thrombectomyAccess: unknown('not-recorded') })).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['thrombectomyAccess'],
    });
  });

  it.each([
    ['no way to thrombectomy', { thrombectomyAccess: given(false) }],
    ['no vessel to open', { occlusionSite: given('none' as const) }],
    ['vessels not imaged', { occlusionSite: unknown('not-recorded') }],
    ['deficit too mild for thrombectomy', { nihss: nihssTotal(5) }],
    ['symptoms were recognized 2 h ago', { symptomRecognition: time(hoursAgo(2)) }],
    ['a waking with symptoms', { wakeUpStroke: given(true) }],
    ['the waking could not be read', { wakeUpStroke: unknown('not-read') }],
    ['MRI under way', { dwiFlairMismatch: unknown('pending') }],
    ['a DWI-FLAIR mismatch', { dwiFlairMismatch: given(true) }],
  ] as const)('stays open: %s', (_why, facts) => {
    const evaluation = evaluate({ ...late, thrombectomyAccess: given(true), ...facts });
    expect(evaluation.conclusion).toBe('undecided');
    expect(evaluation.settledBy).not.toContain('thrombectomyAccess');
  });

  it('a complete DWI-FLAIR result counts, vessel or not', () => {
    const facts = { ...late, ...dwiFlair, symptomRecognition: time(hoursAgo(2)), thrombectomyAccess: given(true) };
    expect(evaluate(facts).conclusion).toBe('reasonable');
  });
});

describe('yes', () => {
  it('clearly eligible: recommended, 1 A, until 4.5 h after onset', () => {
    expect(evaluate()).toMatchObject({
      conclusion: 'recommended',
      strength: { cor: '1', loe: 'A' },
      settledBy: [],
      before: [],
      validUntil: plus(NOW, 3 * HOUR),
      window: {
        kind: 'within-4-5-hours',
        state: 'open',
        closesAt: plus(NOW, 3 * HOUR),
        clock: { basis: 'witnessed-onset' },
      },
    });
  });

  it('holds at 4 h 30 min, ends a minute later', () => {
    expect(evaluate(knownOnset(4.5)).conclusion).toBe('recommended');
    const later = evaluateThrombolysis(eligiblePatient(knownOnset(4.5)), plus(NOW, MINUTE), policy);
    expect(later.conclusion).not.toBe('recommended');
  });

  it('relative contraindication met, or its list not read: may be considered', () => {
    expect(evaluate({ majorSurgery: had('surgery', daysAgo(5)) })).toMatchObject({
      conclusion: 'may-be-considered',
      decidedBy: ['within-4-5-hours', 'major-non-cns-surgery-within-10-days'],
    });
    expect(evaluate({ majorSurgery: unknown('not-read') })).toMatchObject({
      conclusion: 'may-be-considered',
      settledBy: ['majorSurgery'],
    });
  });

  it('unknown microbleed count is no reason to wait (rec. 11); over 10 lowers to may be considered', () => {
    expect(evaluate({ cerebralMicrobleeds: unknown('not-recorded') }).conclusion).toBe('recommended');
    expect(evaluate({ cerebralMicrobleeds: measured(5, '{count}') }).conclusion).toBe('reasonable');
    expect(evaluate({ cerebralMicrobleeds: measured(11, '{count}') }).conclusion).toBe('may-be-considered');
  });
});

describe('late and unknown onset', () => {
  it('wake-up with DWI-FLAIR mismatch: reasonable until 4.5 h after recognition', () => {
    expect(evaluate({ ...wokeUp, ...dwiFlair })).toMatchObject({
      conclusion: 'reasonable',
      strength: { cor: '2a', loe: 'B-R' },
      validUntil: plus(NOW, 2.5 * HOUR),
      window: { clock: { basis: 'symptom-recognition' } },
    });
  });

  it('wake-up with penumbra, 6 h after the midpoint of sleep: at most may be considered, sources conflict', () => {
    const evaluation = evaluate({ ...wokeUp, ...penumbra });
    expect(evaluation).toMatchObject({
      conclusion: 'may-be-considered',
      decidedBy: ['penumbra-wake-up-9-hours-from-midpoint-of-sleep'],
      citation: { grade: 'X' },
      window: { clock: { basis: 'midpoint-of-sleep', since: plus(NOW, -6 * HOUR) } },
      validUntil: plus(NOW, 3 * HOUR),
    });
  });

  it('4.5–9 h with penumbra: may be considered, whether or not the site has the software that the figures came from', () => {
    expect(evaluate({ ...knownOnset(7), ...penumbra }).conclusion).toBe('may-be-considered');
    expect(evaluate({ ...knownOnset(7), ...penumbra }, 'aha-asa-2026', withoutSoftware).conclusion).toBe(
      'may-be-considered',
    );
  });

  it.each(['aha-asa-2026', 'eso-2021-2023'] as const)(
    '%s: no perfusion figures where the site has no software: open, and the site is told',
    (guideline) => {
      const noVessel = { ...knownOnset(7), occlusionSite: given('none' as const) };
      const found = evaluate(noVessel, guideline, withoutSoftware);
      expect(found).toMatchObject({ conclusion: 'undecided', settledBy: ['coreVolume', 'hypoperfusionVolume'] });
      expect(found.criteria.filter(({ status }) => status === 'unknown')).toContainEqual(
        expect.objectContaining({ class: 'window', note: { key: 'automated-perfusion-not-at-site' } }),
      );
      const equipped = evaluate(noVessel, guideline);
      expect(equipped.criteria.some(({ note }) => note?.key === 'automated-perfusion-not-at-site')).toBe(false);
    },
  );

  it.each(GUIDELINE_IDS)('%s: a witnessed onset 10 h ago settles that it is no wake-up stroke', (guideline) => {
    const facts = {
      ...knownOnset(10),
      wakeUpStroke: unknown('not-recorded'),
      bedtime: unknown('not-recorded'),
      wakeTime: unknown('not-recorded'),
      occlusionSite: given('none' as const),
    };
    expect(evaluate(facts, guideline)).toMatchObject({ conclusion: 'not-recommended', settledBy: [] });
  });

  it.each([
    [0, 11, 'may-be-considered'],
    [0, 10, 'not-recommended'],
    [50, 60, 'not-recommended'],
    [50, 61, 'may-be-considered'],
    [69, 100, 'may-be-considered'],
    [70, 200, 'not-recommended'],
  ] as const)('EXTEND, core %d mL, Tmax >6 s %d mL: %s', (core, tmax, conclusion) => {
    const volumes = { coreVolume: measured(core, 'mL'), hypoperfusionVolume: measured(tmax, 'mL') };
    expect(evaluate({ ...knownOnset(7), ...volumes }).conclusion).toBe(conclusion);
  });

  it('large-vessel occlusion at 15 h: only where thrombectomy cannot be had', () => {
    const facts = { ...knownOnset(15), ...penumbra, occlusionSite: given('M1' as const) };
    expect(evaluate({ ...facts, thrombectomyAccess: given(false) })).toMatchObject({
      conclusion: 'may-be-considered',
      strength: { cor: '2b' },
    });
    expect(evaluate({ ...facts, thrombectomyAccess: given(true) }).conclusion).toBe('not-recommended');
    expect(evaluate({ ...facts, thrombectomyAccess: unknown('not-recorded') })).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['thrombectomyAccess'],
    });
  });
});

describe('where the guideline sets differ', () => {
  it('apixaban 20 h ago: 2026 individualizes, 2019 and ESO exclude', () => {
    const stroke = eligiblePatient({
      directOralAnticoagulant: takes(drug('apixaban', 'factor-xa-inhibitor', hoursAgo(20))),
    });
    const { conclusion, alternatives } = evaluateThrombolysis(stroke, NOW, policy);
    expect(conclusion).toBe('may-be-considered');
    expect(alternatives).toEqual([
      {
        guideline: 'aha-asa-2019',
        conclusion: 'contraindicated',
        decidedBy: ['direct-oral-anticoagulant-within-48-hours'],
      },
      {
        guideline: 'eso-2021-2023',
        conclusion: 'contraindicated',
        decidedBy: ['direct-oral-anticoagulant-within-48-hours'],
      },
    ]);
  });

  it('a clear yes is a yes in all three', () => {
    expect(evaluate().alternatives).toEqual([]);
  });

  it('neurosurgery 40 days ago: 2019 excludes, 2026 individualizes', () => {
    const facts = { intracranialOrSpinalSurgery: had('craniotomy', daysAgo(40)) };
    expect(evaluate(facts).conclusion).toBe('may-be-considered');
    expect(evaluate(facts, 'aha-asa-2019').conclusion).toBe('contraindicated');
  });

  it('a recalled rule alone never recommends: ESO, 4.5–9 h', () => {
    const facts = { ...knownOnset(7), ...penumbra };
    expect(evaluate(facts, 'eso-2021-2023')).toMatchObject({
      conclusion: 'may-be-considered',
      citation: { grade: 'R' },
    });
  });
});
