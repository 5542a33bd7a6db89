/** What of a diffusion study reaches the decisions: never more than a person's report would leave open. */
import { describe, expect, it } from 'vitest';
import {
  awaitsReader,
  LESION_FEATURE_NAMES,
  type ImagingFinding,
  type LesionFeatures,
} from '../../../src/case/index.ts';
import { LEFT_CORTICAL } from '../../../src/demo/example-lesions.ts';
import { joinImaging } from '../../../src/imaging/results/case-facts.ts';
import { aCase, given } from '../../support/case-builder.ts';
import { finding, imagingOf } from '../../support/imaging-findings.ts';

const facts = (findings: readonly ImagingFinding[], recorded = {}) =>
  joinImaging(aCase(recorded), imagingOf(findings)).facts;
const lesion = (features: LesionFeatures | Record<string, number>): ImagingFinding =>
  finding('ischemic-lesion', 'present', { interval: null, features: { ...features } });
const share = (value: number, low: number, high: number): ImagingFinding =>
  finding('dwi-lesion-mca-share', value, { interval: { low, high, basis: '' }, detectionFloor: null });

describe('the lesion in template space', () => {
  it('is the lesion of the case, derived from the finding', () => {
    expect(facts([lesion(LEFT_CORTICAL)]).ischemicLesion).toMatchObject({
      ...{ status: 'known', basis: 'derived', value: LEFT_CORTICAL },
      sources: [{ reference: expect.stringMatching(/^imaging:ischemic-lesion/) as string }],
    });
  });

  it('is no fact when a feature is missing or out of its range: a model must not be given a part', () => {
    const others = Object.fromEntries(Object.entries(LEFT_CORTICAL).filter(([name]) => name !== 'volumeMl'));
    expect(LESION_FEATURE_NAMES).toContain('volumeMl');
    expect(facts([lesion(others)]).ischemicLesion).toEqual(aCase().facts.ischemicLesion);
    expect(facts([lesion({ ...LEFT_CORTICAL, volumeMl: -1 })]).ischemicLesion).toEqual(aCase().facts.ischemicLesion);
  });
});

describe('the pattern of the infarcts', () => {
  const word = (value: string | null): ImagingFinding => finding('infarct-pattern', value, { interval: null });

  it.each(['border-zone', 'scattered-cortical', 'single-territorial'])('%s is told, and awaits a reader', (value) => {
    const joined = facts([word(value)]);
    expect(joined.infarctPattern).toMatchObject({ status: 'known', value, basis: 'derived' });
    expect(awaitsReader('infarctPattern', joined)).toBe(true);
  });

  it('of another word is no fact', () => {
    expect(facts([word('watershed')]).infarctPattern.status).toBe('unknown');
  });

  it("never replaces the radiologist's reading", () => {
    const recorded = given('single-territorial' as const);
    const joined = facts([word('border-zone')], { infarctPattern: recorded });
    expect(joined.infarctPattern).toEqual(recorded);
    expect(awaitsReader('infarctPattern', joined)).toBe(false);
  });
});

describe('DWI-FLAIR mismatch', () => {
  const word = (value: string | null): ImagingFinding => finding('dwi-flair-mismatch', value, { interval: null });

  it.each([
    ['present', true],
    ['absent', false],
  ] as const)('%s is %s', (value, expected) => {
    expect(facts([word(value)]).dwiFlairMismatch).toMatchObject({ status: 'known', value: expected, basis: 'derived' });
  });

  it.each(['borderline', null])('%s stays unknown', (value) => {
    expect(facts([word(value)]).dwiFlairMismatch.status).toBe('unknown');
  });

  it("never replaces the radiologist's reading", () => {
    const recorded = given(false);
    expect(facts([word('present')], { dwiFlairMismatch: recorded }).dwiFlairMismatch).toEqual(recorded);
  });

  it('of images without a time stays unknown and says so', () => {
    const undated = { ...word('present'), acquiredAt: null };
    expect(facts([undated]).dwiFlairMismatch).toMatchObject({ status: 'unknown', why: 'undated' });
  });
});

describe('less than one third of the MCA territory', () => {
  it.each([
    [share(10, 8, 14), 'known', true],
    [share(50, 45, 60), 'known', false],
    [share(32, 28, 36), 'unknown', undefined],
  ] as const)('%o', (one, status, value) => {
    const fact = facts([one]).dwiLesionUnderOneThirdMca;
    expect(fact.status).toBe(status);
    if (fact.status === 'known') expect(fact.value).toBe(value);
  });
});

it('the diameter is that of the patient, not of the template', () => {
  const found = finding('dwi-lesion-diameter', 14, {
    interval: { low: 12, high: 16, basis: '' },
    detectionFloor: null,
  });
  expect(facts([found]).infarctDiameter).toMatchObject({
    value: { value: 14, unit: 'mm', interval: { low: 12, high: 16 } },
  });
});
