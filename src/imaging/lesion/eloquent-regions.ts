/**
 * Where a small lesion does much harm. Geometric proxies in template space: no tract is traced in the patient and no
 * probabilistic atlas is used. Lesion load of the corticospinal tract predicts motor outcome better than volume does
 * (Zhu LL et al., Stroke 2010;41:910-915); the largest lesioned share of a cross-section follows from the same idea.
 */
import type { Territory } from '../../case/index.ts';
import type { Point } from '../affine.ts';

/**
 * Course of the tract as [distance from the midline, y, z] in mm: hand area, centrum semiovale, corona radiata, posterior
 * limb of the internal capsule, cerebral peduncle, basis pontis, pyramid. Set by hand on these landmarks.
 */
const CORTICOSPINAL_COURSE: readonly Point[] = [
  [37, -24, 60],
  [32, -24, 50],
  [28, -23, 38],
  [26, -21, 26],
  [25, -19, 16],
  [24, -17, 8],
  [21, -16, 0],
  [17, -16, -8],
  [13, -17, -16],
  [8, -20, -26],
  [6, -24, -36],
  [4, -31, -46],
  [4, -33, -50],
];
const CORTICOSPINAL_RADIUS_MM = 5;
const HAND_KNOB: Point = [37, -24, 60];
const HAND_KNOB_RADIUS_MM = 12;

/** @param lateral distance from the midline in mm */
export function inCorticospinalCourse(lateral: number, y: number, z: number): boolean {
  for (let at = 1; at < CORTICOSPINAL_COURSE.length; at++) {
    const [above, below] = [CORTICOSPINAL_COURSE[at - 1], CORTICOSPINAL_COURSE[at]];
    if (above === undefined || below === undefined || z > above[2] || z < below[2]) continue;
    const share = (above[2] - z) / (above[2] - below[2]);
    const dx = lateral - (above[0] + share * (below[0] - above[0]));
    const dy = y - (above[1] + share * (below[1] - above[1]));
    return dx * dx + dy * dy <= CORTICOSPINAL_RADIUS_MM ** 2;
  }
  return false;
}

/** The hand area of the motor cortex (Yousry TA et al., Brain 1997;120:141-157). @param lateral mm from the midline */
export function inHandKnob(lateral: number, y: number, z: number): boolean {
  const [dx, dy, dz] = [lateral - HAND_KNOB[0], y - HAND_KNOB[1], z - HAND_KNOB[2]];
  return dx * dx + dy * dy + dz * dz <= HAND_KNOB_RADIUS_MM ** 2;
}

/** Around the Sylvian fissure: language on the dominant side, attention on the other. */
export function isPerisylvian(territory: Territory, y: number, z: number): boolean {
  switch (territory) {
    case 'mcaInsular':
      return true;
    case 'mcaFrontal':
      return z >= -8 && z <= 30 && y >= -15;
    case 'mcaTemporal':
      return z >= -12 && y >= -50;
    case 'mcaParietal':
    case 'mcaOccipital':
      return z >= 0 && z <= 42 && y >= -65;
    default:
      return false;
  }
}
