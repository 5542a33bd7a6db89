export { buildStrokeCase, type BuildOptions } from './build-stroke-case.ts';
export { observationCodes } from './observation-codes.ts';
