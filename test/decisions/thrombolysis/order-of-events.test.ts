/** What came first: a sample or a dose, an anticoagulant or its antidote, thrombectomy or thrombolysis. */
import { describe, expect, it } from 'vitest';
import type { StrokeFacts } from '../../../src/case/index.ts';
import { GUIDELINE_IDS } from '../../../src/decisions/evaluation.ts';
import type { CriterionStatus, GuidelineId } from '../../../src/decisions/evaluation.ts';
import { evaluateRules, evaluateThrombolysis } from '../../../src/decisions/thrombolysis/index.ts';
import {
  aPolicy,
  daysAgo,
  drug,
  eligiblePatient,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  NOW,
  takes,
} from '../../support/case-builder.ts';

type Facts = Partial<StrokeFacts>;
type Time = Parameters<typeof drug>[2];
const policy = aPolicy({ thrombectomyAccess: null });

function statusOf(id: string, facts: Facts, guideline: GuidelineId): CriterionStatus | undefined {
  const rows = evaluateRules(eligiblePatient(facts), NOW, policy, guideline);
  return rows.find(({ result }) => result.id === id)?.result.status;
}

describe.each(GUIDELINE_IDS)('aPTT and heparin, %s', (guideline) => {
  const aptt = (seconds: number, heparin: Time): CriterionStatus | undefined =>
    statusOf(
      'aptt-above-40-seconds',
      {
        aptt: measured(seconds, 's', minutesAgo(20)),
        unfractionatedHeparin: takes(drug('heparin', 'unfractionated-heparin', heparin)),
      },
      guideline,
    );

  it('a normal aPTT from before the dose clears nothing', () => {
    expect(aptt(31, minutesAgo(5))).toBe('unknown');
    const facts = {
      aptt: measured(31, 's', minutesAgo(20)),
      otherAnticoagulant: takes(drug('bivalirudin', 'direct-thrombin-inhibitor', minutesAgo(5))),
    };
    expect(statusOf('aptt-above-40-seconds', facts, guideline)).toBe('unknown');
  });
  it('one from after it, or under a running infusion, does', () => {
    expect(aptt(31, minutesAgo(50))).toBe('notMet');
    const [from, to] = [minutesAgo(300).earliest, minutesAgo(0).latest];
    expect(aptt(31, { earliest: from, latest: to })).toBe('notMet');
  });
  it('one from before a prophylactic dose, or a flush, does', () => {
    const dose = drug('heparin', 'unfractionated-heparin', minutesAgo(5), { intent: 'prophylactic' });
    const facts = { aptt: measured(31, 's', minutesAgo(20)), unfractionatedHeparin: takes(dose) };
    expect(statusOf('aptt-above-40-seconds', facts, guideline)).toBe('notMet');
  });
  it('a prolonged one excludes whatever came since', () => {
    expect(aptt(55, minutesAgo(5))).toBe('met');
  });
});

describe('dabigatran and idarucizumab (ESO 2021)', () => {
  const rows = (dose: Time, antidote: Time): (CriterionStatus | undefined)[] => {
    const facts = {
      directOralAnticoagulant: takes(drug('dabigatran', 'direct-thrombin-inhibitor', dose)),
      anticoagulantReversal: takes(drug('idarucizumab', 'anticoagulant-reversal', antidote)),
    };
    return ['direct-oral-anticoagulant-within-48-hours', 'dabigatran-reversed-with-idarucizumab'].map((id) =>
      statusOf(id, facts, 'eso-2021-2023'),
    );
  };

  it('the antidote lifts the dose before it, never the one after', () => {
    expect(rows(hoursAgo(5), hoursAgo(1))).toEqual(['notMet', 'met']);
    expect(rows(hoursAgo(5), hoursAgo(6))).toEqual(['met', 'notMet']);
    expect(rows(hoursAgo(5), daysAgo(10))).toEqual(['met', 'notMet']);
  });
  it('without the time of one of them it stays open', () => {
    expect(rows(hoursAgo(5), null)).toEqual(['unknown', 'unknown']);
    expect(rows(null, hoursAgo(1))).toEqual(['unknown', 'unknown']);
  });
});

describe.each(GUIDELINE_IDS)('after thrombectomy, %s', (guideline) => {
  const conclusion = (facts: Facts): string =>
    evaluateThrombolysis(eligiblePatient(facts), NOW, { ...policy, guideline }).conclusion;

  it('no guideline gives a thrombolytic into the vein of an opened artery', () => {
    expect(conclusion({ thrombectomyDone: had('thrombectomy', minutesAgo(10), { active: false }) })).toBe(
      'not-recommended',
    );
    expect(conclusion({ thrombectomyDone: had('thrombectomy', null, { active: false }) })).toBe('undecided');
  });
  it('one that is still in progress is none yet', () => {
    const now = had('thrombectomy', minutesAgo(10), { active: true });
    expect(conclusion({ thrombectomyDone: now })).toBe(conclusion({}));
  });
  it('one of an earlier stroke says nothing', () => {
    const before = had('thrombectomy', daysAgo(900), { active: false });
    expect(conclusion({ thrombectomyDone: before })).toBe(conclusion({}));
  });
});
