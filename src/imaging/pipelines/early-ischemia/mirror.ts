/** The image reflected at the plane between the hemispheres. */
import type { MidlinePlane } from '../../anatomy/index.ts';
import { compose, type Affine } from '../../affine.ts';
import { resampleTo } from '../../volume/resample.ts';
import type { Volume } from '../../volume/volume.ts';

const AIR_HU = -1000;

/** On the grid of the stack; air where the reflection leaves the image. */
export function mirrored(stack: Volume, plane: Pick<MidlinePlane, 'point' | 'normal'>): Volume {
  const reflected = resampleTo({ ...stack, affine: compose(reflection(plane), stack.affine) }, stack);
  return { ...reflected, values: reflected.values.map((hu) => (Number.isNaN(hu) ? AIR_HU : hu)) };
}

/** p − 2 n (n · (p − point)) */
function reflection({ point, normal: n }: Pick<MidlinePlane, 'point' | 'normal'>): Affine {
  const away = n[0] * point[0] + n[1] * point[1] + n[2] * point[2];
  const row = (axis: 0 | 1 | 2): readonly [number, number, number, number] => [
    (axis === 0 ? 1 : 0) - 2 * n[axis] * n[0],
    (axis === 1 ? 1 : 0) - 2 * n[axis] * n[1],
    (axis === 2 ? 1 : 0) - 2 * n[axis] * n[2],
    2 * n[axis] * away,
  ];
  return [...row(0), ...row(1), ...row(2)] as unknown as Affine;
}
