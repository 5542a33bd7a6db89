export {
  anonymousDevelopmentClient,
  createClientAuthenticator,
  DEFAULT_ALGORITHMS,
  REFUSAL_REASONS,
} from './client-authentication.ts';
export { TOPIC_SYSTEM, TOPICS } from './cards.ts';
export type { ResponseMode } from './cards.ts';
export { discover } from './discovery.ts';
export type { Discovery, DiscoveredService } from './discovery.ts';
export { NothingToSay } from './hook-service.ts';
export type { Advice, HookService, InvocationContext } from './hook-service.ts';
export { NON_ADHERENCE_SYSTEM, OVERRIDE_REASONS, overrideReasons, STROKE_OVERRIDE_SYSTEM } from './override-reasons.ts';
export { parseHookRequest } from './parse-request.ts';
export type * from './ports.ts';
export { HttpProblem, operationOutcome, problem, Unauthenticated } from './problem.ts';
export { HOOK_NAMES, hookSubject } from './request.ts';
export type { FhirAuthorization, HookName, HookRequest, HookSubject, HookTrigger } from './request.ts';
export { cdsHooksRouter } from './router.ts';
export type { CdsHooksOptions } from './router.ts';
export type { TrustedClient } from './trusted-client.ts';
