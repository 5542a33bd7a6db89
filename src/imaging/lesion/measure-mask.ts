/** From a mask file to its features, or to the reason why there are none. */
import { readFile } from 'node:fs/promises';
import type { LesionFeatures } from '../../case/index.ts';
import { binaryMask } from '../binary-mask.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { readNifti } from '../nifti.ts';
import type { ArterialAtlas } from './arterial-atlas.ts';
import { lesionFeatures } from './features.ts';

export type MaskMeasurement =
  | { readonly file: string; readonly state: 'measured' | 'no-lesion'; readonly features: LesionFeatures }
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
    const features = lesionFeatures(binaryMask(readNifti(bytes)), atlas);
    return { file, state: features.lesionPresent === 1 ? 'measured' : 'no-lesion', features };
  } catch (error) {
    if (error instanceof ImageRefusal) return { file, state: 'refused', reason: error.message };
    return { file, state: 'refused', reason: 'the mask could not be measured: an error of this program' };
  }
}
