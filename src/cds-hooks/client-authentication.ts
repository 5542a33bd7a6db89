/**
 * Who is calling: a signed JWT checked against the trust record of its issuer (protocol 1.11, 5.1).
 * The reason of a refusal is a code for the log and the metrics; the caller gets a bare 401.
 */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, ProtectedHeaderParameters } from 'jose';
import type { Instant } from '../case/index.ts';
import { instantFromEpoch } from '../case/index.ts';
import { keySource } from './key-source.ts';
import type { KeySourceOptions } from './key-source.ts';
import type { Clock, JtiStore } from './ports.ts';
import { Unauthenticated } from './problem.ts';
import { oneTokenMatchesBoth } from './trusted-client.ts';
import type { TrustedClient } from './trusted-client.ts';

/** Every reason for a 401; closed, because it labels a metric. */
export const REFUSAL_REASONS = [
  'no-token',
  'malformed',
  'header',
  'algorithm',
  'issuer',
  'subject',
  'tenant',
  'key-address',
  'no-key',
  'keys-unavailable',
  'signature',
  'audience',
  'expired',
  'not-yet-valid',
  'lifetime',
  'claims',
  'replay',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export const DEFAULT_ALGORITHMS: readonly string[] = ['ES384', 'RS384'];
/** Asymmetric only: with a symmetric algorithm the public key would be the signing key. */
const ALLOWED_ALGORITHMS: ReadonlySet<string> = new Set([
  ...['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'],
]);
const LONGEST_TOKEN = 8_192;
const LONGEST_JTI = 512;
/** Seconds by which two clocks may differ. */
const CLOCK_SKEW = 30;

export interface AuthenticatorOptions extends KeySourceOptions {
  readonly clients: readonly TrustedClient[];
  readonly jtiStore: JtiStore;
  readonly clock: Clock;
  /** Open mode, only when told explicitly and without trusted clients: everyone is this client. */
  readonly anonymous?: TrustedClient;
}

export interface VerifiedCaller {
  readonly client: TrustedClient;
  /**
   * Resolves when the token is durably remembered as used; rejects with Unauthenticated 'replay', or with the error of the
   * store. It is written while the advice is computed: nothing may be read, recorded or answered for the caller before.
   */
  readonly tokenIsFresh: Promise<void>;
}

export interface ClientAuthenticator {
  /**
   * @param authorization value of the header
   * @param urls the exact public URLs of what was called
   * @throws Unauthenticated with a reason code
   */
  readonly verify: (authorization: string | undefined, urls: readonly string[]) => Promise<VerifiedCaller>;
  /** `verify`, with the token remembered. @throws Unauthenticated; any other error when the replay store fails */
  readonly authenticate: (authorization: string | undefined, urls: readonly string[]) => Promise<TrustedClient>;
}

/** The client of open mode. It may name only the FHIR servers given here. */
export function anonymousDevelopmentClient(
  options: Pick<TrustedClient, 'fhirServers' | 'origins'> & Partial<Pick<TrustedClient, 'locale' | 'smartLaunchUrl'>>,
): TrustedClient {
  return {
    id: 'anonymous-development-client',
    issuer: 'urn:stroke-cds:anonymous',
    keys: { jwks: { keys: [] } },
    algorithms: [],
    audiences: [],
    tenants: [],
    maxTokenLifetimeSeconds: 0,
    ...options,
  };
}

interface Trust {
  readonly client: TrustedClient;
  readonly keys: JWTVerifyGetKey;
  readonly algorithms: string[];
}

function trust(client: TrustedClient, options: AuthenticatorOptions): Trust {
  const algorithms = client.algorithms.length === 0 ? DEFAULT_ALGORITHMS : client.algorithms;
  const forbidden = algorithms.find((algorithm) => !ALLOWED_ALGORITHMS.has(algorithm));
  if (forbidden !== undefined) throw new Error(`client '${client.id}': the algorithm '${forbidden}' is never accepted`);
  return { client, keys: keySource(client, options), algorithms: [...algorithms] };
}

function refuse(reason: RefusalReason): never {
  throw new Unauthenticated(reason);
}

function tokenOf(authorization: string | undefined): string {
  if (authorization === undefined) return refuse('no-token');
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return token === undefined || token.length > LONGEST_TOKEN ? refuse('malformed') : token;
}

function decode(token: string): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    return refuse('malformed');
  }
}

