/** Public keys of a trusted client: a static set, or its allow-listed JWKS address. */
import { createLocalJWKSet, createRemoteJWKSet, customFetch } from 'jose';
import type { FetchImplementation, JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { TrustedClient } from './trusted-client.ts';

export interface KeySourceOptions {
  /** Injectable transport; default the global fetch. */
  readonly fetch?: typeof fetch;
  /** Allow http:// key addresses: local development only. Default false. */
  readonly allowInsecureKeySets?: boolean;
  /** Milliseconds until a key request is given up. Default 3000. */
  readonly timeout?: number;
  /** Milliseconds between two requests caused by an unknown `kid`. Default 30000. */
  readonly coolDown?: number;
  /** Milliseconds for which a key set is used without asking again. Default 10 minutes. */
  readonly maxAge?: number;
}

/** A key set of an EHR has a few keys; anything near this size is no key set. */
const MOST_BYTES = 256 * 1024;

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > MOST_BYTES) throw new Error('the key set is too large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** No redirects: an address that was not allow-listed must not supply keys. */
function boundedFetch(transport: typeof fetch): FetchImplementation {
  return async (url, options) => {
    const response = await transport(url, { ...options, redirect: 'error' });
    return new Response(await readBounded(response), {
      status: response.status,
      headers: { 'content-type': 'application/json' },
    });
  };
}

/** @throws Error when the address is not https and http was not allowed */
export function keySource(client: TrustedClient, options: KeySourceOptions = {}): JWTVerifyGetKey {
  if ('jwks' in client.keys) return createLocalJWKSet(structuredClone(client.keys.jwks) as unknown as JSONWebKeySet);
  const address = new URL(client.keys.jku);
  if (address.protocol !== 'https:' && options.allowInsecureKeySets !== true) {
    throw new Error(`client '${client.id}': the key address must be https`);
  }
  return createRemoteJWKSet(address, {
    timeoutDuration: options.timeout ?? 3_000,
    cooldownDuration: options.coolDown ?? 30_000,
    cacheMaxAge: options.maxAge ?? 600_000,
    [customFetch]: boundedFetch(options.fetch ?? fetch),
  });
}
