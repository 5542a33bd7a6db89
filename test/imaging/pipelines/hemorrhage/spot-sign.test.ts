/** The spot sign on angiographies of a known head, item by item of its published definition, and what must not pass for one. */
import { describe, expect, it, vi } from 'vitest';
import { transform, type Affine, type Point } from '../../../../src/imaging/affine.ts';
import { hemorrhagePipeline } from '../../../../src/imaging/pipelines/hemorrhage/index.ts';
import { spotSign, type SpotSign } from '../../../../src/imaging/pipelines/hemorrhage/spot-sign.ts';
import type { Grid, Volume } from '../../../../src/imaging/volume/volume.ts';
import {
  asSeries,
  inSpace,
  scanned,
  type Body,
  type HeadOnTable,
  type Motion,
  type Scan,
} from '../../../support/cta-study.ts';
import { thresholdNetwork } from '../../../support/threshold-network.ts';

vi.setConfig({ testTimeout: 240_000 });

const HEMATOMA: Body = { at: [28, 0, 20], half: [15, 24, 20], hu: 64 };
const CTA: Scan = { pixelMm: 0.5, sliceMm: 0.8, from: [4, -34, -10], to: [56, 34, 50] };
const NATIVE: Scan = { pixelMm: 0.8, sliceMm: 5, from: [-10, -48, -25], to: [70, 48, 65] };

/** The mask that a network would give: voxels of 1.2 × 1.2 × 5 mm whose middle lies in the hematoma. */
const MASK: Grid & { readonly voxels: Uint8Array } = (() => {
  const size: Point = [60, 70, 14];
  const affine: Affine = [-1.2, 0, 0, 8, 0, -1.2, 0, 42, 0, 0, 5, -12];
  const voxels = Uint8Array.from({ length: size[0] * size[1] * size[2] }, (_, at) => {
    const index: Point = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))];
    const p = inSpace(transform(affine, index));
    return Math.hypot(...p.map((x, axis) => (x - (HEMATOMA.at[axis] ?? 0)) / (HEMATOMA.half[axis] ?? 1))) <= 1 ? 1 : 0;
  });
  return { size, affine, voxels };
})();

let scannedOnce: Volume | undefined;
const withoutCalcium = (): Volume => (scannedOnce ??= scanned({ bleedings: [HEMATOMA] }, NATIVE));

/** @param off mm by which the registration misses, to the patient's left */
function judged(head: HeadOnTable, scan: Scan = CTA, off = 0): SpotSign {
  const bleedings = [HEMATOMA];
  const cta = scanned({ vesselHu: 320, noiseHu: 6, bleedings, ...head }, scan);
  const affine = cta.affine.map((x, at) => (at === 3 ? x - off : x)) as unknown as Affine;
  const { calcifications } = head;
  const native = calcifications === undefined ? withoutCalcium() : scanned({ bleedings, calcifications }, NATIVE);
  return spotSign({ ...cta, affine }, native, MASK);
}

const ball = (at: Point, mm: number, hu: number): Body => ({ at, half: [mm / 2, mm / 2, mm / 2], hu });
const MIDDLE: Point = [28, 2, 20];

describe('a focus of contrast inside the hematoma', () => {
  it.each([
    ['one of 3 mm and 150 HU', [ball(MIDDLE, 3, 150)], 1, 1],
    ['two', [ball(MIDDLE, 3, 150), ball([24, -8, 24], 2.5, 150)], 2, 1],
    ['three', [ball(MIDDLE, 3, 150), ball([24, -8, 24], 3, 150), ball([30, 10, 14], 3, 150)], 3, 2],
    ['one of 7 mm', [ball(MIDDLE, 7, 150)], 1, 2],
    ['one of 220 HU', [ball(MIDDLE, 3, 220)], 1, 2],
    ['one of 7 mm and 220 HU', [ball(MIDDLE, 7, 220)], 1, 3],
    ['three, of 7 mm and 220 HU', [ball(MIDDLE, 7, 220), ball([24, -9, 24], 3, 150), ball([30, 11, 14], 3, 150)], 3, 4],
  ] as const)('%s', (_, foci, count, score) => {
    const found = judged({ foci });
    expect(found).toMatchObject({ status: 'present', count, score });
    expect(found.segment?.voxels.includes(1)).toBe(true);
  });

  it('is measured in its axial plane and where it is densest, without its noise', () => {
    const { largestMm, highestHu } = judged({ foci: [{ at: MIDDLE, half: [3, 1.5, 4], hu: 170 }] });
    expect(largestMm).toBeGreaterThan(5.2);
    expect(largestMm).toBeLessThan(6.8);
    expect(highestHu).toBeGreaterThan(165);
    expect(highestHu).toBeLessThan(180);
  });

  it('may be serpiginous', () => {
    const snake = [-6, -4, -2, 0, 2, 4, 6].map((y) => ball([28 + 2 * Math.sin(y / 2), y, 20], 2.6, 170));
    expect(judged({ foci: snake })).toMatchObject({ status: 'present', count: 1, score: 2 });
  });
});

