export { EARLY_ISCHEMIA_PIPELINE, EARLY_ISCHEMIA_VERSION, earlyIschemiaPipeline } from './early-ischemia-pipeline.ts';
export { ISCHEMIA_QUALITY_CODES, type IschemiaQualityCode } from './quality.ts';
