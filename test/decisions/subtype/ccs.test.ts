/** CCS: Ay et al., Ann Neurol 2005;58:688-697, and Stroke 2007;38:2979-2984. */
import { describe, expect, it } from 'vitest';
import type { StrokeCase } from '../../../src/case/index.ts';
import { daysAgo, event, given, had, measured } from '../../support/case-builder.ts';
import { classified, done, fibrillation, lacunar, narrowed, searched } from './patients.ts';

const ccs = (stroke: StrokeCase): readonly (string | null)[] => {
  const { class: name, level, undetermined } = classified(stroke).ccs;
  return [name, level ?? undetermined];
};

describe('one evident mechanism', () => {
  it.each([
    [49, 'undetermined', 'negative-evaluation'],
    [50, 'large-artery-atherosclerosis', 'evident'],
  ])('large artery: stenosis of 50 %% or more (%d %%)', (percent, name, how) => {
    expect(ccs(searched(narrowed(percent)))).toEqual([name, how]);
  });
  it('large artery: an ulcerated or thrombosed plaque below 50 %', () => {
    expect(ccs(searched({ ...narrowed(30), vulnerablePlaque: given(true) }))).toEqual([
      'large-artery-atherosclerosis',
      'evident',
    ]);
  });
  it('large artery: not with acute infarcts in another territory', () => {
    const several = searched({ ...narrowed(70), infarctPattern: given('multiple-territories' as const) });
    expect(ccs(several)[0]).not.toBe('large-artery-atherosclerosis');
  });
  it.each([
    [19.9, 'small-artery-occlusion'],
    [20, 'undetermined'],
  ])('small artery: below 20 mm in a penetrator (%d mm)', (millimeters, name) => {
    expect(ccs(lacunar(millimeters))[0]).toBe(name);
  });
  it('small artery: not with a plaque at the origin of the penetrator', () => {
    expect(ccs(lacunar(12, { parentArteryPlaque: given(true) }))[0]).toBe('undetermined');
  });
  it('heart: a source above 2 % a year', () => {
    expect(ccs(searched(fibrillation))).toEqual(['cardio-aortic-embolism', 'evident']);
  });
  it.each([
    [29, ['cardio-aortic-embolism', 'evident']],
    [30, ['undetermined', 'negative-evaluation']],
  ])('heart: failure with an ejection fraction below 30 %% (%d %%)', (percent, expected) => {
    const failure = { heartFailure: had('heart-failure', daysAgo(500)), ejectionFraction: measured(percent, '%') };
    expect(ccs(searched(failure))).toEqual(expected);
  });
  it('heart: a foramen ovale is possible only', () => {
    const open = { mediumRiskCardiacSource: given([event('patent-foramen-ovale', null)]) };
    expect(ccs(searched(open))).toEqual(['cardio-aortic-embolism', 'possible']);
  });
  it('is possible only while the others were not looked for', () => {
    expect(ccs(searched({ ...narrowed(70), strokeInvestigation: done() }))).toEqual([
      'large-artery-atherosclerosis',
      'possible',
    ]);
  });
});

describe('two evident mechanisms', () => {
  const both = { ...narrowed(70), ...fibrillation };
  it('stay unclassified when nothing favors one', () => {
    expect(ccs(searched(both))).toEqual(['undetermined', 'two-or-more-causes']);
  });
  it.each([
    ['infarcts of the border zone beyond the artery', { infarctPattern: given('border-zone' as const) }],
    ['several infarcts in its territory', { infarctPattern: given('multiple-one-territory' as const) }],
    ['a near-occlusion', narrowed(97)],
  ])('the artery is probable with %s', (_name, facts) => {
    expect(ccs(searched({ ...both, ...facts }))).toEqual(['large-artery-atherosclerosis', 'probable']);
  });
  it('a recent attack of an unknown territory does not decide', () => {
    const attack = { transientIschemicAttack: had('transient-ischemic-attack', daysAgo(10)) };
    expect(ccs(searched({ ...both, ...attack }))).toEqual(['undetermined', 'two-or-more-causes']);
  });
});
