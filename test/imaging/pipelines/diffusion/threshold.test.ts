/** A site without networks: the threshold still measures, with what looks like a lesion and is none. */
import { describe, expect, it } from 'vitest';
import type { Point } from '../../../../src/imaging/affine.ts';
import { analyzed, diffusionStudy, noNetworks, type LesionKind } from '../../../support/diffusion-study.ts';
import { findingOf, numberOf } from '../../../support/perfusion-run.ts';

/** Largest distance within a slice, voxel edges included, mm. */
function widest(mask: Uint8Array, [nx, ny, nz]: Point, pixelMm: number): number {
  let most = 0;
  for (let k = 0; k < nz; k++) {
    const inside: [number, number][] = [];
    for (let at = 0; at < nx * ny; at++) if (mask[k * nx * ny + at] === 1) inside.push([at % nx, Math.floor(at / nx)]);
    for (const [x, y] of inside) for (const [u, v] of inside) most = Math.max(most, Math.hypot(x - u, y - v));
  }
  return (most + 1) * pixelMm;
}

describe('the diffusion lesion by its threshold', () => {
  it.each([
    ['left', 14],
    ['right', 26],
  ] as const)('on the %s, radius %i mm: volume within 5 %, side and supply', async (side, radius) => {
    const { series, lesionMl, lesion, adc } = diffusionStudy({ lesion: 'early', side, radii: [radius, 30, 34] });
    const result = await analyzed(series, noNetworks());
    expect(Math.abs(numberOf(result, 'dwi-lesion-volume') - lesionMl)).toBeLessThan(0.05 * lesionMl);
    expect(numberOf(result, 'core-volume')).toBe(numberOf(result, 'dwi-lesion-volume'));
    expect(findingOf(result, 'dwi-lesion-side').value).toBe(side);
    expect(findingOf(result, 'dwi-lesion-territory').value).toBe(`${side}-carotid`);
    expect(findingOf(result, 'dwi-lesion-count').value).toBe(1);
    expect(Math.abs(numberOf(result, 'dwi-lesion-diameter') - widest(lesion, adc.size, 3))).toBeLessThan(6.1);
    const { interval, seriesUids } = findingOf(result, 'core-volume');
    expect(interval?.low).toBeLessThanOrEqual(lesionMl);
    expect(seriesUids).toEqual(['2.25.7', '2.25.8']);
    expect(result.model).toBeNull();
    expect(result.quality.map(({ code }) => code)).toContain('threshold-only');
  });

  it.each(['none', 'shine-through', 'susceptibility'] as const)('%s: 0 mL, nothing else is said', async (lesion) => {
    const { series } = diffusionStudy({ lesion: lesion satisfies LesionKind | 'none', radii: [22, 30, 34] });
    const result = await analyzed(series, noNetworks());
    expect(result.findings.map(({ kind }) => kind)).toEqual(['dwi-lesion-volume', 'core-volume']);
    expect(numberOf(result, 'dwi-lesion-volume')).toBe(0);
    expect(findingOf(result, 'core-volume').interval?.high).toBeGreaterThanOrEqual(1);
  });
});
