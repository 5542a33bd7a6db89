export { HEMORRHAGE_PIPELINE, HEMORRHAGE_VERSION, hemorrhagePipeline } from './hemorrhage-pipeline.ts';
export { HEMORRHAGE_NETWORKS } from './networks.ts';
export { HEMORRHAGE_QUALITY_CODES, type HemorrhageQualityCode } from './plausibility.ts';
