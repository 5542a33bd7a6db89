import { describe, expect, it } from 'vitest';
import {
  aspectsRegions,
  ASPECTS_REGIONS,
  BELONGS,
  LABEL_COUNT,
  labelOf,
  labelsOf,
  labelsOn,
  maskOf,
  otherSide,
  placeOf,
  structureOf,
} from '../../../src/imaging/anatomy/index.ts';

describe('labels of head anatomy', () => {
  it('number every structure and side once', () => {
    const seen = Array.from({ length: LABEL_COUNT }, (_, label) => structureOf(label));
    expect(new Set(seen.map(({ structure, side }) => `${structure} ${side}`)).size).toBe(LABEL_COUNT);
    expect(labelOf('m6', 'right')).toBe(31);
    expect(structureOf(31)).toEqual({ structure: 'm6', side: 'right' });
    expect(() => structureOf(LABEL_COUNT)).toThrow(RangeError);
  });

  it('give one label for the midline and two for what has sides', () => {
    expect(labelsOf(['pons'])).toEqual([6]);
    expect(labelsOf(['insula'])).toEqual([18, 19]);
    expect(labelsOf(['insula'], 'right')).toEqual([19]);
  });

  it('know the other side', () => {
    expect(otherSide(labelOf('m6', 'right'))).toBe(labelOf('m6', 'left'));
    expect(otherSide(labelOf('m6', 'left'))).toBe(labelOf('m6', 'right'));
    expect(otherSide(labelOf('pons'))).toBe(labelOf('pons'));
  });

  it('say of every part of the brain where it belongs', () => {
    for (const [structure, { location, territory }] of Object.entries(BELONGS)) {
      const outside = structure === 'background' || structure === 'headTissue';
      expect(location === null).toBe(outside);
      if (territory !== null) expect(location).not.toBeNull();
    }
  });
});

describe('regions on a grid', () => {
  const [left, right] = [labelOf('lentiform', 'left'), labelOf('lentiform', 'right')];
  const labels = Uint8Array.from([0, left, left, right, labelOf('lateralVentricle', 'left'), labelOf('pons')]);

  it('are cut out by name and side', () => {
    expect([...maskOf(labels, ['lentiform'])]).toEqual([0, 1, 1, 1, 0, 0]);
    expect([...maskOf(labels, ['lentiform'], 'left')]).toEqual([0, 1, 1, 0, 0, 0]);
    const regions = aspectsRegions(labels, 'right');
    expect([...regions]).toEqual([0, 0, 0, 1 + ASPECTS_REGIONS.indexOf('L'), 0, 0]);
  });

  it('tell where a lesion lies, by side, location, territory and share', () => {
    const place = placeOf(Uint8Array.from([0, 1, 0, 0, 1, 0]), labels);
    expect(place.side).toBe('left');
    expect(place.locations).toMatchObject({ deep: 0.5, intraventricular: 0.5, lobar: 0 });
    expect(place.territories.mca).toBe(0.5);
    expect(place.structures).toContainEqual({ structure: 'lentiform', side: 'left', share: 0.5, covered: 0.5 });
  });

  it('know no place of an empty lesion', () => {
    expect(placeOf(new Uint8Array(6), labels)).toMatchObject({ location: null, side: null, structures: [] });
  });

  it('call a lesion of both sides so', () => {
    expect(placeOf(Uint8Array.from([0, 1, 1, 1, 0, 0]), labels).side).toBe('both');
  });

  it('move to the grid of the patient by nearest voxel', () => {
    const grid = { size: [6, 1, 1], affine: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0] } as const;
    const fine = { size: [3, 1, 1], affine: [1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0] } as const;
    expect([...labelsOn({ grid, labels }, fine)]).toEqual([left, left, left]);
  });
});
