/** Arterial input and venous output of a study: chosen, or as a reviewer pointed at them. */
import type { QualityRemark } from '../../../case/index.ts';
import type { Point } from '../../affine.ts';
import { headMask } from './brain-mask.ts';
import { curveAround, findArtery, findVein, type ChosenCurve } from './input-functions.ts';
import { vesselCurves, type Prepared } from './prepare.ts';
import { remark } from './quality.ts';

export interface InputFunctions {
  readonly artery: ChosenCurve;
  readonly vein: ChosenCurve | null;
  /** Area of the vein over that of the artery: what partial volume took from the artery; 1 without a vein. */
  readonly scale: number;
  readonly quality: readonly QualityRemark[];
}

/** Voxels on the grid as built, before reduction. */
export interface InputOverrides {
  readonly aif: Point | null;
  readonly vof: Point | null;
}

/** More is no partial volume but a wrong artery. */
const LARGEST_SCALE = 5;

/** {"aif": [120, 80, 6], "vof": [128, 30, 6]}; anything else is taken for no override. */
export function inputOverrides(overrides: Readonly<Record<string, unknown>>): InputOverrides {
  const point = (value: unknown): Point | null =>
    Array.isArray(value) && value.length === 3 && value.every((x) => Number.isInteger(x) && x >= 0)
      ? (value as unknown as Point)
      : null;
  return { aif: point(overrides['aif']), vof: point(overrides['vof']) };
}

/** A voxel that is not there, or in air, is a slip of the person who pointed: what it gives is no input. */
function misplacedRemarks(
  { grid, reduction, mean, kind }: Prepared,
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

export function chooseInputs(
  prepared: Prepared,
  overrides: InputOverrides,
): InputFunctions | { readonly refused: readonly QualityRemark[] } {
  const misplaced = misplacedRemarks(prepared, overrides);
  if (misplaced.length > 0) return { refused: misplaced };
  const { grid, reduction, time, kind } = prepared;
  const working = ([i, j, k]: Point): Point => [Math.floor(i / reduction), Math.floor(j / reduction), k];
  const [atArtery, atVein] = [overrides.aif, overrides.vof].map((point) => (point === null ? null : working(point)));
  const pointed = [atArtery, atVein].filter((point) => point !== null && point !== undefined);
  const curves = vesselCurves(prepared, pointed, grid.size);
  const artery =
    atArtery === null || atArtery === undefined
      ? findArtery(curves, grid.size, time.stepSeconds)
      : curveAround(curves, grid.size, atArtery);
  if (artery === null || artery.shape.peak <= 0) return { refused: [remark('artery-not-found', 'refuses')] };
  const vein =
    atVein === null || atVein === undefined
      ? findVein(curves, grid.size, time.stepSeconds, artery)
      : curveAround(curves, grid.size, atVein);
  // Signal of MR saturates in large vessels: a vein cannot scale an artery there, and flow stays relative.
  const scales = kind === 'ct' && vein !== null;
  const scale = scales ? Math.min(LARGEST_SCALE, Math.max(1, vein.shape.area / artery.shape.area)) : 1;
  const quality: QualityRemark[] = [];
  if (kind === 'mr') quality.push(remark('relative-flow', 'note'));
  else if (vein === null) quality.push(remark('vein-not-found', 'limits'));
  return { artery, vein, scale, quality };
}
