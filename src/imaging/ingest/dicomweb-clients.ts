/** Who may store images over DICOMweb. */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface DicomWebCaller {
  /** In the log and in the origin of what it sends. */
  readonly name: string;
}

/**
 * @param authorization value of the header
 * @param path that was called, from the root of the service: part of the audience of a signed token
 * @returns null when the caller is not known; the answer is a bare 401
 */
export type DicomWebAuthenticator = (authorization: string | undefined, path: string) => Promise<DicomWebCaller | null>;

export interface StaticTokenClient {
  /** Name in logs and receipts. */
  readonly id: string;
  /** SHA-256 of the bearer token in hexadecimal; the token itself (32 random bytes or more) stays with the client. */
  readonly tokenSha256: string;
}

const DIGEST = /^[0-9a-f]{64}$/i;
const LONGEST_TOKEN = 8_192;

/** Archives and routers send a fixed bearer token. @throws Error when a digest is none or is given twice */
export function staticTokenAuthenticator(clients: readonly StaticTokenClient[]): DicomWebAuthenticator {
  const known = clients.map(({ id, tokenSha256 }) => {
    if (!DIGEST.test(tokenSha256)) throw new Error(`DICOMweb client '${id}': tokenSha256 is no SHA-256 in hexadecimal`);
    return { name: id, digest: Buffer.from(tokenSha256, 'hex') };
  });
  if (new Set(known.map(({ digest }) => digest.toString('hex'))).size < known.length) {
    throw new Error('two DICOMweb clients have the same token');
  }
  return (authorization) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > LONGEST_TOKEN) return Promise.resolve(null);
    const digest = createHash('sha256').update(token).digest();
    // All are compared, so that the time does not tell which one it was.
    const matches = known.filter((client) => timingSafeEqual(client.digest, digest));
    return Promise.resolve(matches[0] ?? null);
  };
}

/** The first one that knows the caller decides: fixed tokens beside signed ones. */
export function anyAuthenticator(authenticators: readonly DicomWebAuthenticator[]): DicomWebAuthenticator {
  return async (authorization, path) => {
    for (const authenticate of authenticators) {
      const caller = await authenticate(authorization, path);
      if (caller !== null) return caller;
    }
    return null;
  };
}

/** Development only: everyone may store. */
export const openDicomWeb: DicomWebAuthenticator = () => Promise.resolve({ name: 'anonymous-development-client' });
