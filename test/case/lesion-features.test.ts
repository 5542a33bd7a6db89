/** The table of lesion features is a contract: columns of files, inputs of models, codes of the FHIR Observation. */
import { describe, expect, it } from 'vitest';
import { LESION_FEATURE_NAMES, LESION_FEATURES, TERRITORIES, TERRITORY_GROUPS } from '../../src/case/index.ts';

describe('the table of lesion features', () => {
  it('has names that are FHIR codes and CSV columns at once, with bounds and a meaning each', () => {
    for (const name of LESION_FEATURE_NAMES) {
      const { unit, low, high, meaning } = LESION_FEATURES[name];
      expect(name).toMatch(/^[a-z][A-Za-z0-9]{2,63}$/);
      expect(low).toBeLessThan(high);
      expect(meaning).toMatch(/^\S.{8,}\S$/);
      if (unit === '{flag}') expect([low, high]).toEqual([0, 1]);
    }
  });

  it('puts the unit into the name wherever it is no share, count or flag', () => {
    const odd = LESION_FEATURE_NAMES.filter((name) => {
      const { unit } = LESION_FEATURES[name];
      return (unit === 'mL') !== name.endsWith('Ml') || (unit === 'mm') !== name.endsWith('Mm');
    });
    // Counts of parts from a size on: the size is part of the name.
    expect(odd).toEqual(['componentCountFrom1Ml']);
  });

  it('names every territory and group with the same five measures', () => {
    const places = [...Object.keys(TERRITORIES), ...Object.keys(TERRITORY_GROUPS)];
    const measures = ['Ml', 'Fraction', 'Coverage', 'CoverageLeft', 'CoverageRight'];
    const expected = places.flatMap((place) => measures.map((measure) => `${place}${measure}`));
    expect(LESION_FEATURE_NAMES).toEqual(expect.arrayContaining(expected));
  });

  it('is never called ASPECTS', () => {
    expect(LESION_FEATURE_NAMES.filter((name) => /aspects/i.test(name))).toEqual([]);
    expect(Object.values(LESION_FEATURES).filter(({ meaning }) => /aspects/i.test(meaning))).toEqual([]);
  });

  it('keeps names and order: shipped models are bound to them', () => {
    expect(LESION_FEATURE_NAMES).toHaveLength(199);
    expect(LESION_FEATURE_NAMES.slice(0, 5)).toEqual([
      'lesionPresent',
      'volumeMl',
      'volumeLeftMl',
      'volumeRightMl',
      'laterality',
    ]);
    expect(LESION_FEATURE_NAMES.at(-1)).toBe('perisylvianCoverageRight');
  });
});
