export type { BinaryMask } from './binary-mask.ts';
export { binaryMask } from './binary-mask.ts';
export { ImageRefusal, type RefusalCode } from './image-refusal.ts';
export { type ArterialAtlas, loadArterialAtlas } from './lesion/arterial-atlas.ts';
export { lesionFeatures } from './lesion/features.ts';
export { ATLAS_DIRECTORY, measureMasks, type MeasureOptions } from './lesion/measure-masks.ts';
export { measureMask, type MaskMeasurement } from './lesion/measure-mask.ts';
export { type NiftiImage, readNifti } from './nifti.ts';
