export { PERFUSION_MODEL } from './deconvolution.ts';
export { PERFUSION_PIPELINE, PERFUSION_VERSION, perfusionPipeline } from './perfusion-pipeline.ts';
export { PERFUSION_QUALITY_CODES, type PerfusionQualityCode } from './quality.ts';
