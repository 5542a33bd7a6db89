/** Voxels that a reviewer points at in place of the automatic arterial input and venous output. */
import type { QualityRemark } from '../../../case/index.ts';
import type { Point } from '../../affine.ts';
import type { TimeSeries } from '../../volume/volume.ts';
import { headMask } from './brain-mask.ts';
import { firstPass, meanFrame, type Prepared } from './prepare.ts';
import { remark } from './quality.ts';
import type { PerfusionKind } from './settings.ts';
import { reduceInPlane } from './working-grid.ts';

/** Voxels on the grid as built, before reduction. */
export interface InputOverrides {
  readonly aif: Point | null;
  readonly vof: Point | null;
}

/** {"aif": [120, 80, 6], "vof": [128, 30, 6]}; anything else is taken for no override. */
export function inputOverrides(overrides: Readonly<Record<string, unknown>>): InputOverrides {
  const point = (value: unknown): Point | null =>
    Array.isArray(value) && value.length === 3 && value.every((x) => Number.isInteger(x) && x >= 0)
      ? (value as unknown as Point)
      : null;
  return { aif: point(overrides['aif']), vof: point(overrides['vof']) };
}

/** A voxel that is not there, or in air, is a slip of the person who pointed: what it gives is no input. */
export function misplacedRemarks(
  { grid, reduction, mean, kind }: Pick<Prepared, 'grid' | 'reduction' | 'mean' | 'kind'>,
  { aif, vof }: InputOverrides,
): readonly QualityRemark[] {
  if (aif === null && vof === null) return [];
  const { size } = grid;
  const head = headMask(mean, size, kind);
  return [{ name: 'arterial', voxel: aif } as const, { name: 'venous', voxel: vof } as const].flatMap(
    ({ name, voxel }) => {
      if (voxel === null) return [];
      const [column, row, slice] = voxel;
      const [i, j] = [Math.floor(column / reduction), Math.floor(row / reduction)];
      if (i >= size[0] || j >= size[1] || slice >= size[2]) {
        const extent = { columns: size[0] * reduction, rows: size[1] * reduction, slices: size[2] };
        return [remark(`${name}-voxel-outside-image`, 'refuses', { column, row, slice, ...extent })];
      }
      const inside = head[(slice * size[1] + j) * size[0] + i] === 1;
      return inside ? [] : [remark(`${name}-voxel-outside-head`, 'refuses', { column, row, slice })];
    },
  );
}

/** The same of images as they came: the head is where it was before motion is corrected, which takes no time. */
export function misplacedOn(
  series: TimeSeries,
  kind: PerfusionKind,
  overrides: InputOverrides,
): readonly QualityRemark[] {
  if (overrides.aif === null && overrides.vof === null) return [];
  const { grid, reduction, frames } = firstPass(series);
  const mean = meanFrame(frames.map((frame) => reduceInPlane(frame, series.size, reduction)));
  return misplacedRemarks({ grid, reduction, mean, kind }, overrides);
}
