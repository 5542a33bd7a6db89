import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, plus, quantity, unknown } from '../../../src/case/index.ts';
import type { DrugExposure, FactKey, HematomaLocation, StrokeFacts, TimeSpan } from '../../../src/case/index.ts';
import {
  evaluateIntracerebralHemorrhage,
  isHematomaExpansion,
} from '../../../src/decisions/intracerebral-hemorrhage/index.ts';
import type { IntracerebralHemorrhageEvaluation } from '../../../src/decisions/intracerebral-hemorrhage/index.ts';
import {
  aCase,
  ago,
  aPolicy,
  drug,
  given,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  nihssTotal,
  noneRecorded,
  NOW,
  pressure,
  takes,
  time,
} from '../../support/case-builder.ts';

const evaluate = (facts: Partial<StrokeFacts>, at = NOW): IntracerebralHemorrhageEvaluation =>
  evaluateIntracerebralHemorrhage(aCase(facts), at, aPolicy());
const bleeding = (facts: Partial<StrokeFacts> = {}): IntracerebralHemorrhageEvaluation =>
  evaluate({ hemorrhageOnImaging: given(true), ...facts });
const statusOf = (evaluation: IntracerebralHemorrhageEvaluation, id: string): string | undefined =>
  evaluation.criteria.find((criterion) => criterion.id === id)?.status;
const keys = (actions: readonly { readonly key: string }[]): readonly string[] => actions.map(({ key }) => key);
const warfarin = takes(drug('warfarin', 'vitamin-k-antagonist', hoursAgo(12)));

describe('does it apply', () => {
  it('imaging not known: undecided, thrombolysis neither excluded nor cleared, no scores, no options', () => {
    const result = evaluate({ acuteIntracranialHemorrhage: noneRecorded() });
    expect(result).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['hemorrhageOnImaging'],
      scores: [],
      before: [],
      avoid: [],
    });
    expect(result.thrombolysisContraindicated).toBeUndefined();
  });
  it('imaging without blood and no diagnosis: not applicable', () => {
    const result = evaluate({ hemorrhageOnImaging: given(false), acuteIntracranialHemorrhage: noneRecorded() });
    expect(result).toMatchObject({ conclusion: 'not-applicable', thrombolysisContraindicated: false, scores: [] });
  });
  it('imaging without blood, diagnoses not read: undecided', () => {
    expect(evaluate({ hemorrhageOnImaging: given(false) })).toMatchObject({
      conclusion: 'undecided',
      settledBy: ['acuteIntracranialHemorrhage'],
    });
  });
  it('blood on imaging, or a confirmed diagnosis whatever imaging says: applies and forbids thrombolysis', () => {
    for (const facts of [
      { hemorrhageOnImaging: given(true) },
      { acuteIntracranialHemorrhage: had('intracerebral-hemorrhage', hoursAgo(1)) },
      { acuteIntracranialHemorrhage: had('intracerebral-hemorrhage', hoursAgo(1)), hemorrhageOnImaging: given(false) },
    ]) {
      const result = evaluate(facts);
      expect(result).toMatchObject({
        conclusion: 'intracranial-hemorrhage',
        thrombolysisContraindicated: true,
        validUntil: null,
      });
      expect(keys(result.avoid)).toContain('do-not-give-thrombolytic');
    }
  });
  it('a suspected diagnosis is no diagnosis and no all-clear', () => {
    const suspected = had('intracerebral-hemorrhage', hoursAgo(1), { certainty: 'suspected' });
    expect(evaluate({ acuteIntracranialHemorrhage: suspected, hemorrhageOnImaging: given(false) }).conclusion).toBe(
      'undecided',
    );
  });
  it('two reports that disagree stay undecided', () => {
    const hemorrhageOnImaging = { status: 'conflicting', values: [given(true), given(false)] } as const;
    expect(evaluate({ hemorrhageOnImaging, acuteIntracranialHemorrhage: noneRecorded() }).conclusion).toBe('undecided');
  });
});

