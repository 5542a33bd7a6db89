export { buildStrokeCase, type BuildOptions } from './build-stroke-case.ts';
export { observationCodes } from './observation-codes.ts';
export { LESION_FEATURE_SYSTEM } from './ischemic-lesion.ts';
