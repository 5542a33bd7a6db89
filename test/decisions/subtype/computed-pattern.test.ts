/** A pattern that only software drew from the images: told, and asked a reader for; border zones settle no mechanism. */
import { describe, expect, it } from 'vitest';
import { unknown, type InfarctPattern, type Known, type StrokeFacts } from '../../../src/case/index.ts';
import { given } from '../../support/case-builder.ts';
import { classified, fibrillation, lesionWith, narrowed, searched } from './patients.ts';

const computed = (value: InfarctPattern): Known<InfarctPattern> => ({
  ...given<InfarctPattern>(value),
  basis: 'derived',
  sources: [{ reference: 'imaging:infarct-pattern-1' }],
});
/** Several parts in one hemisphere, as the features have them. */
const SEVERAL = given(
  lesionWith({ lesionPresent: 1, componentCountFrom50Ul: 4, anteriorFraction: 1, leftHemisphere: 1 }),
);
const evaluate = (infarctPattern: StrokeFacts['infarctPattern'], more: Partial<StrokeFacts> = {}) =>
  classified(searched({ ...narrowed(80), ischemicLesion: SEVERAL, infarctPattern, ...more }));
const row = (evaluation: ReturnType<typeof evaluate>, id: string) => evaluation.findings.find((one) => one.id === id);

describe('border zones', () => {
  it('computed: open, with what was computed and who has to say it', () => {
    const evaluation = evaluate(computed('border-zone'));
    expect(evaluation.ciss.mechanism).toBeNull();
    expect(row(evaluation, 'border-zone-infarcts')).toMatchObject({
      ...{ status: 'unknown', missing: ['infarctPattern'], note: { key: 'border-zone-infarcts-computed' } },
    });
    expect(row(evaluation, 'several-infarcts-in-one-territory')?.status).toBe('unknown');
    expect(evaluation.contradictions).toEqual([]);
  });

  it('computed: they do not make one of two causes the probable one', () => {
    const both = evaluate(computed('border-zone'), fibrillation);
    expect(both.ccs).toMatchObject({ class: 'undetermined', undetermined: 'two-or-more-causes' });
    expect(
      evaluate(given('border-zone' as const), { ...fibrillation, ischemicLesion: unknown('not-recorded') }).ccs,
    ).toMatchObject({ class: 'large-artery-atherosclerosis', level: 'probable' });
  });

  it('reported: the mechanism follows', () => {
    const evaluation = evaluate(given('border-zone' as const));
    expect(evaluation.ciss.mechanism).toBe('hypoperfusion-impaired-clearance');
    expect(row(evaluation, 'border-zone-infarcts')?.status).toBe('met');
  });
});

describe('other patterns', () => {
  it.each(['multiple-one-territory', 'scattered-cortical'] as const)(
    'computed as %s: what the features of the lesion allow, and no more',
    (pattern) => {
      expect(evaluate(computed(pattern)).findings).toEqual(evaluate(unknown('not-recorded')).findings);
    },
  );

  it('computed, without features: open', () => {
    const evaluation = evaluate(computed('scattered-cortical'), { ischemicLesion: unknown('not-recorded') });
    expect(row(evaluation, 'several-infarcts-in-one-territory')).toMatchObject({
      ...{ status: 'unknown', missing: ['infarctPattern', 'ischemicLesion'] },
    });
  });
});
