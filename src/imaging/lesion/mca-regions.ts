/**
 * Nine regions of the middle cerebral artery cut from the territories by position. They resemble those of ASPECTS and are
 * not ASPECTS: the internal capsule cannot be told from the lenticulostriate territory, and the score is read on CT.
 */
import type { McaRegion, Territory } from '../../case/index.ts';

/** The level (mm above the anterior commissure) that parts lower from upper regions. */
const UPPER_Z_MM = 24;

/** @param y to the front, @param z upward: mm of template space */
export function mcaRegionAt(territory: Territory, y: number, z: number): McaRegion | undefined {
  const lower = z < UPPER_Z_MM;
  switch (territory) {
    case 'medialLenticulostriate':
      return 'caudate';
    case 'lateralLenticulostriate':
      return 'lentiform';
    case 'mcaInsular':
      return 'insula';
    case 'mcaTemporal':
      return y >= -30 ? 'm2' : 'm3';
    case 'mcaFrontal':
      if (lower) return 'm1';
      return y > 10 ? 'm4' : 'm5';
    case 'mcaParietal':
      if (lower) return 'm3';
      return y > -30 ? 'm5' : 'm6';
    case 'mcaOccipital':
      return lower ? 'm3' : 'm6';
    default:
      return undefined;
  }
}
