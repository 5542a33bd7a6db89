/** A lesion that is not drawn shows as a difference between the sides; what is drawn does not count. */
import { expect, it } from 'vitest';
import { hemisphereDifference, MOST_DIFFERENCE } from '../../../../src/imaging/pipelines/diffusion/hemispheres.ts';
import { diffusionStudy } from '../../../support/diffusion-study.ts';

const midline = { point: [0, 0, 0], normal: [1, 0, 0], symmetry: 1 } as const;
const { adc, brain, lesion } = diffusionStudy({ lesion: 'none', side: 'left', radii: [30, 60, 34] });
const NOTHING = new Uint8Array(brain.length);
const [nx] = adc.size;
const isLeft = (at: number): boolean => adc.affine[0] * (at % nx) + adc.affine[3] < 0;
const lowered = (by: number, where: (at: number) => boolean): typeof adc => ({
  ...adc,
  values: adc.values.map((value, at) => (where(at) ? value * by : value)),
});

it('the sides of a healthy head agree', () => {
  expect(Math.abs(hemisphereDifference({ adc, brain, midline }, NOTHING) ?? NaN)).toBeLessThan(MOST_DIFFERENCE / 2);
});

it('a hemisphere of four fifths of the coefficient is told, with its side, unless it is drawn', () => {
  const study = { adc: lowered(0.8, isLeft), brain, midline };
  expect(hemisphereDifference(study, NOTHING)).toBeGreaterThan(MOST_DIFFERENCE);
  expect(hemisphereDifference({ ...study, adc: lowered(0.8, (at) => !isLeft(at)) }, NOTHING)).toBeLessThan(
    -MOST_DIFFERENCE,
  );
  const small = { ...study, adc: lowered(0.8, (at) => lesion[at] === 1) };
  expect(Math.abs(hemisphereDifference(small, lesion) ?? NaN)).toBeLessThan(MOST_DIFFERENCE / 2);
});

it('half a head has no sides to compare', () => {
  const half = brain.map((inside, at) => (isLeft(at) ? inside : 0));
  expect(hemisphereDifference({ adc, brain: half, midline }, NOTHING)).toBeNull();
});