describe('what is no spot sign', () => {
  it.each([
    ['a hematoma without contrast in it', {}],
    ['a dot of 1 mm', { foci: [ball(MIDDLE, 1, 200)] }],
    ['contrast of less than 120 HU', { foci: [ball(MIDDLE, 4, 105)] }],
    ['contrast in the brain beside the hematoma', { foci: [ball([48, 0, 20], 4, 200)] }],
    ['a vessel that runs in from outside', { vesselInto: MIDDLE }],
    ['a calcification of 2.5 mm', { calcifications: [ball(MIDDLE, 2.5, 400)] }],
    ['a calcification of 5 mm that is hardly denser than contrast', { calcifications: [ball(MIDDLE, 5, 160)] }],
  ] as const satisfies readonly (readonly [string, HeadOnTable])[])('%s', (_, head) => {
    expect(judged(head)).toMatchObject({ status: 'absent', count: 0, score: 0, segment: null });
  });

  it('a calcification stays one where the registration misses by a millimeter, and hides no focus beside it', () => {
    const calcifications = [ball(MIDDLE, 2.5, 400)];
    expect(judged({ calcifications }, CTA, 1)).toMatchObject({ status: 'absent', score: 0 });
    const foci = [ball([24, -8, 24], 3, 150)];
    expect(judged({ calcifications, foci }, CTA, 1)).toMatchObject({ status: 'present', count: 1, score: 1 });
  });

  it('slices that average it away leave it open', () => {
    expect(judged({ foci: [ball(MIDDLE, 3, 150)] }, { ...CTA, sliceMm: 3 })).toMatchObject({
      ...{ status: 'not-assessable', score: null },
    });
  });
});

it('a study with an angiography of the moved head: spots found, calcium left out, drawn on the native scan', async () => {
  const motion: Motion = { degrees: [3, -2, 4], mm: [4, -6, 5] };
  // A dark, unclotted middle is where it bleeds: a hole in the mask of the network.
  const unclotted: Body = { at: MIDDLE, half: [5, 5, 7], hu: 42 };
  const head: HeadOnTable = {
    bleedings: [unclotted, HEMATOMA],
    calcifications: [ball([28, -14, 16], 3, 400)],
  };
  const whole = { from: [-104, -124, -110], to: [104, 104, 100] } as const;
  const native = asSeries(scanned(head, { pixelMm: 1.3, sliceMm: 5, ...whole }), 'ncct', 'native');
  const foci = [ball(MIDDLE, 4, 200), ball([30, 13, 20], 3, 150)];
  const thin = scanned({ ...head, foci, vesselHu: 320, noiseHu: 6, motion }, { pixelMm: 0.8, sliceMm: 1, ...whole });
  const thick = scanned({ ...head, vesselHu: 320, motion }, { pixelMm: 2, sliceMm: 5, ...whole });
  const result = await hemorrhagePipeline().run(
    {
      series: [native, asSeries(thick, 'cta', 'mip'), asSeries(thin, 'cta', 'cta')],
      lastKnownWell: null,
      overrides: {},
    },
    { engine: thresholdNetwork(), progress: () => undefined, signal: new AbortController().signal },
  );
  const of = (kind: string) => result.findings.find((one) => one.kind === kind);
  expect(of('spot-sign')).toMatchObject({ value: 'present', settings: { spots: 2 }, seriesUids: ['native', 'cta'] });
  expect(of('spot-sign-score')?.value).toBe(2);
  const drawn = result.segments.find(({ label }) => label === 'spot-sign');
  expect(drawn?.network).toBeUndefined();
  const at = drawn?.voxels.indexOf(1) ?? -1;
  expect(at).toBeGreaterThan(-1);
});