/** Chooses the trust record; what is read here is unverified until the signature is. */
function choose(trusts: readonly Trust[], claims: JWTPayload): Trust {
  const ofIssuer = trusts.filter(({ client }) => client.issuer === claims.iss);
  if (ofIssuer.length === 0) return refuse('issuer');
  const ofSubject = ofIssuer.filter(({ client }) => client.subject === undefined || client.subject === claims.sub);
  if (ofSubject.length === 0) return refuse('subject');
  const tenant = claims['tenant'];
  const [chosen] = ofSubject.filter(
    ({ client }) => client.tenants.length === 0 || (typeof tenant === 'string' && client.tenants.includes(tenant)),
  );
  return chosen ?? refuse('tenant');
}

function checkHeader(header: ProtectedHeaderParameters, { client, algorithms }: Trust): void {
  if (header.alg === undefined || !algorithms.includes(header.alg)) refuse('algorithm');
  // What a caller put there may be of any type.
  const { kid, typ }: Readonly<Record<string, unknown>> = header;
  if (typeof kid !== 'string' || typeof typ !== 'string' || typ.toUpperCase() !== 'JWT') refuse('header');
  // With static keys nothing is fetched, so the header's address does not matter.
  if ('jku' in client.keys && header.jku !== undefined && header.jku !== client.keys.jku) refuse('key-address');
}

function reasonOf(error: unknown): RefusalReason {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    return error.claim === 'nbf' && error.reason === 'check_failed' ? 'not-yet-valid' : 'claims';
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'no-key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  if (error instanceof errors.JOSENotSupported) return 'header';
  // A time-out, a refused redirect, a broken key set: the token cannot be verified, so it is not accepted.
  return 'keys-unavailable';
}

async function verify(token: string, chosen: Trust, urls: readonly string[], now: Instant): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, chosen.keys, {
      algorithms: chosen.algorithms,
      issuer: chosen.client.issuer,
      audience: [...urls, ...chosen.client.audiences],
      requiredClaims: ['exp', 'iat', 'jti'],
      clockTolerance: CLOCK_SKEW,
      currentDate: new Date(now),
      typ: 'JWT',
    });
    return payload;
  } catch (error) {
    return refuse(reasonOf(error));
  }
}

/** @returns the token id and the instant after which it can no longer be replayed */
function checkLifetime(claims: JWTPayload, client: TrustedClient, now: Instant): { jti: string; expiresAt: Instant } {
  const { exp, iat, jti } = claims;
  if (typeof exp !== 'number' || typeof iat !== 'number') return refuse('claims');
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return refuse('claims');
  if (iat > now / 1000 + CLOCK_SKEW) return refuse('not-yet-valid');
  if (exp <= iat || exp - iat > client.maxTokenLifetimeSeconds) return refuse('lifetime');
  return { jti, expiresAt: instantFromEpoch((exp + CLOCK_SKEW) * 1000) };
}

function checkDistinct(clients: readonly TrustedClient[]): void {
  for (const [index, client] of clients.entries()) {
    const twin = clients.slice(index + 1).find((other) => other.id === client.id || oneTokenMatchesBoth(client, other));
    if (twin !== undefined) throw new Error(`clients '${client.id}' and '${twin.id}' cannot be told apart`);
  }
}

/** @throws Error when trust records overlap, allow a forbidden algorithm, or are combined with open mode */
export function createClientAuthenticator(options: AuthenticatorOptions): ClientAuthenticator {
  const { clients, jtiStore, clock, anonymous } = options;
  if (anonymous !== undefined) {
    if (clients.length > 0) throw new Error('open mode and trusted clients exclude each other');
    const caller = { client: anonymous, tokenIsFresh: Promise.resolve() };
    return { verify: () => Promise.resolve(caller), authenticate: () => Promise.resolve(anonymous) };
  }
  checkDistinct(clients);
  const trusts = clients.map((client) => trust(client, options));
  const remember = async (client: TrustedClient, jti: string, expiresAt: Instant): Promise<void> => {
    if (!(await jtiStore.remember(client.issuer, jti, expiresAt))) refuse('replay');
  };
  const authenticator: ClientAuthenticator = {
    async verify(authorization, urls) {
      const token = tokenOf(authorization);
      const { header, claims } = decode(token);
      const chosen = choose(trusts, claims);
      checkHeader(header, chosen);
      const now = clock();
      const verified = await verify(token, chosen, urls, now);
      const { jti, expiresAt } = checkLifetime(verified, chosen.client, now);
      // Last, so that a forged token cannot use up the id of a real one.
      const tokenIsFresh = remember(chosen.client, jti, expiresAt);
      // Who awaits it gets the rejection; until then it must not end the process.
      tokenIsFresh.catch(() => undefined);
      return { client: chosen.client, tokenIsFresh };
    },
    async authenticate(authorization, urls) {
      const { client, tokenIsFresh } = await authenticator.verify(authorization, urls);
      await tokenIsFresh;
      return client;
    },
  };
  return authenticator;
}
