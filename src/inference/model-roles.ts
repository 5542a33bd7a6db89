/** What a model may do at this site. Activation is a deliberate act: a line in the configuration, recorded at start. */
import type { ModelManifest } from './model-manifest.ts';

export const MODEL_ROLES = ['active', 'shadow', 'off'] as const;
/** `active`: its statements are shown. `shadow`: computed and recorded, never shown. `off`: not loaded. */
export type ModelRole = (typeof MODEL_ROLES)[number];

/** `shipped` with this product; `site`: trained or installed by the site, in a directory of its own. */
export type ModelOrigin = 'shipped' | 'site';

/** A role for a model that is not installed: most likely a mistyped name, which would leave the real one as it was. */
export class UnknownModelRole extends Error {
  override readonly name = 'UnknownModelRole';

  constructor(names: readonly string[]) {
    super(`modelRoles names ${names.map((name) => `'${name}'`).join(', ')}, which is not installed`);
  }
}

/**
 * @returns null for a model without a family whose manifest names no role: imaging models and tools are used as they are. An
 *   imaging model that says `shadow` has missed a target of its card and is not used until the site switches it on.
 */
export function roleOf(
  { family, role }: Pick<ModelManifest, 'family' | 'role'>,
  origin: ModelOrigin,
  configured: ModelRole | undefined,
): ModelRole | null {
  if (configured !== undefined) return configured;
  if (family === undefined) return role ?? null;
  // What a site puts there begins in the shadow, whatever its own manifest claims.
  return origin === 'site' ? 'shadow' : (role ?? 'shadow');
}
