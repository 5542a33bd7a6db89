/** Every pipeline of the product. A site switches one off by its name. */
import { diffusionPipeline } from './diffusion/index.ts';
import { hemorrhagePipeline } from './hemorrhage/index.ts';
import { perfusionPipeline } from './perfusion/index.ts';
import type { Pipeline } from './pipeline.ts';

export const PIPELINES: readonly Pipeline[] = [hemorrhagePipeline(), perfusionPipeline(), diffusionPipeline()];
