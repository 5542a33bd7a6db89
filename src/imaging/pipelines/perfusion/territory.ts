/**
 * In which supply the hypoperfused tissue lies, by its place in the brain's own frame: the posterior part belongs to the
 * posterior cerebral, basilar and cerebellar arteries, the rest to the carotid of its side. A coarse rule without an atlas:
 * the border is where the atlas of Liu 2023 (Sci Data 10:74) has it on average over the supratentorial slices.
 */
import type { InfarctTerritory } from '../../../case/index.ts';
import type { Grid } from '../../volume/volume.ts';
import { rightOf, type Midline } from './midline.ts';
import { positionOf } from './working-grid.ts';

/** Share of the length of the brain, from behind, that is supplied from behind. */
const POSTERIOR_SHARE = 0.24;
/** A supply is named when it holds this share of the region, and this much of it in mL. */
const LEAST_SHARE = 0.15;
const LEAST_ML = 5;

export function territoriesOf(
  region: Uint8Array,
  brain: Uint8Array,
  grid: Grid,
  midline: Midline,
  voxelMl: number,
): InfarctTerritory[] {
  let [back, front] = [Infinity, -Infinity];
  brain.forEach((inside, at) => {
    if (inside !== 1) return;
    const y = positionOf(at, grid)[1];
    [back, front] = [Math.min(back, y), Math.max(front, y)];
  });
  const border = back + POSTERIOR_SHARE * (front - back);
  const counts: Record<InfarctTerritory, number> = { 'left-carotid': 0, 'right-carotid': 0, vertebrobasilar: 0 };
  let all = 0;
  region.forEach((inside, at) => {
    if (inside !== 1) return;
    const position = positionOf(at, grid);
    const carotid = rightOf(midline, position) > 0 ? 'right-carotid' : 'left-carotid';
    counts[position[1] < border ? 'vertebrobasilar' : carotid] += voxelMl;
    all += voxelMl;
  });
  return (Object.keys(counts) as InfarctTerritory[]).filter(
    (name) => counts[name] >= LEAST_ML && counts[name] >= LEAST_SHARE * all,
  );
}
