export type { ModelManifest } from './model-manifest.ts';
export { openModelRegistry, type InstalledModel, type ModelRegistry, type ModelReport } from './model-registry.ts';
export type { Provider } from './execution-providers.ts';
