/** Which of the two forms of a NIfTI header places the image, and whether that can be trusted for left and right. */
import { type Affine, cornerDistance, determinant, type Point, spacing } from './affine.ts';
import { ImageRefusal } from './image-refusal.ts';

/** What the header says about its coordinates (`sform_code` and `qform_code`, 1 to 5). */
export type SpaceCode = 'scanner' | 'aligned' | 'talairach' | 'mni' | 'template';
const SPACES: Readonly<Record<number, SpaceCode>> = {
  1: 'scanner',
  2: 'aligned',
  3: 'talairach',
  4: 'mni',
  5: 'template',
};

export interface OrientationHeader {
  readonly sformCode: number;
  readonly sform: Affine;
  readonly qformCode: number;
  /** b, c and d of the unit quaternion. */
  readonly quaternion: Point;
  readonly offset: Point;
  readonly spacing: Point;
  /** Handedness of the third axis: negative flips it, everything else leaves it. */
  readonly qfac: number;
}

/** The rotation, scaling and shift of the quaternion form (nifti1.h, method 2). */
export function quaternionAffine({ quaternion, offset, spacing: [dx, dy, dz], qfac }: OrientationHeader): Affine {
  let [b, c, d] = quaternion;
  // Rounding in float32 may leave the three a little longer than 1, with no real a.
  const square = b * b + c * c + d * d;
  let a = 0;
  if (square < 1) {
    a = Math.sqrt(1 - square);
  } else {
    const length = Math.sqrt(square);
    [b, c, d] = [b / length, c / length, d / length];
  }
  const z = qfac < 0 ? -dz : dz;
  return [
    ...[(a * a + b * b - c * c - d * d) * dx, 2 * (b * c - a * d) * dy, 2 * (b * d + a * c) * z, offset[0]],
    ...[2 * (b * c + a * d) * dx, (a * a + c * c - b * b - d * d) * dy, 2 * (c * d - a * b) * z, offset[1]],
    ...[2 * (b * d - a * c) * dx, 2 * (c * d + a * b) * dy, (a * a + d * d - c * c - b * b) * z, offset[2]],
  ] as unknown as Affine;
}

const MAX_SPACING_MM = 20;
const MIN_SPACING_MM = 0.1;

function usable(affine: Affine, form: string): Affine {
  const volume = determinant(affine);
  const steps = spacing(affine);
  if (!affine.every(Number.isFinite) || volume === 0 || !Number.isFinite(volume)) {
    throw new ImageRefusal('no-position', `the ${form} of the header is empty: it gives no position in space`);
  }
  if (steps.some((step) => step < MIN_SPACING_MM || step > MAX_SPACING_MM)) {
    throw new ImageRefusal('impossible-geometry', `the ${form} of the header has voxels of ${mm(steps)}`);
  }
  // Axes that nearly fall together make the position along them meaningless.
  if (Math.abs(volume) < 0.5 * steps[0] * steps[1] * steps[2]) {
    throw new ImageRefusal('impossible-geometry', `the axes of the ${form} of the header are not at right angles`);
  }
  return affine;
}

const mm = (steps: Point): string => `${steps.map((step) => Number(step.toPrecision(3))).join(' x ')} mm`;

/**
 * The affine of an image. The form whose code names a template comes first, then the sform, then the qform.
 * @throws ImageRefusal 'no-position', 'impossible-geometry', or 'left-right-unclear' when the two forms contradict
 */
export function orientation(header: OrientationHeader, size: Point): { affine: Affine; space: SpaceCode } {
  const s = SPACES[header.sformCode];
  const q = SPACES[header.qformCode];
  if (s === undefined && q === undefined) {
    throw new ImageRefusal(
      'no-position',
      'the header has neither sform nor qform: left and right cannot be told apart',
    );
  }
  const sform = s === undefined ? undefined : usable(header.sform, 'sform');
  const qform = q === undefined ? undefined : usable(quaternionAffine(header), 'qform');
  if (sform !== undefined && qform !== undefined) {
    if (determinant(sform) > 0 !== determinant(qform) > 0) {
      throw new ImageRefusal('left-right-unclear', 'sform and qform contradict each other about left and right');
    }
    const apart = cornerDistance(sform, qform, size);
    if (header.sformCode === header.qformCode && apart > Math.max(...spacing(sform))) {
      throw new ImageRefusal(
        'left-right-unclear',
        `sform and qform name the same space and place the image ${Math.round(apart)} mm apart`,
      );
    }
  }
  const preferQ = qform !== undefined && header.qformCode >= 3 && header.sformCode < 3;
  if (sform !== undefined && s !== undefined && !preferQ) return { affine: sform, space: s };
  if (qform !== undefined && q !== undefined) return { affine: qform, space: q };
  throw new ImageRefusal('no-position', 'the header gives no position in space');
}
