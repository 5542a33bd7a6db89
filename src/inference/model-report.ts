/** What became of a model folder: for the terminal, the health page and the audit record of the start. */
import type { FailedProvider, Provider } from './execution-providers.ts';
import type { ModelManifest } from './model-manifest.ts';
import type { ModelOrigin, ModelRole } from './model-roles.ts';

export const MODEL_STATES = [
  'verified',
  'damaged',
  'missing-file',
  'invalid-manifest',
  'unloadable',
  'refused',
] as const;
/**
 * `damaged`: a file differs from its digest. `unloadable`: no provider loads it, or the graph is not as declared.
 * `refused`: in order, but it may not have the role that the configuration gives it.
 */
export type ModelState = (typeof MODEL_STATES)[number];

export interface ModelReport {
  /** Name of the folder. */
  readonly name: string;
  readonly version: string | null;
  /** Null when the manifest could not be read. */
  readonly kind: ModelManifest['kind'] | null;
  readonly family: ModelManifest['family'] | null;
  readonly origin: ModelOrigin;
  /** Null without a family, or when the manifest could not be read and no role is configured. */
  readonly role: ModelRole | null;
  /** Trained on simulated data. */
  readonly simulated: boolean;
  readonly state: ModelState;
  /** Why it is not verified; no patient data. */
  readonly reason: string | null;
  /** SHA-256 of the graph; goes into every statement made with it. */
  readonly digest: string | null;
  /** SHA-256 of model.json, which names the digest of every other file: it stands for the whole model. */
  readonly manifestDigest: string | null;
  /** The provider that really loaded; null for imaging models, whose sessions live in processes of their own. */
  readonly provider: Provider | null;
  readonly failedProviders: readonly FailedProvider[];
}

/** What the audit record of a start keeps of each model: which it was, and what it was allowed to do. */
export type AuditedModel = Pick<
  ModelReport,
  'name' | 'version' | 'family' | 'origin' | 'role' | 'simulated' | 'state' | 'digest' | 'manifestDigest'
>;

export function auditedModels(reports: readonly ModelReport[]): readonly AuditedModel[] {
  return reports.map(({ name, version, family, origin, role, simulated, state, digest, manifestDigest }) => {
    return { name, version, family, origin, role, simulated, state, digest, manifestDigest };
  });
}
