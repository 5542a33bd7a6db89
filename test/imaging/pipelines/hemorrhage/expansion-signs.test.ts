/** Signs of expansion on constructed hematomas, at the borders of their definitions (reference E). */
import { describe, expect, it } from 'vitest';
import { abcOf } from '../../../../src/imaging/pipelines/hemorrhage/abc-2.ts';
import type { HematomaInput } from '../../../../src/imaging/pipelines/hemorrhage/expansion-signs/hematoma.ts';
import { expansionSigns, type Signs } from '../../../../src/imaging/pipelines/hemorrhage/signs.ts';

const [NX, NY, NZ] = [80, 80, 8];
const PIXEL_MM = 1;
const SLAB_MM = 5;
const CLOT = 65;
const BRAIN = 33;

interface Voxel {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}
type Painter = (voxel: Voxel) => number | undefined;

/** HU of blood, undefined beside it. The first painter that says something counts. */
function signs(painters: readonly Painter[], more: Partial<HematomaInput> = {}): Signs {
  const hu = new Float32Array(NX * NY * NZ).fill(BRAIN);
  const blood = new Uint8Array(hu.length);
  for (let at = 0; at < hu.length; at++) {
    const voxel = { x: (at % NX) - NX / 2, y: (Math.floor(at / NX) % NY) - NY / 2, k: Math.floor(at / (NX * NY)) };
    const value = painters.map((paint) => paint(voxel)).find((one) => one !== undefined);
    if (value === undefined) continue;
    [hu[at], blood[at]] = [value, 1];
  }
  return expansionSigns({
    ...{ size: [NX, NY, NZ], pixelMm: PIXEL_MM, slabMm: SLAB_MM, hu, blood, brainHu: BRAIN, noiseHu: 2 },
    ...more,
  });
}

const disc =
  (cx: number, cy: number, radius: number, value: number, [from, to] = [2, 5]): Painter =>
  ({ x, y, k }) =>
    k >= from && k <= to && Math.hypot(x - cx, y - cy) <= radius ? value : undefined;
const clot = disc(0, 0, 16, CLOT);

describe('a plain round clot has none of the signs', () => {
  const plain = signs([clot]);
  it.each([
    'black-hole-sign',
    'blend-sign',
    'swirl-sign',
    'island-sign',
    'satellite-sign',
    'hypodensity-sign',
    'fluid-level-sign',
  ] as const)('%s', (kind) => {
    expect(plain[kind].status).toBe('absent');
  });
  it('and is regular and homogeneous', () => {
    expect(plain.shape.grade).toBe(1);
    expect(plain.density.grade).toBe(1);
  });
});

describe('black hole', () => {
  it.each([
    ['28 HU darker, enclosed', disc(2, 1, 5, CLOT - 28), 'present'],
    ['27 HU darker', disc(2, 1, 5, CLOT - 27), 'absent'],
    ['30 HU darker, but open to the border', disc(14, 0, 5, CLOT - 30), 'absent'],
  ] as const)('%s: %s', (_, hole, status) => {
    const found = signs([(v) => (clot(v) === undefined ? undefined : hole(v)), clot]);
    expect(found['black-hole-sign'].status).toBe(status);
  });

  it('says how much darker', () => {
    const found = signs([disc(2, 1, 5, CLOT - 30), clot]);
    expect(found['black-hole-sign'].measured['differenceHu']).toBeCloseTo(30, 0);
  });
});

describe('any hypodensity', () => {
  it.each([
    ['10 HU darker, enclosed', CLOT - 10, 'present'],
    ['9 HU darker: within what noise makes', CLOT - 9, 'absent'],
  ] as const)('%s: %s', (_, value, status) => {
    expect(signs([disc(0, 0, 4, value), clot])['hypodensity-sign'].status).toBe(status);
  });
});

describe('blend', () => {
  const half =
    (value: number): Painter =>
    (voxel) =>
      voxel.x > 4 && clot(voxel) !== undefined ? value : undefined;
  const slope: Painter = (voxel) => (clot(voxel) === undefined ? undefined : CLOT - 1.2 * (voxel.x + 16));

  it.each([
    ['19 HU between two parts with a margin', half(CLOT - 19), 'present'],
    ['18 HU, where more than 18 is asked', half(CLOT - 18), 'absent'],
    ['a slope without a margin', slope, 'absent'],
    ['a dark part that the clot encloses', disc(0, 0, 8, CLOT - 25), 'absent'],
  ] as const)('%s: %s', (_, painter, status) => {
    expect(signs([painter, clot])['blend-sign'].status).toBe(status);
  });
});

describe('swirl', () => {
  it('as dark as brain on two slabs one above the other: present', () => {
    expect(signs([disc(0, 0, 5, BRAIN + 2, [3, 4]), clot])['swirl-sign'].status).toBe('present');
  });
  it('on one slab only, or brighter than brain: absent', () => {
    expect(signs([disc(0, 0, 5, BRAIN + 2, [3, 3]), clot])['swirl-sign'].status).toBe('absent');
    expect(signs([disc(0, 0, 5, BRAIN + 10, [3, 4]), clot])['swirl-sign'].status).toBe('absent');
  });
  it('without knowing the density of the brain: not assessable', () => {
    expect(signs([clot], { brainHu: null })['swirl-sign'].status).toBe('not-assessable');
  });
});

