/**
 * Access tokens of a backend service (SMART App Launch 2.2, "Backend Services"): the client proves itself with a signed
 * assertion (private_key_jwt). Tokens live in memory only.
 */
import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT, type JWK } from 'jose';
import type { Instant } from '../../case/index.ts';
import type { RequestLimits } from '../../outgoing/bounded-request.ts';
import { fhirRequest } from './fhir-request.ts';
import { WriteFailure } from './write-failure.ts';

export interface BackendServiceOptions extends RequestLimits {
  /** Normalized base of the FHIR server; its authorization server is found at `.well-known/smart-configuration`. */
  readonly fhirBase: string;
  readonly clientId: string;
  /** Private key with `kid`: RSA for RS384, P-384 for ES384. */
  readonly privateJwk: JWK;
  /** 'system/Observation.cu …' */
  readonly scope: string;
  readonly now: () => Instant;
  /** Accept a token endpoint without TLS; for development only. */
  readonly allowInsecureHttp?: boolean;
}

export interface AccessTokens {
  /** A token that is good for another half minute at least. @throws WriteFailure 'no-token' and the failures of requests */
  readonly token: (signal: AbortSignal) => Promise<string>;
  /** To be called when the server refused the token: the next call asks for a new one. */
  readonly forget: (token: string) => void;
}

type Algorithm = 'RS384' | 'ES384';
/** Seconds; the specification allows five minutes. */
const ASSERTION_SECONDS = 240;
/** Milliseconds before its end at which a token is not used any more. */
const EARLY = 30_000;
/** Seconds that a token lives where the server does not say. */
const UNSTATED_LIFE = 60;

/** @throws RangeError for a key that cannot sign: a fault of the configuration */
export function signingAlgorithm({ kty, crv, alg, d, kid }: JWK): Algorithm {
  if (typeof d !== 'string') throw new RangeError('the key of the backend service is not a private JWK');
  if (typeof kid !== 'string') throw new RangeError('the key of the backend service has no kid');
  const fitting: Algorithm | undefined =
    kty === 'RSA' ? 'RS384' : kty === 'EC' && crv === 'P-384' ? 'ES384' : undefined;
  if (fitting === undefined || (alg !== undefined && alg !== fitting)) {
    throw new RangeError('the key of the backend service signs neither RS384 nor ES384');
  }
  return fitting;
}

interface Held {
  readonly token: string;
  readonly until: number;
}

export function createBackendService(options: BackendServiceOptions): AccessTokens {
  const algorithm = signingAlgorithm(options.privateJwk);
  let endpoint: string | undefined;
  let held: Held | undefined;
  let asking: Promise<Held> | undefined;

  async function ask(signal: AbortSignal): Promise<Held> {
    endpoint ??= await tokenEndpoint(options, signal);
    const asked = options.now();
    const { status, json } = await fhirRequest(
      endpoint,
      {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          scope: options.scope,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await assertion(options, algorithm, endpoint),
        }).toString(),
      },
      signal,
      options,
    );
    const { access_token: token, expires_in: seconds } = Object(json) as {
      access_token?: unknown;
      expires_in?: unknown;
    };
    if (status !== 200 || typeof token !== 'string' || token === '') {
      // The endpoint may have moved; the next try looks again.
      endpoint = undefined;
      throw new WriteFailure('no-token', `the authorization server gave no token (HTTP ${status})`);
    }
    const life = typeof seconds === 'number' && seconds > 0 ? seconds : UNSTATED_LIFE;
    return { token, until: asked + 1000 * life - EARLY };
  }

  return {
    token: async (signal) => {
      if (held !== undefined && options.now() < held.until) return held.token;
      // Writers that need a token together share one request.
      asking ??= ask(signal).finally(() => {
        asking = undefined;
      });
      held = await asking;
      return held.token;
    },
    forget: (token) => {
      if (held?.token === token) held = undefined;
    },
  };
}

async function tokenEndpoint(options: BackendServiceOptions, signal: AbortSignal): Promise<string> {
  const { status, json } = await fhirRequest(
    `${options.fhirBase}/.well-known/smart-configuration`,
    { method: 'GET', headers: { accept: 'application/json' } },
    signal,
    options,
  );
  const { token_endpoint: endpoint } = Object(json) as { token_endpoint?: unknown };
  if (status !== 200 || typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
    throw new WriteFailure('no-token', `the FHIR server names no authorization server (HTTP ${status})`);
  }
  const { protocol, username, password } = new URL(endpoint);
  const secure = protocol === 'https:' || (protocol === 'http:' && options.allowInsecureHttp === true);
  if (!secure || username !== '' || password !== '') {
    throw new WriteFailure('no-token', 'the address of the authorization server is not plain https');
  }
  return endpoint;
}

async function assertion(
  { clientId, privateJwk, now }: BackendServiceOptions,
  algorithm: Algorithm,
  endpoint: string,
): Promise<string> {
  const issuedAt = Math.floor(now() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: privateJwk.kid ?? '' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(endpoint)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_SECONDS)
    .sign(await importJWK(privateJwk, algorithm));
}
