export type { AuditConfig, Config, Deadlines, Problem } from './config.ts';
export { DEFAULTS } from './defaults.ts';
export type { ImagingConfig } from './imaging-config.ts';
export { describeProblems, loadConfig, readConfig, type ConfigFile, type LoadResult } from './load-config.ts';