describe('satellite', () => {
  // The clot ends at x = 16; a disc of radius 2 has its nearest pixel 2 before its middle.
  it.each([
    ['1 mm away', 20, 2, 'present'],
    ['20 mm away', 39 - 2, 2, 'present'],
    ['10 mm across', 28, 5, 'absent'],
    ['touching', 18, 2, 'absent'],
  ] as const)('%s', (_, x, radius, status) => {
    const found = signs([clot, disc(x, 0, radius, CLOT, [3, 3])]);
    expect(found['satellite-sign'].status).toBe(status);
  });

  it('over 20 mm away: absent', () => {
    const left = disc(-22, 0, 12, CLOT);
    expect(signs([left, disc(15, 0, 2, CLOT, [3, 3])])['satellite-sign'].status).toBe('absent');
    expect(signs([left, disc(11, 0, 2, CLOT, [3, 3])])['satellite-sign'].status).toBe('present');
  });
});

describe('island', () => {
  const around = (count: number, distance: number): Painter[] =>
    Array.from({ length: count }, (_, n) => {
      const angle = (2 * Math.PI * n) / 8 + 0.3;
      return disc(distance * Math.cos(angle), distance * Math.sin(angle), 3, CLOT, [3, 3]);
    });

  it.each([
    ['three separate', around(3, 23), 'present'],
    ['two separate', around(2, 23), 'absent'],
    ['four attached', around(4, 17.5), 'present'],
    ['three attached', around(3, 17.5), 'absent'],
  ] as const)('%s foci: %s', (_, foci, status) => {
    const found = signs([clot, ...foci]);
    expect(found['island-sign'].status, JSON.stringify(found['island-sign'].measured)).toBe(status);
  });

  it('two irregularities make an irregular shape (grade 3)', () => {
    expect(signs([clot, ...around(2, 17.5)]).shape).toEqual({ grade: 3, irregularities: 2 });
  });
});

describe('fluid level', () => {
  const layered =
    (angle: number): Painter =>
    (voxel) =>
      clot(voxel) === undefined
        ? undefined
        : voxel.y - Math.tan((angle * Math.PI) / 180) * voxel.x < 0
          ? CLOT - 25
          : CLOT;
  it('darker fluid to the front of a level line: present', () => {
    expect(signs([layered(0)])['fluid-level-sign'].status).toBe('present');
    expect(signs([layered(8)])['fluid-level-sign'].status).toBe('present');
  });
  it('a line that is not level, or the darker part behind: absent', () => {
    expect(signs([layered(40)])['fluid-level-sign'].status).toBe('absent');
    expect(
      signs([(v) => (v.y > 0 && clot(v) !== undefined ? CLOT - 25 : undefined), clot])['fluid-level-sign'].status,
    ).toBe('absent');
  });
});

describe('heterogeneous density', () => {
  const spots = (count: number): Painter[] =>
    Array.from({ length: count }, (_, n) =>
      disc(9 * Math.cos((2 * Math.PI * n) / 5), 9 * Math.sin((2 * Math.PI * n) / 5), 2.5, CLOT - 15),
    );
  it.each([
    [2, 2],
    [3, 3],
    [5, 5],
  ])('%d dark spots are grade %d', (count, grade) => {
    expect(signs([...spots(count), clot]).density).toEqual({ grade, foci: count });
  });
});

describe('what cannot be judged is not called absent', () => {
  it('in noise: the signs of density', () => {
    const noisy = signs([clot], { noiseHu: 9 });
    expect(noisy['black-hole-sign'].status).toBe('not-assessable');
    expect(noisy.density.grade).toBeNull();
    expect(noisy['satellite-sign'].status).toBe('absent');
  });
  it('in a hematoma below 1 mL: all of them', () => {
    const small = signs([disc(0, 0, 4, CLOT, [3, 3])]);
    for (const kind of ['black-hole-sign', 'blend-sign', 'swirl-sign', 'island-sign', 'satellite-sign'] as const) {
      expect(small[kind].status).toBe('not-assessable');
    }
  });
});

describe('ABC/2', () => {
  it('of a block: its sides; a slab under 25 % of the largest counts nothing, under 75 % half', () => {
    const voxels: number[] = [];
    const fill = (k: number, width: number): void => {
      for (let y = 0; y < 10; y++) for (let x = 0; x < width; x++) voxels.push((k * NY + y) * NX + x);
    };
    fill(1, 40);
    fill(2, 31);
    fill(3, 30);
    fill(4, 9);
    const abc = abcOf(Int32Array.from(voxels), [NX, NY, NZ], [1, 1, 5]);
    // 40 × 10: the longest line runs from corner to corner.
    expect(abc?.aMm).toBeCloseTo(Math.hypot(39, 9) + 1, 1);
    expect(abc?.cMm).toBe((1 + 1 + 0.5) * 5);
    expect(abc?.ml).toBeCloseTo(((abc?.aMm ?? 0) * (abc?.bMm ?? 0) * 12.5) / 2000, 6);
  });
});
