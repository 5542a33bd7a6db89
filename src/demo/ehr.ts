/** The EHR's side of CDS Hooks, as the demo and the benchmark play it: signed tokens, resolved prefetch, hook calls. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export interface EhrKeys {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly algorithm: 'ES384' | 'RS384';
}

export async function createEhrKeys(algorithm: EhrKeys['algorithm']): Promise<EhrKeys> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: algorithm, use: 'sig' };
  return { privateKey, publicJwk, algorithm };
}

/** @param audience the exact URL that is called @param lifetimeSeconds of the token */
export async function signToken(
  keys: EhrKeys,
  issuer: string,
  audience: string,
  lifetimeSeconds = 300,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: keys.algorithm, typ: 'JWT', kid: keys.publicJwk.kid ?? '' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .setJti(randomUUID())
    .sign(keys.privateKey);
}

/** Fills the 2.0 root tokens of a prefetch template; undefined when the context lacks one of them. */
export function fillTemplate(template: string, context: Readonly<Record<string, string>>): string | undefined {
  const names = [...template.matchAll(/\{\{context\.([A-Za-z]+)\}\}/g)].map(([, name = '']) => name);
  if (names.some((name) => context[name] === undefined)) return undefined;
  return names.reduce(
    (filled, name) => filled.replaceAll(`{{context.${name}}}`, encodeURIComponent(context[name] ?? '')),
    template,
  );
}

/** Runs the prefetch queries against the FHIR server, as an EHR does before it calls. */
export async function runPrefetch(
  templates: Readonly<Record<string, string>>,
  context: Readonly<Record<string, string>>,
  fhirServer: string,
  accessToken: string,
): Promise<Record<string, unknown>> {
  const answers = await Promise.all(
    Object.entries(templates).map(async ([key, template]) => {
      const query = fillTemplate(template, context);
      if (query === undefined) return undefined;
      const response = await fetch(`${fhirServer}/${query}`, { headers: { authorization: `Bearer ${accessToken}` } });
      return response.ok ? ([key, await response.json()] as const) : undefined;
    }),
  );
  return Object.fromEntries(answers.filter((answer) => answer !== undefined));
}

export interface HookCall {
  readonly url: string;
  readonly hook: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly prefetch?: Readonly<Record<string, unknown>>;
  readonly fhirServer?: string;
  readonly accessToken?: string;
  readonly acceptLanguage?: string;
}

/** The request body of a hook call. */
export function hookBody(call: HookCall): string {
  const { hook, context, prefetch, fhirServer, accessToken } = call;
  return JSON.stringify({
    hook,
    hookInstance: randomUUID(),
    context,
    ...(prefetch === undefined ? {} : { prefetch }),
    ...(fhirServer === undefined
      ? {}
      : {
          fhirServer,
          fhirAuthorization: {
            access_token: accessToken,
            token_type: 'Bearer',
            expires_in: 300,
            scope: 'user/*.rs',
            subject: 'stroke-cds',
          },
        }),
  });
}

export interface HookAnswer {
  readonly status: number;
  readonly milliseconds: number;
  readonly body: unknown;
}

export async function callHook(keys: EhrKeys, issuer: string, call: HookCall): Promise<HookAnswer> {
  const token = await signToken(keys, issuer, call.url);
  const started = performance.now();
  const response = await fetch(call.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(call.acceptLanguage === undefined ? {} : { 'accept-language': call.acceptLanguage }),
    },
    body: hookBody(call),
  });
  const body: unknown = response.status === 401 ? undefined : await response.json();
  return { status: response.status, milliseconds: performance.now() - started, body };
}