describe('a subarachnoid hemorrhage alone', () => {
  const diagnosed = (kind: string, more = {}) => ({
    acuteIntracranialHemorrhage: had(kind, hoursAgo(1), more),
    bloodPressure: pressure(190, 100),
    gcs: measured(9, '{score}'),
    spotSign: given(true),
  });
  it('forbids thrombolysis and takes no target, surgery, score or harm from the rules of intracerebral hemorrhage', () => {
    const result = bleeding(diagnosed('subarachnoid-hemorrhage'));
    expect(result).toMatchObject({
      conclusion: 'intracranial-hemorrhage',
      thrombolysisContraindicated: true,
      subarachnoidOnly: true,
      pressure: [],
      surgery: [],
      scores: [],
    });
    expect(keys(result.avoid)).toEqual(['do-not-give-thrombolytic']);
  });
  it('still names the anticoagulant to reverse', () => {
    const facts = {
      ...diagnosed('subarachnoid-hemorrhage'),
      vitaminKAntagonist: warfarin,
      inr: measured(2.4, '{INR}'),
    };
    expect(keys(bleeding(facts).reversal)).toContain('four-factor-pcc-25-to-50');
  });
  it.each([
    ['another diagnosis', diagnosed('intracerebral-hemorrhage')],
    ['a suspicion', diagnosed('subarachnoid-hemorrhage', { certainty: 'suspected' })],
    ['a hematoma', { ...diagnosed('subarachnoid-hemorrhage'), hematomaVolume: measured(12, 'mL') }],
    ['its place', { ...diagnosed('subarachnoid-hemorrhage'), hematomaLocation: given('lobar' as const) }],
  ])('is not what is there with %s', (_, facts) => {
    const result = bleeding(facts);
    expect(result.subarachnoidOnly).toBe(false);
    expect(keys(result.pressure)).toContain('lower-systolic-to-140');
  });
});

