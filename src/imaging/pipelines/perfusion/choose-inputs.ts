/** Arterial input and venous output of a study: chosen, or as a reviewer pointed at them. */
import type { QualityRemark } from '../../../case/index.ts';
import type { Point } from '../../affine.ts';
import { misplacedRemarks, type InputOverrides } from './chosen-voxels.ts';
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

/** More is no partial volume but a wrong artery. */
const LARGEST_SCALE = 5;

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
