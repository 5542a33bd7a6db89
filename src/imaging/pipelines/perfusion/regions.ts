/** Core and hypoperfused tissue of the ischemic side, and what is measured of them (src/case/perfusion-features.ts). */
import type { Point } from '../../affine.ts';
import { holesFilled, withoutSmallParts } from './morphology.ts';
import type { PerfusionMaps } from './maps.ts';
import { SETTINGS } from './settings.ts';

export type Side = 'left' | 'right' | 'both';

export interface RegionInputs {
  readonly size: Point;
  readonly voxelMl: number;
  /** 1 for brain without fluid and large vessels. */
  readonly tissue: Uint8Array;
  /** 1 on the patient's right. */
  readonly right: Uint8Array;
  readonly maps: Pick<PerfusionMaps, 'tmax' | 'cbf' | 'cbv'>;
  /** A core that was measured otherwise (diffusion), on the same grid; null: by flow; 'unknown': there is none to measure. */
  readonly core: Uint8Array | null | 'unknown';
}

/** How far the thresholds are moved: for intervals. */
export interface Jitter {
  /** Added to every Tmax, s. */
  readonly tmaxSeconds: number;
  /** Multiplies the flow threshold. */
  readonly flowFactor: number;
}

/** Volumes in mL; null: not computable. */
export interface Measured {
  readonly core: number | null;
  readonly tmax4: number;
  readonly tmax6: number;
  readonly tmax8: number;
  readonly tmax10: number;
  readonly tmax14: number;
  readonly veryLowCbv: number | null;
  readonly mismatch: number | null;
  readonly mismatchRatio: number | null;
  readonly hypoperfusionIntensityRatio: number | null;
  readonly cbvIndex: number | null;
}

export interface Regions {
  readonly measured: Measured;
  /** null: nothing is hypoperfused. */
  readonly side: Side | null;
  readonly hypoperfusion: Uint8Array;
  readonly core: Uint8Array;
  /** Core by the stricter flow threshold for very early images, mL; null where the core is not measured by flow. */
  readonly strictCore: number | null;
  /** Mean flow of normal tissue of the other side, mL/100 g/min. */
  readonly referenceFlow: number;
}

const NO_JITTER: Jitter = { tmaxSeconds: 0, flowFactor: 1 };

