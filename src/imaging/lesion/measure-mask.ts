/** From a mask file to its features, or to the reason why there are none. */
import { readFile } from 'node:fs/promises';
import type { LesionFeatures } from '../../case/index.ts';
import { determinant, spacing } from '../affine.ts';
import { binaryMask, type BinaryMask, sameGrid } from '../binary-mask.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { type NiftiImage, readNifti } from '../nifti.ts';
import type { ArterialAtlas } from './arterial-atlas.ts';
import { lesionFeatures } from './features.ts';

export type MaskMeasurement =
  | {
      readonly file: string;
      readonly state: 'measured' | 'no-lesion';
      readonly features: LesionFeatures;
      /** What was done to the mask, or taken on trust. */
      readonly notes: readonly string[];
    }
  | { readonly file: string; readonly state: 'refused'; readonly reason: string };

/** Never throws for a bad file: that is a refusal with a reason that names nothing of the patient. */
export async function measureMask(file: string, atlas: ArterialAtlas): Promise<MaskMeasurement> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return { file, state: 'refused', reason: 'the file cannot be read' };
  }
  try {
    const image = readNifti(bytes);
    const mask = binaryMask(image);
    const features = lesionFeatures(mask, atlas);
    const state = features.lesionPresent === 1 ? 'measured' : 'no-lesion';
    return { file, state, features, notes: notesOn(image, mask, features, atlas) };
  } catch (error) {
    if (error instanceof ImageRefusal) return { file, state: 'refused', reason: error.message };
    return { file, state: 'refused', reason: 'the mask could not be measured: an error of this program' };
  }
}

/** A share of the lesion beyond the grid of the atlas that is worth a word. */
const NOTABLE_LOSS = 0.1;

function notesOn(image: NiftiImage, mask: BinaryMask, features: LesionFeatures, atlas: ArterialAtlas): string[] {
  const notes: string[] = [];
  if (image.space === 'scanner') {
    notes.push('the header names scanner coordinates; the mask is taken to be in MNI space as asked');
  }
  if (sameGrid(mask, atlas)) return notes;
  const steps = spacing(mask.affine).map((step) => Number(step.toPrecision(3)));
  notes.push(`resampled to 1 mm from ${steps.join(' x ')} mm`);
  let voxels = 0;
  for (let at = 0; at < mask.voxels.length; at++) voxels += mask.voxels[at] ?? 0;
  const ml = (voxels * Math.abs(determinant(mask.affine))) / 1000;
  const lost = ml === 0 ? 0 : 1 - features.volumeMl / ml;
  if (lost > NOTABLE_LOSS)
    notes.push(`${Math.round(100 * lost)} % of the lesion lies beyond the atlas and is not measured`);
  return notes;
}
