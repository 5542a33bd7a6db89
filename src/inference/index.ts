export type { InstalledModel } from './examine-model.ts';
export type { Provider } from './execution-providers.ts';
export type { ModelManifest } from './model-manifest.ts';
export { openModelRegistry, type ModelRegistry, type RegistryOptions } from './model-registry.ts';
export { auditedModels, MODEL_STATES, type ModelReport, type ModelState } from './model-report.ts';
export { MODEL_ROLES, UnknownModelRole, type ModelOrigin, type ModelRole } from './model-roles.ts';
