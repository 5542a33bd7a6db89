import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import type { TrustedClient } from '../../../src/cds-hooks/trusted-client.ts';

export const BASE_URL = 'https://cds.example.org';
export const ISSUER = 'https://ehr.example.com';
export const FHIR_SERVER = 'https://ehr.example.com/fhir';
/** The instant at which the test clock stands, in seconds. */
export const NOW = Date.parse('2026-11-23T14:00:00Z') / 1000;
export const SERVICE_URL = `${BASE_URL}/cds-services/stroke`;

export interface Signer {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] };
}

export async function createSigner(alg = 'ES384', kid = 'key-1'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { alg, kid, privateKey, jwks: { keys: [{ ...jwk, kid, alg, use: 'sig' }] } };
}

export interface TokenChanges {
  readonly header?: Readonly<Record<string, unknown>>;
  /** undefined removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

function without(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** A token that is right in every respect, except for the changes. */
export async function sign(signer: Signer, url: string, changes: TokenChanges = {}): Promise<string> {
  const header = without({ alg: signer.alg, kid: signer.kid, typ: 'JWT', ...changes.header });
  const claims = without({
    iss: ISSUER,
    aud: url,
    iat: NOW,
    exp: NOW + 300,
    jti: randomUUID(),
    ...changes.claims,
  });
  return new SignJWT(claims).setProtectedHeader({ ...header, alg: String(header['alg']) }).sign(signer.privateKey);
}

export function trustedClient(changes: Partial<TrustedClient> & Pick<TrustedClient, 'keys'>): TrustedClient {
  return {
    id: 'example-ehr',
    issuer: ISSUER,
    algorithms: ['ES384', 'RS384'],
    audiences: [],
    tenants: [],
    maxTokenLifetimeSeconds: 900,
    fhirServers: [FHIR_SERVER],
    origins: ['https://browser.example.com'],
    ...changes,
  };
}
