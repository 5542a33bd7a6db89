/** DWI-FLAIR mismatch: is the diffusion lesion visible on FLAIR? From scanner coordinates to a word with its reasons. */
import type { FindingMethod, QualityRemark } from '../../../../case/index.ts';
import type { InferenceEngine } from '../../../../inference/engine.ts';
import type { Point } from '../../../affine.ts';
import { resampleTo } from '../../../volume/resample.ts';
import type { Grid, Volume } from '../../../volume/volume.ts';
import { median } from '../../perfusion/tissue-mask.ts';
import { placeOfVoxel, runOnSlices } from '../../slice-network.ts';
import { isOff } from '../prepare.ts';
import { diffusionRemark } from '../quality.ts';
import { matchImages, reader, type Match } from './match-images.ts';
import { LESION_AGE } from './settings.ts';
import { signalRatio, type MirrorPlane, type SignalRatio } from './signal-ratio.ts';

export const FLAIR_MODEL = 'flair-lesion';

export type Mismatch = 'present' | 'absent' | 'borderline';

export interface LesionAge {
  /** null: it cannot be told, and the remarks say why. */
  readonly mismatch: Mismatch | null;
  readonly ratio: SignalRatio | null;
  /** Share of the diffusion lesion that the FLAIR network marks; null when it did not run. */
  readonly marked: number | null;
  readonly quality: readonly QualityRemark[];
  readonly model: FindingMethod['model'];
}

export interface LesionAgeInputs {
  /** As acquired. */
  readonly flair: Volume;
  readonly weighted: Volume;
  readonly adc: Volume;
  /** On the grid of the map. */
  readonly lesion: Uint8Array;
  readonly brain: Uint8Array;
  readonly plane: MirrorPlane;
  readonly voxelMl: number;
  /** Grid on which the FLAIR network reads; null without a network. */
  readonly networkGrid: Grid | null;
  readonly sameFrame: boolean;
}

/** @throws InferenceError of the engine but for a network that is not installed or switched off */
export async function lesionAge(
  inputs: LesionAgeInputs,
  engine: InferenceEngine,
  signal: AbortSignal,
): Promise<LesionAge> {
  const { flair, weighted, adc, lesion, brain, plane, voxelMl, networkGrid } = inputs;
  const match = matchImages(weighted, flair, brain);
  const quality = matchRemarks(match, inputs.sameFrame);
  if (quality.some(({ code }) => code === 'flair-not-matched')) {
    return { mismatch: null, ratio: null, marked: null, quality, model: null };
  }
  const read = reader(flair);
  const flairAt = (place: Point): number => read(match.toMoving(place));
  const ratio = signalRatio({ grid: adc, lesion, brain, adc: adc.values, flairAt, plane }, voxelMl);
  const second = networkGrid === null ? null : await secondOpinion(inputs, networkGrid, flairAt, engine, signal);
  const marked = second?.marked ?? null;
  const remarks = [
    ...quality,
    ...(ratio === null ? [diffusionRemark('lesion-too-small-for-flair', 'limits')] : []),
    ...(marked === null ? [diffusionRemark('flair-network-off', 'note')] : []),
  ];
  return {
    mismatch: ratio === null ? null : mismatchOf(ratio, marked),
    ratio,
    marked,
    quality: remarks,
    model: second?.model ?? null,
  };
}

function matchRemarks({ movedMm, agreement }: Match, sameFrame: boolean): QualityRemark[] {
  const figures = { movedMm, agreement };
  if (movedMm > LESION_AGE.mostMovedMm || agreement < LESION_AGE.leastAgreement) {
    return [diffusionRemark('flair-not-matched', 'limits', figures)];
  }
  return sameFrame ? [] : [diffusionRemark('flair-other-frame', 'note', figures)];
}

/** A word only where the interval lies on one side and the network does not contradict. */
export function mismatchOf({ ratio, low, high }: SignalRatio, marked: number | null): Mismatch {
  const limit = LESION_AGE.mismatchBelow;
  if (high < limit) return marked !== null && marked >= LESION_AGE.markedFrom ? 'borderline' : 'present';
  if (low < limit) return 'borderline';
  const contradicted = marked !== null && marked < LESION_AGE.unmarkedBelow && ratio < LESION_AGE.clearRatio;
  return contradicted ? 'borderline' : 'absent';
}

/** Share of the lesion that the network marks on FLAIR without knowing of diffusion. */
async function secondOpinion(
  { adc, lesion, brain }: LesionAgeInputs,
  networkGrid: Grid,
  flairAt: (place: Point) => number,
  engine: InferenceEngine,
  signal: AbortSignal,
): Promise<{ readonly marked: number; readonly model: NonNullable<FindingMethod['model']> } | null> {
  const inside = resampleTo({ ...adc, values: Float32Array.from(brain) }, networkGrid).values;
  const values = Float32Array.from(inside, (share, at) =>
    share >= 0.5 ? flairAt(placeOfVoxel(networkGrid, at)) : NaN,
  );
  const typical = median(values);
  try {
    const { probability, model } = await runOnSlices(engine, {
      model: FLAIR_MODEL,
      input: 'flair',
      // Outside of the brain the network knows zeros only: it was trained on skull-stripped images.
      channels: [values.map((value) => (Number.isNaN(value) ? 0 : value / typical))],
      size: networkGrid.size,
      signal,
    });
    const back = resampleTo({ ...networkGrid, values: probability, unit: '{probability}' }, adc).values;
    let [all, marked] = [0, 0];
    lesion.forEach((voxel, at) => {
      if (voxel !== 1) return;
      all++;
      if ((back[at] ?? 0) >= LESION_AGE.markedProbability) marked++;
    });
    return all === 0 ? null : { marked: marked / all, model };
  } catch (error) {
    if (isOff(error)) return null;
    throw error;
  }
}
