export {
  InferenceError,
  type Datatype,
  type InferenceAnswer,
  type InferenceEngine,
  type InferenceErrorCode,
  type InferenceRequest,
  type Tensor,
} from './engine.ts';
export type { InstalledModel } from './examine-model.ts';
export type { Provider, SessionSettings } from './execution-providers.ts';
export type { DetectionFloor, ImageSpace, ModelManifest } from './model-manifest.ts';
export { openModelRegistry, type ModelRegistry, type RegistryOptions } from './model-registry.ts';
export { auditedModels, MODEL_STATES, type ModelReport, type ModelState } from './model-report.ts';
export { MODEL_ROLES, UnknownModelRole, type ModelOrigin, type ModelRole } from './model-roles.ts';
export {
  createProcessEngine,
  type ModelStatus,
  type ProcessEngine,
  type ProcessEngineOptions,
  type ProcessEngineStatus,
} from './process-engine.ts';
export { createFallbackEngine, type FallbackOptions } from './fallback-engine.ts';
export {
  createKserveEngine,
  type KserveEngine,
  type KserveEngineOptions,
  type KserveStatus,
  type RemoteModel,
} from './kserve-engine.ts';
