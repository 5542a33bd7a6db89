/** Where one guideline is silent and another speaks, and where a window speaks for itself only. */
import { describe, expect, it } from 'vitest';
import { unknown } from '../../../src/case/index.ts';
import type { StrokeFacts, TimeSpan } from '../../../src/case/index.ts';
import { GUIDELINE_IDS } from '../../../src/decisions/evaluation.ts';
import type { GuidelineId } from '../../../src/decisions/evaluation.ts';
import { evaluateThrombolysis, thrombolyticDose } from '../../../src/decisions/thrombolysis/index.ts';
import {
  aPolicy,
  daysAgo,
  drug,
  eligiblePatient,
  given,
  had,
  measured,
  minutesAgo,
  nihssTotal,
  NOW,
  takes,
  time,
  weightOf,
} from '../../support/case-builder.ts';

const evaluate = (facts: Partial<StrokeFacts>, guideline: GuidelineId) =>
  evaluateThrombolysis(eligiblePatient(facts), NOW, aPolicy({ guideline }));
const onset = (minutes: number): Partial<StrokeFacts> => ({
  lastKnownWell: time(minutesAgo(minutes)),
  witnessedOnset: time(minutesAgo(minutes)),
  symptomRecognition: time(minutesAgo(minutes)),
});
const lateOcclusion: Partial<StrokeFacts> = {
  ...onset(14 * 60),
  occlusionSite: given('M1'),
  nihss: nihssTotal(16),
  coreVolume: measured(20, 'mL'),
  hypoperfusionVolume: measured(80, 'mL'),
};

describe.each(GUIDELINE_IDS)('%s', (guideline) => {
  it.each([0.5, 5, 13.9, 14])('major trauma %s days ago is never a plain yes', (days) => {
    const { conclusion, decidedBy } = evaluate({ majorTrauma: had('major-trauma', daysAgo(days)) }, guideline);
    expect(conclusion).toBe('may-be-considered');
    expect(decidedBy).toContain('major-trauma-within-14-days');
  });

  it('a thrombolytic of an earlier stroke excludes nothing; one of this week, or of an unknown time, does', () => {
    const after = (lastDose: TimeSpan | null) =>
      evaluate({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', lastDose)) }, guideline);
    expect(after(daysAgo(8)).conclusion).toBe('recommended');
    expect(after(daysAgo(6)).conclusion).toBe('contraindicated');
    expect(after(null).conclusion).toBe('contraindicated');
  });

  it('amyloid immunotherapy contraindicates', () => {
    const facts = { amyloidImmunotherapy: takes(drug('lecanemab', 'amyloid-immunotherapy', daysAgo(40))) };
    expect(evaluate(facts, guideline).conclusion).toBe('contraindicated');
  });

  it('after every window the no has no class of recommendation: that of a window speaks for treatment', () => {
    const { conclusion, strength, citation } = evaluate(onset(25 * 60), guideline);
    expect({ conclusion, strength }).toEqual({ conclusion: 'not-recommended', strength: null });
    expect(citation).not.toBeNull();
    expect(citation).not.toHaveProperty('cor');
    expect(citation).not.toHaveProperty('loe');
  });
});

describe('a late window that thrombectomy takes the place of', () => {
  it.each([
    ['aha-asa-2026', 'large-vessel-occlusion-4-5-to-24-hours-without-thrombectomy', lateOcclusion],
    ['eso-2021-2023', 'mismatch-4-5-to-9-hours-no-thrombectomy', { ...lateOcclusion, ...onset(7 * 60) }],
    [
      'eso-2021-2023',
      'wake-up-dwi-flair-mismatch-no-thrombectomy',
      {
        ...lateOcclusion,
        witnessedOnset: unknown('not-recorded'),
        symptomRecognition: time(minutesAgo(120)),
        wakeUpStroke: given(true),
        dwiFlairMismatch: given(true),
        dwiLesionUnderOneThirdMca: given(true),
      },
    ],
  ] as const)('%s says so', (guideline, id, facts) => {
    const row = evaluate(facts, guideline).criteria.find((criterion) => criterion.id === id);
    expect(row).toMatchObject({ status: 'notMet', note: { key: 'window-thrombectomy-available' } });
  });

  it('does not say so where the imaging is what fails', () => {
    const noPenumbra = { ...lateOcclusion, hypoperfusionVolume: measured(21, 'mL') };
    const row = evaluate(noPenumbra, 'aha-asa-2026').criteria.find(({ id }) => id.startsWith('large-vessel'));
    expect(row).toMatchObject({ status: 'notMet', note: { key: 'window-imaging-not-fulfilled' } });
  });
});

describe('the window that is told', () => {
  const undated = {
    directOralAnticoagulant: takes(drug('apixaban', 'factor-xa-inhibitor', null)),
  };

  it('closes at 4.5 h in 2019 also within the first 3 h', () => {
    const { window } = evaluate({ ...onset(90), ...undated }, 'aha-asa-2019');
    expect(window?.closesAt).toBe(NOW + 180 * 60_000);
  });

  it('does not run on into a window that needs imaging', () => {
    const { window } = evaluate({ ...onset(90), ...undated, coreVolume: unknown('not-recorded') }, 'aha-asa-2026');
    expect(window?.closesAt).toBe(NOW + 180 * 60_000);
  });
});

describe('tenecteplase by band', () => {
  const used = (kg: number) => {
    const policy = aPolicy({ tenecteplaseDosing: 'banded' });
    const dose = thrombolyticDose(eligiblePatient({ weight: weightOf(kg) }), NOW, policy);
    return dose.status === 'calculated' ? dose.tenecteplase.used : dose.status;
  };

  it.each([
    [30, 'exact'],
    [37.5, 'exact'],
    [37.6, 'banded'],
    [57, 'banded'],
    [96, 'banded'],
  ])('%s kg: %s, as 0.4 mg/kg is advised against', (kg, expected) => {
    expect(used(kg)).toBe(expected);
  });
});

describe('the reason why another guideline set concludes differently', () => {
  it('is never a row that is only unknown', () => {
    const labsOpen = {
      platelets: unknown('pending'),
      inr: unknown('pending'),
      prothrombinTime: unknown('not-recorded'),
    };
    const { alternatives } = evaluate({ ...labsOpen, preStrokeMrs: unknown('not-recorded') }, 'aha-asa-2026');
    const other = alternatives.find(({ guideline }) => guideline === 'aha-asa-2019');
    expect(other).toMatchObject({ conclusion: 'reasonable' });
    expect(other?.decidedBy.filter((id) => /platelets|inr|prothrombin/.test(id))).toEqual([]);
  });
});