describe('reversal (AHA/ASA 2022 section 5.2)', () => {
  it('drug lists not read: unknown, listed as missing, nothing offered', () => {
    const result = bleeding();
    expect(statusOf(result, 'factor-xa-inhibitor-taken')).toBe('unknown');
    expect(result.missing).toContain('directOralAnticoagulant');
    expect(result.reversal).toEqual([]);
  });
  it('no anticoagulant recorded: nothing to reverse, to be confirmed', () => {
    const result = bleeding({ vitaminKAntagonist: noneRecorded(), directOralAnticoagulant: noneRecorded() });
    expect(statusOf(result, 'vitamin-k-antagonist-inr-2-or-above')).toBe('notMet');
    expect(result.confirm).toEqual(expect.arrayContaining(['vitaminKAntagonist', 'directOralAnticoagulant']));
  });
  it.each([
    [1.2, []],
    [1.3, ['stop-anticoagulant-and-reverse', 'four-factor-pcc-10-to-20', 'vitamin-k-intravenous']],
    [1.9, ['stop-anticoagulant-and-reverse', 'four-factor-pcc-10-to-20', 'vitamin-k-intravenous']],
    [2.0, ['stop-anticoagulant-and-reverse', 'four-factor-pcc-25-to-50', 'vitamin-k-intravenous']],
  ])('warfarin with INR %f', (inr, expected) => {
    expect(keys(bleeding({ vitaminKAntagonist: warfarin, inr: measured(inr, '{INR}') }).reversal)).toEqual(expected);
  });
  it('warfarin with no INR: stop it and measure', () => {
    expect(keys(bleeding({ vitaminKAntagonist: warfarin }).reversal)).toEqual([
      'stop-anticoagulant-and-reverse',
      'check-inr',
    ]);
  });
  it('a raised INR without a vitamin K antagonist does not ask for its reversal', () => {
    const result = bleeding({ vitaminKAntagonist: noneRecorded(), inr: measured(2.4, '{INR}') });
    expect(keys(result.reversal)).toEqual([]);
    expect(statusOf(result, 'inr-raised-without-vitamin-k-antagonist')).toBe('met');
    const usual = { vitaminKAntagonist: noneRecorded(), inr: measured(1.2, '{INR}') };
    expect(statusOf(bleeding(usual), 'inr-raised-without-vitamin-k-antagonist')).toBe('notMet');
    const known = { vitaminKAntagonist: warfarin, inr: measured(2.4, '{INR}') };
    expect(statusOf(bleeding(known), 'inr-raised-without-vitamin-k-antagonist')).toBe('notMet');
  });
  it('argatroban and fondaparinux: to be stopped, without an agent', () => {
    const argatroban = drug('argatroban', 'direct-thrombin-inhibitor', minutesAgo(5));
    const fondaparinux = drug('fondaparinux', 'other-parenteral-anticoagulant', hoursAgo(10));
    for (const other of [argatroban, fondaparinux])
      expect(keys(bleeding({ otherAnticoagulant: takes(other) }).reversal)).toEqual([
        'stop-anticoagulant-and-reverse',
        'other-anticoagulant-without-agent',
      ]);
    expect(bleeding({ otherAnticoagulant: noneRecorded() }).confirm).toContain('otherAnticoagulant');
  });
  it('dabigatran: idarucizumab, whose dose is graded as not verified', () => {
    const result = bleeding({
      directOralAnticoagulant: takes(drug('dabigatran', 'direct-thrombin-inhibitor', hoursAgo(5))),
    });
    const option = result.reversal.find(({ key }) => key === 'idarucizumab');
    expect(option?.citation).toMatchObject({ cor: '2a', grade: 'R' });
    expect(keys(result.reversal)).not.toContain('andexanet');
  });
  it('apixaban: andexanet or prothrombin complex; charcoal until 2 h after the intake', () => {
    const facts = { directOralAnticoagulant: takes(drug('apixaban', 'factor-xa-inhibitor', hoursAgo(2))) };
    const result = bleeding(facts);
    expect(keys(result.reversal)).toEqual([
      'stop-anticoagulant-and-reverse',
      'andexanet',
      'pcc-when-no-andexanet',
      'activated-charcoal',
    ]);
    expect(result.nextChange).toBe(NOW);
    const later = evaluate({ hemorrhageOnImaging: given(true), ...facts }, plus(NOW, 1));
    expect(keys(later.reversal)).not.toContain('activated-charcoal');
  });
  it('an intake at an unknown time leaves the charcoal open', () => {
    const result = bleeding({ directOralAnticoagulant: takes(drug('apixaban', 'factor-xa-inhibitor', null)) });
    expect(statusOf(result, 'doac-within-2-hours')).toBe('unknown');
    expect(statusOf(result, 'factor-xa-inhibitor-taken')).toBe('met');
  });
  it('heparins: protamine; stopped long ago: nothing', () => {
    const heparin = drug('heparin', 'unfractionated-heparin', hoursAgo(1));
    const enoxaparin = drug('enoxaparin', 'low-molecular-weight-heparin', hoursAgo(6));
    expect(keys(bleeding({ unfractionatedHeparin: takes(heparin) }).reversal)).toContain('protamine-for-heparin');
    expect(keys(bleeding({ lowMolecularWeightHeparin: takes(enoxaparin) }).reversal)).toContain('protamine-for-lmwh');
    const stopped = drug('enoxaparin', 'low-molecular-weight-heparin', hoursAgo(240), { active: false });
    expect(keys(bleeding({ lowMolecularWeightHeparin: takes(stopped) }).reversal)).toEqual([]);
  });
  describe('protamine only for heparin that still acts', () => {
    const ufh = (at: TimeSpan | null, more: Partial<DrugExposure> = {}, facts: Partial<StrokeFacts> = {}) =>
      bleeding({
        unfractionatedHeparin: takes(drug('heparin', 'unfractionated-heparin', at, more)),
        aptt: measured(29, 's'),
        ...facts,
      });
    const lmwh = (at: TimeSpan | null, more: Partial<DrugExposure> = {}) =>
      bleeding({ lowMolecularWeightHeparin: takes(drug('enoxaparin', 'low-molecular-weight-heparin', at, more)) });
    const prophylactic = { intent: 'prophylactic' } as const;
    it.each([
      ['heparin 4 h ago', ufh(hoursAgo(4)), ['stop-anticoagulant-and-reverse', 'protamine-for-heparin']],
      ['heparin 5 h ago', ufh(hoursAgo(5)), ['stop-anticoagulant', 'heparin-worn-off']],
      ['heparin 40 h ago', ufh(hoursAgo(40)), ['stop-anticoagulant', 'heparin-worn-off']],
      ['heparin 3 d ago', ufh(hoursAgo(72), { active: false }), []],
      ['heparin, time unknown', ufh(null), ['stop-anticoagulant', 'heparin-time-unknown']],
      ['little heparin', ufh(hoursAgo(2), prophylactic), ['stop-anticoagulant', 'heparin-prophylactic']],
      [
        'heparin with a prolonged aPTT',
        ufh(hoursAgo(5), {}, { aptt: measured(70, 's') }),
        ['stop-anticoagulant-and-reverse', 'protamine-for-heparin'],
      ],
      ['enoxaparin 12 h ago', lmwh(hoursAgo(12)), ['stop-anticoagulant-and-reverse', 'protamine-for-lmwh']],
      ['enoxaparin 13 h ago', lmwh(hoursAgo(13)), ['stop-anticoagulant', 'lmwh-worn-off']],
      ['enoxaparin, time unknown', lmwh(null), ['stop-anticoagulant', 'lmwh-time-unknown']],
      ['little enoxaparin', lmwh(hoursAgo(6), prophylactic), ['stop-anticoagulant', 'lmwh-prophylactic']],
    ])('%s', (_, result, expected) => {
      expect(keys(result.reversal)).toEqual(expected);
    });
    it('with the time of the last dose, and the instant at which it no longer acts', () => {
      expect(ufh(hoursAgo(40)).reversal[1]?.params).toEqual({ at: { instant: hoursAgo(40).latest } });
      expect(lmwh(hoursAgo(10)).nextChange).toBe(plus(NOW, 2 * HOUR));
    });
    it('beside a drug that is reversed, stopping is said once', () => {
      const both = bleeding({
        vitaminKAntagonist: warfarin,
        inr: measured(2.4, '{INR}'),
        unfractionatedHeparin: takes(drug('heparin', 'unfractionated-heparin', hoursAgo(9))),
      });
      expect(keys(both.reversal)).toEqual([
        'stop-anticoagulant-and-reverse',
        'four-factor-pcc-25-to-50',
        'vitamin-k-intravenous',
        'heparin-worn-off',
      ]);
    });
  });
  it('platelets are named as harmful with aspirin or when it may be taken, not when it is not', () => {
    expect(keys(bleeding({ antiplatelet: takes(drug('aspirin', 'antiplatelet', hoursAgo(8))) }).avoid)).toContain(
      'avoid-platelet-transfusion',
    );
    expect(keys(bleeding().avoid)).toContain('avoid-platelet-transfusion');
    expect(keys(bleeding({ antiplatelet: noneRecorded() }).avoid)).not.toContain('avoid-platelet-transfusion');
  });
});

