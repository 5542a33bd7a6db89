export { DIFFUSION_PIPELINE, DIFFUSION_VERSION, diffusionPipeline } from './diffusion-pipeline.ts';
