/** CISS: Gao et al., Front Neurol 2011;2:6, both steps. */
import { describe, expect, it } from 'vitest';
import type { StrokeCase, StrokeFacts } from '../../../src/case/index.ts';
import { aCase, event, given, measured } from '../../support/case-builder.ts';
import { classified, fibrillation, lacunar, narrowed, searched } from './patients.ts';

const ciss = (stroke: StrokeCase): readonly (string | null)[] => {
  const { class: name, level, undetermined } = classified(stroke).ciss;
  return [name, level ?? undetermined];
};
const mechanism = (stroke: StrokeCase): string | null => classified(stroke).ciss.mechanism;
const everywhere: Partial<StrokeFacts> = {
  infarctPattern: given('multiple-territories' as const),
  infarctTerritory: given(['left-carotid', 'right-carotid'] as const),
};

describe('step 1', () => {
  it.each([
    [4, 'undetermined'],
    [4.1, 'aortic-arch-atherosclerosis'],
  ])('the arch: infarcts in several territories and a plaque over 4 mm (%d mm)', (millimeters, name) => {
    expect(ciss(searched({ ...everywhere, aorticArchPlaque: measured(millimeters, 'mm') }))[0]).toBe(name);
  });
  it('the arch: not for infarcts in one territory', () => {
    expect(ciss(searched({ aorticArchPlaque: measured(6, 'mm') }))[0]).not.toBe('aortic-arch-atherosclerosis');
  });
  it.each([
    [49, 'undetermined'],
    [50, 'intracranial-extracranial-atherosclerosis'],
  ])('an artery: narrowed by 50 %% or more (%d %%)', (percent, name) => {
    expect(ciss(searched(narrowed(percent)))[0]).toBe(name);
  });
  it.each([8, 14, 24, 35])('a penetrator, whatever the size (%d mm)', (millimeters) => {
    expect(ciss(lacunar(millimeters))).toEqual(['penetrating-artery-disease', 'definite']);
  });
  it('a penetrator, possible while no vessel wall was imaged', () => {
    const unseen = lacunar(12, { parentArteryPlaque: aCase().facts.parentArteryPlaque });
    expect(ciss(unseen)).toEqual(['penetrating-artery-disease', 'possible']);
  });
  it('a penetrator, possible while nobody knows whether the narrowed carotid supplies the infarct', () => {
    const { infarctTerritory } = aCase().facts;
    expect(ciss(lacunar(12, { ...narrowed(100), infarctTerritory }))).toEqual([
      'penetrating-artery-disease',
      'possible',
    ]);
  });
  it.each([
    ['a plaque on vessel wall MRI', { parentArteryPlaque: given(true) }],
    ['any narrowing of the parent artery', narrowed(20, 'middle-cerebral left')],
  ])('the parent artery: the infarct of a penetrator with %s', (_name, facts) => {
    expect(ciss(lacunar(12, facts))[0]).toBe('intracranial-extracranial-atherosclerosis');
  });
  it.each([
    ['a stenosis upstream', narrowed(70)],
    ['fibrillation', fibrillation],
  ])('two causes: the infarct of a penetrator and %s', (_name, facts) => {
    expect(ciss(lacunar(12, facts))).toEqual(['undetermined', 'two-or-more-causes']);
  });
  it('the heart: definite when the arch was excluded, else possible', () => {
    expect(ciss(searched(fibrillation))).toEqual(['cardiogenic-stroke', 'definite']);
    const { aorticArchPlaque, aorticArchThrombus } = aCase().facts;
    expect(ciss(searched({ ...fibrillation, aorticArchPlaque, aorticArchThrombus }))).toEqual([
      'cardiogenic-stroke',
      'possible',
    ]);
  });
  it.each([
    [34, 'cardiogenic-stroke'],
    [35, 'undetermined'],
  ])('the heart: an ejection fraction below 35 %% (%d %%)', (percent, name) => {
    expect(ciss(searched({ ejectionFraction: measured(percent, '%') }))[0]).toBe(name);
  });
  it('a foramen ovale alone is none of its sources', () => {
    const open = { mediumRiskCardiacSource: given([event('patent-foramen-ovale', null)]) };
    expect(ciss(searched(open))).toEqual(['undetermined', 'negative-evaluation']);
  });
  it('another cause', () => {
    expect(ciss(searched({ moyamoya: given([event('moyamoya', null)]) }))).toEqual(['other-etiology', 'definite']);
  });
});

describe('step 2', () => {
  it.each([
    ['single-territorial', 'artery-to-artery-embolism'],
    ['multiple-one-territory', 'artery-to-artery-embolism'],
    ['scattered-cortical', 'artery-to-artery-embolism'],
    ['border-zone', 'hypoperfusion-impaired-clearance'],
  ] as const)('%s: %s', (pattern, expected) => {
    expect(mechanism(searched({ ...narrowed(80), infarctPattern: given(pattern) }))).toBe(expected);
  });
  it('the infarct of a penetrator below a diseased parent', () => {
    expect(mechanism(lacunar(12, { parentArteryPlaque: given(true) }))).toBe(
      'parent-artery-occluding-penetrating-artery',
    );
  });
  it('border zone and microembolic signals are several mechanisms', () => {
    const both = { infarctPattern: given('border-zone' as const), microembolicSignals: given(true) };
    expect(mechanism(searched({ ...narrowed(80), ...both }))).toBe('multiple-mechanisms');
  });
  it('is not said without atherosclerosis of the artery', () => {
    expect(mechanism(searched(fibrillation))).toBeNull();
    expect(mechanism(searched())).toBeNull();
  });
});
