/** Patterns of infarcts of known shape, placed by the atlas that the product ships. */
import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { InfarctPattern } from '../../../src/case/index.ts';
import type { Point } from '../../../src/imaging/affine.ts';
import type { ArterialAtlas } from '../../../src/imaging/index.ts';
import { infarctPattern } from '../../../src/imaging/lesion/infarct-pattern.ts';
import { ball, box, drawn, NOTHING, productAtlas, type Shape } from '../../support/lesions.ts';

let atlas: ArterialAtlas;
beforeAll(async () => {
  atlas = await productAtlas();
});
const patternOf = (...shapes: readonly Shape[]): InfarctPattern | undefined => infarctPattern(drawn(shapes), atlas);

/** A rod with round ends from one point to another. */
function rod([ax, ay, az]: Point, [bx, by, bz]: Point, radius: number): Shape {
  const [dx, dy, dz] = [bx - ax, by - ay, bz - az];
  const squared = dx ** 2 + dy ** 2 + dz ** 2;
  return {
    low: [Math.min(ax, bx) - radius, Math.min(ay, by) - radius, Math.min(az, bz) - radius],
    high: [Math.max(ax, bx) + radius, Math.max(ay, by) + radius, Math.max(az, bz) + radius],
    holds: (x, y, z) => {
      const t = ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / squared;
      const along = Math.min(1, Math.max(0, t));
      return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 + (z - az - along * dz) ** 2 <= radius ** 2;
    },
  };
}
/** The midline of the atlas is x = 1.5 mm. */
const otherSide = ([x, y, z]: Point): Point => [3 - x, y, z];

// Left of the patient is negative x. In the atlas the border of ACA and MCA runs at x = -25 mm over the convexity.
const ROSARY: readonly Point[] = [
  [-27, 10, 34],
  [-27, -6, 34],
  [-27, -22, 34],
  [-26, -38, 34],
];
const ANTERIOR: readonly Point[] = [
  [-27, 42, 38],
  [-26, 24, 50],
  [-26, 4, 58],
];
const SPOTS: readonly Point[] = [
  [-63, -8, 38],
  [-64, -36, 34],
  [-58, 10, 30],
];
const balls = (at: readonly Point[], radius: number): Shape[] => at.map((point) => ball(point, radius));

describe('border zones', () => {
  it('a chain of small infarcts along the lateral ventricle: internal', () => {
    expect(patternOf(...balls(ROSARY, 4))).toBe('border-zone');
    expect(patternOf(...balls(ROSARY.map(otherSide), 4))).toBe('border-zone');
  });

  it('a chain over the convexity between ACA and MCA: external', () => {
    expect(patternOf(...balls(ANTERIOR, 6))).toBe('border-zone');
  });

  it('one infarct drawn out along the border', () => {
    expect(patternOf(rod([-26, 44, 40], [-26, 0, 62], 7))).toBe('border-zone');
  });

  it('in front and behind, between MCA and PCA: not several territories', () => {
    expect(patternOf(...balls(ANTERIOR, 6), ball([-31, -78, 34], 6))).toBe('border-zone');
  });

  it('both hemispheres, each with its chain', () => {
    expect(patternOf(...balls([...ROSARY, ...ROSARY.map(otherSide)], 4))).toBe('border-zone');
  });

  it('a chain on one side and one spot on the other leave it open', () => {
    expect(patternOf(...balls([...ROSARY, otherSide([-26, 24, 50])], 4))).toBeUndefined();
  });

  it('two small ones at the border leave it open', () => {
    expect(patternOf(...balls(ROSARY.slice(0, 2), 4))).toBeUndefined();
  });

  it('parts in a row from side to side are no chain along the ventricle', () => {
    const across: Point[] = [
      [-21, -10, 36],
      [-27, -10, 28],
      [-33, -10, 36],
    ];
    expect(patternOf(...balls(across, 3))).toBeUndefined();
  });

  it('all on one side of the border follow no border', () => {
    expect(
      patternOf(
        ...balls(
          ANTERIOR.map(([x, y, z]): Point => [x - 4, y, z]),
          3,
        ),
      ),
    ).toBeUndefined();
  });

  it('with an infarct in the middle of a territory it is none of the border only', () => {
    expect(patternOf(...balls(ANTERIOR, 6), ball([-58, -8, 38], 10))).toBe('multiple-one-territory');
  });
});

