export { DIFFUSION_PIPELINE, DIFFUSION_VERSION, diffusionPipeline, type DiffusionParts } from './diffusion-pipeline.ts';
export { DIFFUSION_QUALITY_CODES } from './quality.ts';