export function perfusionRegions(inputs: RegionInputs, jitter: Jitter = NO_JITTER): Regions {
  const { size, voxelMl, tissue, right, maps } = inputs;
  const least = (ml: number): number => Math.ceil(ml / voxelMl - 1e-9);
  const above = (seconds: number): Uint8Array => {
    const mask = new Uint8Array(tissue.length);
    for (let at = 0; at < mask.length; at++) {
      if (tissue[at] === 1 && (maps.tmax[at] ?? 0) + jitter.tmaxSeconds > seconds) mask[at] = 1;
    }
    return mask;
  };
  const late = withoutSmallParts(above(SETTINGS.hypoperfusionTmax), size, least(SETTINGS.smallestHypoperfusionMl));
  // Where hardly any blood arrives Tmax is noise: an island of it inside the region belongs to the region.
  const everywhere = holesFilled(late, size).map((x, at) => x & (tissue[at] ?? 0));
  const side = ischemicSide(everywhere, right, voxelMl);
  const counted = (at: number): boolean => side === 'both' || (side === 'right') === (right[at] === 1);
  const onSide = (mask: Uint8Array): Uint8Array =>
    side === null ? new Uint8Array(mask.length) : mask.map((x, at) => (x === 1 && counted(at) ? 1 : 0));
  const volume = (mask: Uint8Array): number => {
    let voxels = 0;
    for (const x of mask) voxels += x;
    return voxels * voxelMl;
  };
  const hypoperfusion = onSide(everywhere);
  const inside = (seconds: number): number => volume(above(seconds).map((x, at) => x & (hypoperfusion[at] ?? 0)));
  const mild = withoutSmallParts(above(SETTINGS.normalTmax), size, least(SETTINGS.smallestHypoperfusionMl));

  const normal = referenceVoxels(inputs, side);
  const referenceFlow = meanOf(maps.cbf, normal);
  const byFlow = (share: number): Uint8Array => {
    const mask = hypoperfusion.map((x, at) =>
      x === 1 && (maps.cbf[at] ?? 0) < share * jitter.flowFactor * referenceFlow ? 1 : 0,
    );
    return withoutSmallParts(mask, size, least(SETTINGS.smallestCoreMl));
  };
  const core =
    inputs.core === 'unknown' ? new Uint8Array(tissue.length) : (inputs.core ?? byFlow(SETTINGS.coreRelativeFlow));
  const coreMl = inputs.core === 'unknown' ? null : volume(core);
  const tmax6 = volume(hypoperfusion);
  const tmax10 = inside(10);
  const lowest = quantileOf(maps.cbv, normal, 0.025);
  const normalVolume = meanOf(maps.cbv, normal);
  const measured: Measured = {
    core: coreMl,
    // Nothing above 6 s: no side is ischemic, and what is mildly late counts on both.
    tmax4: volume(side === null ? mild : onSide(mild)),
    tmax6,
    tmax8: inside(8),
    tmax10,
    tmax14: inside(14),
    veryLowCbv:
      coreMl === null ? null : volume(core.map((x, at) => (x === 1 && (maps.cbv[at] ?? Infinity) < lowest ? 1 : 0))),
    mismatch: coreMl === null ? null : Math.max(0, tmax6 - coreMl),
    mismatchRatio: coreMl === null || coreMl === 0 ? null : tmax6 / coreMl,
    hypoperfusionIntensityRatio: tmax6 === 0 ? null : tmax10 / tmax6,
    cbvIndex: tmax6 === 0 || !(normalVolume > 0) ? null : meanOf(maps.cbv, indices(hypoperfusion)) / normalVolume,
  };
  return {
    measured,
    side,
    hypoperfusion,
    core,
    strictCore: inputs.core === null ? volume(byFlow(SETTINGS.strictCoreRelativeFlow)) : null,
    referenceFlow,
  };
}

function ischemicSide(mask: Uint8Array, right: Uint8Array, voxelMl: number): Side | null {
  let [onRight, onLeft] = [0, 0];
  mask.forEach((x, at) => {
    if (x === 1 && right[at] === 1) onRight += voxelMl;
    else if (x === 1) onLeft += voxelMl;
  });
  if (onRight + onLeft === 0) return null;
  const [lesser, greater] = [Math.min(onRight, onLeft), Math.max(onRight, onLeft)];
  if (lesser >= SETTINGS.bothSidesMl && lesser >= SETTINGS.bothSidesShare * greater) return 'both';
  return onRight > onLeft ? 'right' : 'left';
}

/** Tissue of the other hemisphere (of both, when none or both are ischemic) that fills in time. */
function referenceVoxels({ tissue, right, maps }: RegionInputs, side: Side | null): Int32Array {
  const chosen: number[] = [];
  for (let at = 0; at < tissue.length; at++) {
    if (tissue[at] !== 1 || !((maps.tmax[at] ?? NaN) <= SETTINGS.normalTmax)) continue;
    const isRight = right[at] === 1;
    if (side === null || side === 'both' || isRight !== (side === 'right')) chosen.push(at);
  }
  return Int32Array.from(chosen);
}

function indices(mask: Uint8Array): Int32Array {
  const chosen: number[] = [];
  mask.forEach((x, at) => {
    if (x === 1) chosen.push(at);
  });
  return Int32Array.from(chosen);
}

function meanOf(values: Float32Array, voxels: Int32Array): number {
  let sum = 0;
  for (const at of voxels) sum += values[at] ?? 0;
  return sum / voxels.length;
}

function quantileOf(values: Float32Array, voxels: Int32Array, share: number): number {
  const sorted = Float32Array.from(voxels, (at) => values[at] ?? NaN).sort();
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}
