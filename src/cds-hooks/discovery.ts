/** The answer of `GET /cds-services`: one entry for each hook of each service, under the same id. */
import type { HookService } from './hook-service.ts';
import { HOOK_NAMES } from './request.ts';
import type { HookName } from './request.ts';
import { contextSchemas } from './schemas/index.ts';
import { checks } from './validation.ts';

export interface DiscoveredService {
  readonly hook: string;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly usageRequirements?: string;
  readonly prefetch?: Readonly<Record<string, string>>;
}

export interface Discovery {
  readonly services: readonly DiscoveredService[];
}

const TOKEN = /\{\{\s*([^}]*?)\s*\}\}/g;
const USER_TOKENS = ['userPractitionerId', 'userPractitionerRoleId', 'userPatientId', 'userRelatedPersonId'];

/** Root tokens that a client can fill for this hook (rules 46, 47). */
function tokensOf(hook: HookName): ReadonlySet<string> {
  const { properties } = contextSchemas[hook] as { properties: Record<string, { type?: unknown }> };
  const primitive = Object.keys(properties).filter((name) => properties[name]?.type === 'string');
  const user = primitive.includes('userId') ? USER_TOKENS : [];
  return new Set([...primitive.map((name) => `context.${name}`), ...user]);
}

function prefetchFor(hook: HookName, prefetch: HookService['prefetch']): [string, string][] {
  const tokens = tokensOf(hook);
  return Object.entries(prefetch).filter(([, query]) =>
    [...query.matchAll(TOKEN)].every(([, token]) => token !== undefined && tokens.has(token)),
  );
}

function describe(service: HookService, hook: string): DiscoveredService {
  const known = HOOK_NAMES.find((name) => name === hook);
  if (known === undefined) throw new Error(`service '${service.id}' names the hook '${hook}', which is not served`);
  const { id, title, description, usageRequirements } = service;
  const prefetch = prefetchFor(known, service.prefetch);
  return {
    hook,
    id,
    title,
    description,
    ...(usageRequirements === '' ? {} : { usageRequirements }),
    ...(prefetch.length === 0 ? {} : { prefetch: Object.fromEntries(prefetch) }),
  };
}

/** @throws Error when two services share an id, a hook is not served, or the document fails its schema */
export function discover(services: readonly HookService[]): Discovery {
  const ids = services.map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw new Error('two services have the same id');
  const discovery = { services: services.flatMap((service) => service.hooks.map((hook) => describe(service, hook))) };
  const wrong = checks().discovery(discovery);
  if (wrong.length > 0)
    throw new Error(`discovery: ${wrong.map(({ pointer, text }) => `${pointer} ${text}`).join('; ')}`);
  return discovery;
}