describe('not a border zone', () => {
  it('one large infarct of the MCA that crosses the border', () => {
    expect(patternOf(ball([-44, 0, 44], 26))).toBe('single-territorial');
    expect(patternOf(box([-64, -50, 10], [-22, 20, 60]))).toBe('single-territorial');
  });

  it('a lacune, also in the corona radiata', () => {
    expect(patternOf(ball([-28, 2, 2], 5))).toBe('single-penetrating-artery');
    expect(patternOf(ball([-27, -18, 26], 5))).toBe('single-penetrating-artery');
  });

  it('one small cortical infarct at the border: as likely an embolus', () => {
    expect(patternOf(ball([-26, 24, 50], 6))).toBe('single-territorial');
  });

  it('infarcts of both hemispheres, in the middle of their territories', () => {
    expect(patternOf(ball([-58, -8, 38], 8), ball([61, -8, 38], 8))).toBe('multiple-territories');
  });
});

describe('scattered cortical', () => {
  it('small spots of the cortex of one artery', () => {
    expect(patternOf(...balls(SPOTS, 4))).toBe('scattered-cortical');
    expect(patternOf(...balls(SPOTS.map(otherSide), 4))).toBe('scattered-cortical');
  });

  it.each<[string, readonly Shape[]]>([
    ['two', balls(SPOTS.slice(0, 2), 4)],
    ['one of them large', [...balls(SPOTS.slice(1), 4), ball([-58, -8, 38], 14)]],
    ['one of them deep', [...balls(SPOTS, 4), ball([-28, 2, 2], 5)]],
  ])('not with %s: several in one territory', (_name, shapes) => {
    expect(patternOf(...shapes)).toBe('multiple-one-territory');
  });

  it('not in the cerebellum, and not on both sides', () => {
    const cerebellar = balls(
      [
        [22, -60, -36],
        [30, -72, -36],
        [40, -58, -38],
      ],
      4,
    );
    expect(patternOf(...cerebellar)).not.toBe('scattered-cortical');
    expect(patternOf(...balls([...SPOTS, otherSide(SPOTS[0] as Point)], 4))).toBe('multiple-territories');
  });
});

describe('speckles', () => {
  it.each<[InfarctPattern, readonly Shape[]]>([
    ['border-zone', balls(ROSARY, 4)],
    ['scattered-cortical', balls(SPOTS, 4)],
    ['single-penetrating-artery', [ball([-28, 2, 2], 5)]],
    ['single-territorial', [ball([-44, 0, 44], 26)]],
  ])('below the floor of 0.05 mL change nothing: %s', (pattern, shapes) => {
    const millimeter = (min: number, max: number) => fc.integer({ min, max });
    const place = fc.tuple(millimeter(-60, 60), millimeter(-80, 50), millimeter(-30, 60));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 12 }), (places) => {
        const whole = drawn(shapes);
        const speckles = drawn(places.map((at) => ball(at, 1)));
        const near = drawn(shapes.map(around));
        // What touches a lesion becomes part of it.
        speckles.voxels.forEach((set, at) => {
          if (set === 1 && near.voxels[at] !== 1) whole.voxels[at] = 1;
        });
        expect(infarctPattern(whole, atlas)).toBe(pattern);
      }),
      { numRuns: 2 },
    );
  });

  it('alone are no pattern; nothing is none', () => {
    expect(patternOf(ball([-40, -30, 30], 1), ball([30, -30, 30], 1))).toBeUndefined();
    expect(patternOf(NOTHING)).toBeUndefined();
  });
});

/** The box around a shape with a margin, whatever the shape holds. */
function around({ low, high }: Shape): Shape {
  const margin = 3;
  const from = low.map((x) => x - margin) as unknown as Point;
  const to = high.map((x) => x + margin) as unknown as Point;
  return box(from, to);
}