describe('a reversal that was already given', () => {
  const agent = (name: string, at = minutesAgo(10), more = {}) => ({
    anticoagulantReversal: takes(drug(name, 'anticoagulant-reversal', at, { active: true, ...more })),
  });
  const dabigatran = { directOralAnticoagulant: takes(drug('dabigatran', 'direct-thrombin-inhibitor', hoursAgo(5))) };
  const apixaban = { directOralAnticoagulant: takes(drug('apixaban', 'factor-xa-inhibitor', hoursAgo(5))) };
  const heparin = { unfractionatedHeparin: takes(drug('heparin', 'unfractionated-heparin', hoursAgo(1))) };
  const enoxaparin = {
    lowMolecularWeightHeparin: takes(drug('enoxaparin', 'low-molecular-weight-heparin', hoursAgo(6))),
  };
  const raised = { vitaminKAntagonist: warfarin, inr: measured(2.9, '{INR}', minutesAgo(30)) };
  it.each([
    ['prothrombin-complex', raised, ['vitamin-k-intravenous'], 'pcc-given-check-inr'],
    ['phytonadione', raised, ['stop-anticoagulant-and-reverse', 'four-factor-pcc-25-to-50'], 'vitamin-k-given'],
    ['idarucizumab', dabigatran, [], 'idarucizumab-given'],
    ['andexanet', apixaban, [], 'andexanet-given'],
    ['prothrombin-complex', apixaban, [], 'pcc-given-for-factor-xa-inhibitor'],
    ['protamine', heparin, [], 'protamine-given-check-aptt'],
    ['protamine', enoxaparin, [], 'protamine-given-for-lmwh'],
  ])('%s is not offered again: when it was given and what to check are named', (name, facts, options, expected) => {
    const result = bleeding({ ...facts, ...agent(name) });
    expect(keys(result.reversal)).toEqual(options);
    expect(result.reversalGiven[0]).toMatchObject({
      key: expected,
      params: { at: { instant: minutesAgo(10).latest } },
    });
    expect(keys(result.reversalGiven).includes('keep-anticoagulant-stopped')).toBe(name !== 'phytonadione');
  });
  it('names the INR that was taken after it', () => {
    const facts = { vitaminKAntagonist: warfarin, inr: measured(1.6, '{INR}', minutesAgo(2)) };
    const result = bleeding({ ...facts, ...agent('prothrombin-complex') });
    expect(result.reversalGiven[0]).toMatchObject({ key: 'pcc-given-inr-since', params: { inr: 1.6 } });
    expect(keys(result.reversal)).not.toContain('four-factor-pcc-10-to-20');
    // What the complex lowered says nothing against vitamin K, without which it wears off.
    const lowered = { ...facts, inr: measured(1.2, '{INR}', minutesAgo(2)) };
    expect(keys(bleeding({ ...lowered, ...agent('prothrombin-complex') }).reversal)).toContain('vitamin-k-intravenous');
  });
  it('does not count when it was for another drug, long ago, before the last intake, or has no time', () => {
    for (const [facts, given] of [
      [dabigatran, agent('prothrombin-complex')],
      [dabigatran, agent('idarucizumab', hoursAgo(25))],
      [dabigatran, agent('idarucizumab', hoursAgo(6))],
    ] as const) {
      const result = bleeding({ ...facts, ...given });
      expect(keys(result.reversal)).toEqual(['stop-anticoagulant-and-reverse', 'idarucizumab']);
      expect(result.reversalGiven).toEqual([]);
    }
    const untimed = takes(drug('idarucizumab', 'anticoagulant-reversal', null));
    expect(keys(bleeding({ ...dabigatran, anticoagulantReversal: untimed }).reversal)).toEqual([
      'check-whether-reversal-was-given',
      'stop-anticoagulant-and-reverse',
      'idarucizumab',
    ]);
  });
  it('of one of two drugs leaves the other to be reversed', () => {
    const result = bleeding({ ...raised, ...heparin, ...agent('protamine') });
    expect(keys(result.reversal)).toEqual([
      'stop-anticoagulant-and-reverse',
      'four-factor-pcc-25-to-50',
      'vitamin-k-intravenous',
    ]);
  });
});

