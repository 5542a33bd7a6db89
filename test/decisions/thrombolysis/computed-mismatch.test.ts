/** A DWI-FLAIR mismatch, or an extent of the DWI lesion, that only software computed opens and closes no window; a reader's does. */
import { describe, expect, it } from 'vitest';
import { unknown, type Known, type StrokeFacts } from '../../../src/case/index.ts';
import type { GuidelineId } from '../../../src/decisions/evaluation.ts';
import { evaluateThrombolysis } from '../../../src/decisions/thrombolysis/index.ts';
import { aPolicy, eligiblePatient, given, hoursAgo, NOW, time } from '../../support/case-builder.ts';

const WOKE: Partial<StrokeFacts> = {
  witnessedOnset: unknown('not-recorded'),
  wakeUpStroke: given(true),
  lastKnownWell: time(hoursAgo(10)),
  symptomRecognition: time(hoursAgo(2)),
  occlusionSite: given('none' as const),
};
const computed = (value: boolean): Known<boolean> => ({
  ...given<boolean>(value),
  basis: 'derived',
  sources: [{ reference: 'imaging:dwi-flair-mismatch-1' }],
});

const WINDOWS = [
  ['aha-asa-2026', 'unknown-onset-dwi-flair-mismatch'],
  ['aha-asa-2019', 'unknown-onset-dwi-flair-mismatch'],
  ['eso-2021-2023', 'wake-up-dwi-flair-mismatch-no-thrombectomy'],
] as const satisfies readonly (readonly [GuidelineId, string])[];

describe.each(WINDOWS)('by %s', (guideline, id) => {
  const evaluate = (dwiFlairMismatch: Known<boolean>, dwiLesionUnderOneThirdMca: Known<boolean>) =>
    evaluateThrombolysis(
      eligiblePatient({ ...WOKE, dwiFlairMismatch, dwiLesionUnderOneThirdMca }),
      NOW,
      aPolicy({ thrombectomyAccess: null }),
      guideline,
    );
  const row = (...facts: Parameters<typeof evaluate>) => evaluate(...facts).criteria.find((one) => one.id === id);
  const [yes, no] = [given<boolean>(true), given<boolean>(false)];

  it.each([
    [true, 'dwi-flair-mismatch-computed'],
    [false, 'no-dwi-flair-mismatch-computed'],
  ])('a computed mismatch (%s) leaves the window open for a reader', (mismatch, key) => {
    const missing = ['dwiFlairMismatch', 'dwiLesionUnderOneThirdMca'];
    const facts = [computed(mismatch), computed(true)] as const;
    expect(row(...facts)).toMatchObject({ status: 'unknown', missing, note: { key } });
    expect(evaluate(...facts)).toMatchObject({ conclusion: 'undecided', settledBy: missing });
  });

  it.each([
    [true, 'dwi-lesion-under-one-third-computed'],
    [false, 'dwi-lesion-over-one-third-computed'],
  ])('a computed extent (under one third: %s) beside a mismatch that was read does, too', (small, key) => {
    expect(row(yes, computed(small))).toMatchObject({
      ...{ status: 'unknown', missing: ['dwiLesionUnderOneThirdMca'], note: { key } },
    });
  });

  it('what a reader denied stays denied, whatever was computed beside it', () => {
    expect(row(no, computed(true))?.status).toBe('notMet');
    expect(row(computed(true), no)?.status).toBe('notMet');
  });

  it('what a reader reported decides', () => {
    expect(row(yes, yes)?.status).toBe('met');
    expect(row(no, yes)?.status).toBe('notMet');
  });
});
