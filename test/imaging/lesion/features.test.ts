/** What is measured of lesions whose shape and place are known, on the atlas that the product ships. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { LESION_FEATURE_NAMES, LESION_FEATURES, type LesionFeatures } from '../../../src/case/index.ts';
import type { Affine, Point } from '../../../src/imaging/affine.ts';
import { type ArterialAtlas, ImageRefusal, lesionFeatures } from '../../../src/imaging/index.ts';
import { ATLAS_GRID, ball, box, drawn, type Grid, NOTHING, productAtlas, type Shape } from '../../support/lesions.ts';

let atlas: ArterialAtlas;
beforeAll(async () => {
  atlas = await productAtlas();
});
const measure = (shape: Shape | readonly Shape[], grid?: Grid): LesionFeatures =>
  lesionFeatures(drawn(shape, grid), atlas);

// Left of the patient is negative x. Corona radiata and insula of the left, occipital pole of the right.
const LEFT_DEEP: Point = [-28, 2, 2];
const LEFT_PARIETAL: Point = [-48, -40, 36];
const RIGHT_OCCIPITAL: Point = [16, -86, 4];

describe('size and shape', () => {
  it('a box of 20 x 30 x 10 mm is 6 mL', () => {
    const features = measure(box([-49.5, -59.5, 30.5], [-29.5, -29.5, 40.5]));
    expect(features).toMatchObject({
      lesionPresent: 1,
      volumeMl: 6,
      componentCount: 1,
      largestComponentMl: 6,
      largestComponentFraction: 1,
      centroidXMm: -39.5,
      centroidYMm: -44.5,
      centroidZMm: 35.5,
      centroidLateralMm: 41,
    });
    // Between the centers of opposite corners, plus one voxel.
    expect(features.maxDiameterMm).toBeCloseTo(Math.hypot(19, 29, 9) + 1, 4);
    expect(features.maxAxialDiameterMm).toBeCloseTo(Math.hypot(19, 29) + 1, 4);
    expect(features.overallExtentMm).toBe(features.maxDiameterMm);
  });

  it('a ball of 10 mm radius is 4.2 mL, 21 mm across and compact', () => {
    const features = measure(ball([-40, -40, 30], 10));
    expect(features.volumeMl).toBeCloseTo((4 / 3) * Math.PI, 1);
    expect(features.maxDiameterMm).toBe(21);
    expect(features.compactness).toBeGreaterThan(0.85);
  });

  it('two balls are two parts, and the extent spans both', () => {
    const features = measure([ball(LEFT_PARIETAL, 6), ball(RIGHT_OCCIPITAL, 3)]);
    expect(features).toMatchObject({ componentCount: 2, componentCountFrom50Ul: 2, componentCountFrom1Ml: 0 });
    expect(features.maxDiameterMm).toBe(13);
    expect(features.overallExtentMm).toBeGreaterThan(Math.hypot(64, 46, 32));
  });

  it('stray voxels are parts, not parts of 0.05 mL', () => {
    const features = measure([ball(LEFT_DEEP, 5), box([-40, -40, 40], [-40, -40, 40])]);
    expect(features).toMatchObject({ componentCount: 2, componentCountFrom50Ul: 1 });
  });

  it('an empty mask is no lesion, and everything is 0', () => {
    const features = measure(NOTHING);
    expect(Object.keys(features)).toEqual([...LESION_FEATURE_NAMES]);
    expect(Object.values(features).every((value) => value === 0)).toBe(true);
  });
});

describe('place', () => {
  it('the left lentiform: deep, subcortical, lacune when small', () => {
    const small = measure(ball(LEFT_DEEP, 5));
    expect(small).toMatchObject({ leftHemisphere: 1, rightHemisphere: 0, dominantMca: 1, subcorticalOnly: 1 });
    expect(small).toMatchObject({ lacune15: 1, lacune20: 1, infratentorial: 0 });
    expect(small.deepFraction).toBeGreaterThan(0.9);
    expect(small.lateralLenticulostriateFraction).toBeGreaterThan(0.9);
    expect(small.lateralLenticulostriateCoverageRight).toBe(0);
    expect(measure(ball([-27, 2, 4], 9))).toMatchObject({ lacune15: 0, lacune20: 1 });
    expect(measure(ball([-27, 2, 4], 11))).toMatchObject({ lacune20: 0 });
  });

  it('the right occipital pole: PCA, cortical, no lacune', () => {
    const features = measure(ball(RIGHT_OCCIPITAL, 6));
    expect(features).toMatchObject({
      rightHemisphere: 1,
      dominantPca: 1,
      dominantMca: 0,
      lacune20: 0,
      subcorticalOnly: 0,
    });
    expect(features.pcaOccipitalFraction).toBeGreaterThan(0.9);
  });

  // No outer surface lies near the calcarine and the cingulate cortex: depth alone would call them subcortical.
  it.each<[string, Point]>([
    ['calcarine', [10, -84, 4]],
    ['lingual', [12, -68, -4]],
    ['cingulate', [-5, 20, 30]],
    ['insular', [-38, 2, 2]],
    ['cerebellar', [22, -60, -36]],
  ])('a small %s infarct is no lacune', (_name, at) => {
    expect(measure(ball(at, 4))).toMatchObject({ subcorticalOnly: 0, lacune15: 0, lacune20: 0 });
  });

  it.each<[string, Point]>([
    ['in the thalamus', [-11, -18, 8]],
    ['in the internal capsule', [24, -16, 8]],
    ['in the corona radiata', [-27, -18, 26]],
    ['in the pons', [5, -24, -30]],
  ])('a small infarct %s is a lacune by size and place', (_name, at) => {
    expect(measure(ball(at, 5))).toMatchObject({ subcorticalOnly: 1, lacune15: 1, lacune20: 1 });
  });

  it('the pons: infratentorial, corticospinal', () => {
    const features = measure(ball([-6, -23, -30], 6));
    expect(features).toMatchObject({
      infratentorial: 1,
      anyInfratentorial: 1,
      dominantVertebrobasilar: 1,
      anteriorFraction: 0,
    });
    expect(features.basilarFraction).toBeGreaterThan(0.9);
    expect(features.corticospinalMaxSectionLeft).toBeGreaterThan(0.9);
  });

  it('the cerebellum: vertebrobasilar without corticospinal tract', () => {
    const features = measure(ball([26, -62, -38], 8));
    expect(features).toMatchObject({ infratentorial: 1, corticospinalMaxSection: 0, rightHemisphere: 1 });
    expect(features.inferiorCerebellarFraction + features.superiorCerebellarFraction).toBeGreaterThan(0.95);
  });

  it('the posterior limb of one side lesions the tract of that side', () => {
    const features = measure(ball([-23, -17, 8], 6));
    expect(features.corticospinalMaxSectionLeft).toBe(1);
    expect(features.corticospinalMaxSectionRight).toBe(0);
    expect(features.corticospinalMaxSection).toBe(1);
  });

  it('the hand area and the perisylvian cortex are found', () => {
    expect(measure(ball([-36, -24, 58], 8)).handKnobCoverageLeft).toBeGreaterThan(0.2);
    expect(measure(ball([-44, 4, 4], 12)).perisylvianCoverageLeft).toBeGreaterThan(0.02);
    expect(measure(ball([-44, 4, 4], 12)).perisylvianCoverageRight).toBe(0);
  });

  it('a whole MCA territory covers its nine regions and no other artery', () => {
    const whole = drawn(NOTHING);
    const numbers = [3, 4, 5, 6, 7].flatMap((index) => [1 + 2 * index]);
    const lenticulostriate = [3, 5];
    atlas.territory.forEach((number, at) => {
      if (numbers.includes(number) || lenticulostriate.includes(number)) whole.voxels[at] = 1;
    });
    const features = lesionFeatures(whole, atlas);
    expect(features).toMatchObject({ mcaRegionsInvolvedLeft: 9, mcaRegionsInvolvedRight: 0, mcaRegionsInvolved: 9 });
    expect(features).toMatchObject({
      mcaAllCoverageLeft: 1,
      acaMl: 0,
      territoryCount: 1,
      dominantMca: 1,
      multiTerritory: 0,
    });
  });

  it('two arteries are two territories; both hemispheres are bilateral', () => {
    const features = measure([ball(LEFT_PARIETAL, 6), ball(RIGHT_OCCIPITAL, 6)]);
    expect(features).toMatchObject({
      territoryCount: 2,
      multiTerritory: 1,
      bilateral: 1,
      leftHemisphere: 0,
      rightHemisphere: 0,
    });
  });

  it('a lesion at the lower edge says so', () => {
    expect(measure(box([10, -60, -50], [20, -50, -44])).touchesLowerCut).toBe(1);
    expect(measure(box([10, -60, -49], [20, -50, -43])).touchesLowerCut).toBe(0);
  });
});

describe('any grid of the same space', () => {
  const shape = [ball([-40, -30, 25], 14), ball([-20, 10, 10], 7)];
  const grids: [string, Grid][] = [
    ['x from left to right', { size: [157, 189, 136], affine: [1, 0, 0, -78, 0, 1, 0, -112, 0, 0, 1, -50] }],
    ['the FSL template', { size: [182, 218, 182], affine: [-1, 0, 0, 90, 0, 1, 0, -126, 0, 0, 1, -72] }],
    ['sagittal order', { size: [189, 136, 157], affine: [0, 0, -1, 78, 1, 0, 0, -112, 0, 1, 0, -50] }],
  ];

  it.each(grids)('gives the same features: %s', (_name, grid) => {
    expect(measure(shape, grid)).toEqual(measure(shape));
  });

  it.each<[string, Grid]>([
    ['2 mm', { size: [91, 109, 91], affine: [2, 0, 0, -90, 0, 2, 0, -126, 0, 0, 2, -72] }],
    ['slices of 5 mm', { size: [157, 189, 28], affine: [-1, 0, 0, 78, 0, 1, 0, -112, 0, 0, 5, -48] }],
  ])('gives about the same: %s', (_name, grid) => {
    const [coarse, fine] = [measure(shape, grid), measure(shape)];
    expect(coarse.volumeMl / fine.volumeMl).toBeCloseTo(1, 1);
    expect(Math.abs(coarse.maxDiameterMm - fine.maxDiameterMm)).toBeLessThan(5);
    expect(Math.abs(coarse.centroidXMm - fine.centroidXMm)).toBeLessThan(1);
    for (const name of ['componentCount', 'leftHemisphere', 'dominantMca', 'infratentorial'] as const) {
      expect(coarse[name]).toBe(fine[name]);
    }
    expect(Math.abs(coarse.mcaParietalFraction - fine.mcaParietalFraction)).toBeLessThan(0.05);
  });
});

describe('left and right', () => {
  it('a lesion moved across the midline changes sides and keeps its size', () => {
    const coordinate = (min: number, max: number) => fc.integer({ min, max });
    fc.assert(
      fc.property(
        coordinate(14, 45),
        coordinate(-70, 30),
        coordinate(0, 45),
        coordinate(2, 9),
        (lateral, y, z, radius) => {
          // The midline of the atlas is x = 1.5 mm: 3 - x is the other side.
          const right = measure(ball([2 + lateral, y, z], radius));
          const left = measure(ball([1 - lateral, y, z], radius));
          expect(left.volumeMl).toBe(right.volumeMl);
          expect(left.maxDiameterMm).toBe(right.maxDiameterMm);
          expect(left.volumeLeftMl).toBeGreaterThan(0.9 * left.volumeMl);
          expect(right.volumeRightMl).toBeGreaterThan(0.9 * right.volumeMl);
          expect([left.leftHemisphere, left.rightHemisphere]).toEqual([1, 0]);
          expect([right.leftHemisphere, right.rightHemisphere]).toEqual([0, 1]);
          expect(left.corticospinalCoverageLeft).toBeCloseTo(right.corticospinalCoverageRight, 2);
          expect(left.corticospinalCoverageRight).toBe(0);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is never guessed from the order of voxels: flipped storage, same side', () => {
    const flipped: Affine = [1, 0, 0, -78, 0, 1, 0, -112, 0, 0, 1, -50];
    expect(measure(ball(LEFT_DEEP, 6), { size: ATLAS_GRID.size, affine: flipped }).leftHemisphere).toBe(1);
    expect(measure(ball(LEFT_DEEP, 6)).leftHemisphere).toBe(1);
  });
});

describe('every feature', () => {
  it('lies within its bounds, shares add up and parts are no larger than the whole', () => {
    const coordinate = (min: number, max: number) => fc.integer({ min, max });
    const center = fc.tuple(coordinate(-55, 55), coordinate(-85, 55), coordinate(-35, 60));
    fc.assert(
      fc.property(fc.array(fc.tuple(center, coordinate(1, 25)), { minLength: 1, maxLength: 4 }), (balls) => {
        let features: LesionFeatures;
        try {
          features = measure(balls.map(([at, radius]) => ball(at, radius)));
        } catch (error) {
          // Balls that hang mostly outside of the head are refused, as they should be.
          expect(error).toBeInstanceOf(ImageRefusal);
          return;
        }
        for (const name of LESION_FEATURE_NAMES) {
          const { low, high } = LESION_FEATURES[name];
          expect(features[name]).toBeGreaterThanOrEqual(low);
          expect(features[name]).toBeLessThanOrEqual(high);
        }
        const labelled = features.volumeLeftMl + features.volumeRightMl;
        expect(labelled / features.volumeMl).toBeCloseTo(1 - features.outsideAtlasFraction, 5);
        expect(features.largestComponentMl).toBeLessThanOrEqual(features.volumeMl);
        expect(features.maxAxialDiameterMm).toBeLessThanOrEqual(features.maxDiameterMm);
        expect(features.maxDiameterMm).toBeLessThanOrEqual(features.overallExtentMm);
        expect(features.mcaAllMl).toBeCloseTo(
          features.mcaSuperficialMl + features.mcaInsularMl + features.lenticulostriateMl,
          5,
        );
        const dominant = [
          features.dominantAca,
          features.dominantMca,
          features.dominantPca,
          features.dominantVertebrobasilar,
        ];
        expect(dominant.filter((flag) => flag === 1).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 20 },
    );
  });
});

describe('refuses', () => {
  it.each<[string, Shape, Grid | undefined]>([
    ['a lesion in the air in front of the head', ball([0, 74, 80], 6), undefined],
    [
      'a mask whose origin is the corner of the image',
      ball([130, 160, 100], 10),
      { size: [180, 216, 180], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] },
    ],
    [
      'a lesion below the atlas',
      ball([5, -45, -64], 6),
      { size: [182, 218, 182], affine: [-1, 0, 0, 90, 0, 1, 0, -126, 0, 0, 1, -72] },
    ],
  ])('%s', (_name, shape, grid) => {
    expect(() => measure(shape, grid)).toThrow(/outside of the atlas.*MNI space/);
  });
});