describe('blood pressure (AHA/ASA 2022 section 5.1)', () => {
  it.each([
    [129, 'systolic-below-130', []],
    [149, undefined, []],
    [150, 'systolic-150-to-220', ['lower-systolic-to-140']],
    [220, 'systolic-150-to-220', ['lower-systolic-to-140']],
    [221, 'systolic-above-220', ['pressure-above-220-individual']],
  ])('systolic %i', (systolic, met, expected) => {
    const result = bleeding({ bloodPressure: pressure(systolic, 90) });
    const found = result.criteria.filter(({ id, status }) => id.startsWith('systolic-') && status === 'met');
    expect(found.map(({ id }) => id)).toEqual(met === undefined ? [] : [met]);
    expect(keys(result.pressure)).toEqual(expected);
  });
  it('within 2 h of onset the start is named, until that instant', () => {
    const result = bleeding({ bloodPressure: pressure(170, 90), witnessedOnset: time(minutesAgo(90)) });
    expect(keys(result.pressure)).toContain('start-lowering-within-2-hours');
    expect(result.nextChange).toBe(plus(NOW, HOUR / 2));
    expect(statusOf(bleeding({ witnessedOnset: time(ago(2 * HOUR + 1)) }), 'within-2-hours-of-onset')).toBe('notMet');
    expect(statusOf(bleeding({ lastKnownWell: time(hoursAgo(9)) }), 'within-2-hours-of-onset')).toBe('unknown');
  });
});

describe('surgery', () => {
  const at = (hematomaLocation: HematomaLocation, mL: number, more: Partial<StrokeFacts> = {}) =>
    bleeding({ hematomaLocation: given(hematomaLocation), hematomaVolume: measured(mL, 'mL'), ...more });
  it.each([
    [14.9, false],
    [15, true],
  ])('cerebellar hematoma of %f mL', (mL, expected) => {
    expect(keys(at('cerebellar', mL).surgery).includes('cerebellar-evacuation')).toBe(expected);
  });
  it('a small cerebellar hematoma with hydrocephalus, mass effect or worsening', () => {
    const course = given([
      { value: { total: 6, isLowerBound: false }, at: hoursAgo(2), source: { reference: 'Observation/1' } },
      { value: { total: 10, isLowerBound: false }, at: hoursAgo(1), source: { reference: 'Observation/2' } },
    ]);
    for (const sign of [{ hydrocephalus: given(true) }, { massEffect: given(true) }, { nihssCourse: course }]) {
      expect(keys(at('cerebellar', 5, sign).surgery)).toEqual(['cerebellar-evacuation']);
      expect(keys(at('deep', 5, sign).surgery)).toEqual([]);
    }
  });
  it.each([
    [20, 10, false],
    [20.1, 10, true],
    [40, 13, false],
    [40, 12, true],
    [40, 5, true],
    [40, 4, false],
  ])('supratentorial %f mL with GCS %i', (mL, gcs, expected) => {
    const result = at('lobar', mL, { gcs: measured(gcs, '{score}') });
    expect(keys(result.surgery).includes('minimally-invasive-evacuation')).toBe(expected);
  });
  it('says that 20 to 30 mL lies in the range that the guideline leaves open', () => {
    const note = (mL: number) =>
      at('deep', mL, { gcs: measured(9, '{score}') }).criteria.find(({ id }) => id.startsWith('supratentorial'))?.note
        ?.key;
    expect(note(30)).toBe('volume-in-20-to-30-ml-range');
    expect(note(31)).toBeUndefined();
  });
  it('intraventricular blood calls for a drain only with reduced consciousness', () => {
    const drain = (gcs: number) =>
      keys(bleeding({ intraventricularHemorrhage: given(true), gcs: measured(gcs, '{score}') }).surgery);
    expect(drain(15)).toEqual([]);
    expect(drain(14)).toEqual(['ventricular-drain']);
  });
});

describe('expansion', () => {
  it.each([
    [10, 16, '>', true],
    [30, 36, '>', false],
    [30, 36, '>=', true],
    [10, 13.3, '>', false],
    [10, 13.3, '>=', true],
    [10, 13.4, '>', true],
    [0, 6, '>', false],
    [30, 20, '>=', false],
  ] as const)('%f to %f mL with %s', (from, to, operator, expected) => {
    expect(isHematomaExpansion(from, to, operator)).toBe(expected);
  });
  it('refuses volumes that are not volumes', () => {
    expect(() => isHematomaExpansion(-1, 5, '>')).toThrow(RangeError);
    expect(() => isHematomaExpansion(Number.NaN, 5, '>')).toThrow(RangeError);
  });
  it('BAT and the spot sign speak only when their signs are known', () => {
    expect(statusOf(bleeding(), 'bat-score-3-or-more')).toBe('unknown');
    expect(statusOf(bleeding({ spotSign: given(true) }), 'spot-sign-present')).toBe('met');
    const result = bleeding({
      blendSign: given(true),
      hematomaHypodensity: given(false),
      witnessedOnset: time(hoursAgo(2)),
      brainImaging: given([
        { modality: 'CT', at: hoursAgo(1), state: 'reported', source: { reference: 'ImagingStudy/1' } },
      ]),
    });
    expect(statusOf(result, 'bat-score-3-or-more')).toBe('met');
  });
});

describe('properties', () => {
  const full: Partial<StrokeFacts> = {
    hemorrhageOnImaging: given(true),
    acuteIntracranialHemorrhage: noneRecorded(),
    age: measured(70, 'a'),
    nihss: nihssTotal(14),
    gcs: measured(9, '{score}'),
    bloodPressure: pressure(180, 100),
    witnessedOnset: time(hoursAgo(1)),
    vitaminKAntagonist: warfarin,
    inr: measured(2.6, '{INR}'),
    directOralAnticoagulant: noneRecorded(),
    unfractionatedHeparin: noneRecorded(),
    lowMolecularWeightHeparin: noneRecorded(),
    antiplatelet: noneRecorded(),
    hematomaVolume: measured(35, 'mL'),
    hematomaLocation: given('deep'),
    intraventricularHemorrhage: given(false),
  };
  it('an unknown fact never adds an option or settles what was open', () => {
    const before = evaluate(full);
    const isWaiting = new Set(['check-inr', 'avoid-platelet-transfusion']);
    fc.assert(
      fc.property(fc.subarray(Object.keys(full) as FactKey[], { minLength: 1 }), (removed) => {
        const less = evaluate({ ...full, ...Object.fromEntries(removed.map((key) => [key, unknown('not-read')])) });
        const offered = [...less.reversal, ...less.pressure, ...less.surgery, ...less.avoid];
        const known = [...before.reversal, ...before.pressure, ...before.surgery, ...before.avoid];
        expect(keys(offered).filter((key) => !keys(known).includes(key) && !isWaiting.has(key))).toEqual([]);
        expect(less.conclusion).toBe(removed.includes('hemorrhageOnImaging') ? 'undecided' : 'intracranial-hemorrhage');
      }),
      { numRuns: 80 },
    );
  });
  it('time alone never moves the conclusion', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * HOUR }), (ms) => {
        expect(evaluate(full, plus(NOW, ms)).conclusion).toBe('intracranial-hemorrhage');
      }),
      { numRuns: 30 },
    );
  });
  it('a comparator that leaves the volume open leaves the surgery open', () => {
    const result = evaluate({ ...full, hematomaVolume: given(quantity(10, 'mL', '>')) });
    expect(statusOf(result, 'supratentorial-over-20-ml-gcs-5-to-12')).toBe('unknown');
  });
});
