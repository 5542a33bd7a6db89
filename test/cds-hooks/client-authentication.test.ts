import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import { createClientAuthenticator, REFUSAL_REASONS } from '../../src/cds-hooks/client-authentication.ts';
import type { AuthenticatorOptions } from '../../src/cds-hooks/client-authentication.ts';
import { anonymousDevelopmentClient } from '../../src/cds-hooks/client-authentication.ts';
import { Unauthenticated } from '../../src/cds-hooks/problem.ts';
import type { TrustedClient } from '../../src/cds-hooks/trusted-client.ts';
import { memoryJtiStore } from './support/harness.ts';
import { hasSharedData, readShared } from './support/shared-data.ts';
import { createSigner, ISSUER, NOW, SERVICE_URL, sign, trustedClient } from './support/tokens.ts';
import type { TokenChanges } from './support/tokens.ts';

const signer = await createSigner();
const rsa = await createSigner('RS384', 'rsa-1');

function authenticator(client: Partial<TrustedClient> = {}, options: Partial<AuthenticatorOptions> = {}) {
  return createClientAuthenticator({
    clients: [trustedClient({ keys: { jwks: { keys: [...signer.jwks.keys, ...rsa.jwks.keys] } }, ...client })],
    jtiStore: memoryJtiStore(),
    clock: () => instantFromEpoch(NOW * 1000),
    ...options,
  });
}

/** The reason code of the refusal, or the id of the client that was accepted. */
async function outcome(
  authorization: string | undefined,
  client: Partial<TrustedClient> = {},
  options: Partial<AuthenticatorOptions> = {},
): Promise<string> {
  try {
    return (await authenticator(client, options).authenticate(authorization, [SERVICE_URL])).id;
  } catch (error) {
    if (error instanceof Unauthenticated) return error.reason;
    throw error;
  }
}

async function bearer(changes: TokenChanges = {}, by = signer): Promise<string> {
  return `Bearer ${await sign(by, SERVICE_URL, changes)}`;
}

/** A token without a signature, for what no signer would make. */
function unsigned(header: object, claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `Bearer ${encode(header)}.${encode(claims)}.`;
}

const CLAIMS = { iss: ISSUER, aud: SERVICE_URL, iat: NOW, exp: NOW + 300, jti: 'a' };

describe('client authentication refuses', () => {
  it.each([
    ['no header', undefined, 'no-token'],
    ['another scheme', 'Basic dXNlcjpwYXNz', 'malformed'],
    ['something that is no JWT', 'Bearer abc', 'malformed'],
    ['an oversized token', `Bearer ${'a'.repeat(9000)}`, 'malformed'],
  ])('%s', async (_name, authorization, reason) => {
    expect(await outcome(authorization)).toBe(reason);
  });

  it('a token without signature (alg none)', async () => {
    expect(await outcome(unsigned({ alg: 'none', typ: 'JWT', kid: 'key-1' }, CLAIMS))).toBe('algorithm');
  });

  it.each([[5], [{}], [['JWT']], [null]])('a type that is no text: %j', async (typ) => {
    expect(await outcome(unsigned({ alg: 'ES384', kid: 'key-1', typ }, CLAIMS))).toBe('header');
  });

  it('a symmetric algorithm, whatever the key', async () => {
    expect(await outcome(unsigned({ alg: 'HS256', typ: 'JWT', kid: 'key-1' }, CLAIMS))).toBe('algorithm');
    expect(() => authenticator({ algorithms: ['HS256'] })).toThrow(/never accepted/);
    expect(() => authenticator({ algorithms: ['none'] })).toThrow(/never accepted/);
  });

  it('an algorithm that the client did not agree', async () => {
    expect(await outcome(await bearer({}, rsa), { algorithms: ['ES384'] })).toBe('algorithm');
  });

  it.each<[string, TokenChanges, string]>([
    ['an unknown issuer', { claims: { iss: 'https://evil.example' } }, 'issuer'],
    ['no issuer', { claims: { iss: undefined } }, 'issuer'],
    ['an audience that is not the exact URL', { claims: { aud: `${SERVICE_URL}/` } }, 'audience'],
    ['no audience', { claims: { aud: undefined } }, 'audience'],
    ['an expired token', { claims: { iat: NOW - 400, exp: NOW - 31 } }, 'expired'],
    ['no expiry', { claims: { exp: undefined } }, 'claims'],
    ['no time of issue', { claims: { iat: undefined } }, 'claims'],
    ['a time of issue in the future', { claims: { iat: NOW + 31, exp: NOW + 200 } }, 'not-yet-valid'],
    ['a token that is not valid yet', { claims: { nbf: NOW + 31 } }, 'not-yet-valid'],
    ['a token that lives too long', { claims: { exp: NOW + 901 } }, 'lifetime'],
    ['no token id', { claims: { jti: undefined } }, 'claims'],
    ['an empty token id', { claims: { jti: '' } }, 'claims'],
    ['a numeric token id', { claims: { jti: 5 } }, 'claims'],
    ['an unknown key id', { header: { kid: 'other' } }, 'no-key'],
    ['no key id', { header: { kid: undefined } }, 'header'],
    ['another type', { header: { typ: 'at+jwt' } }, 'header'],
    ['no type', { header: { typ: undefined } }, 'header'],
  ])('%s', async (_name, changes, reason) => {
    expect(await outcome(await bearer(changes))).toBe(reason);
    expect(REFUSAL_REASONS).toContain(reason);
  });

  it('a signature by another key of the same name', async () => {
    const thief = await createSigner('ES384', 'key-1');
    expect(await outcome(await bearer({}, thief))).toBe('signature');
  });

  it('a subject or tenant that is not on the trust record', async () => {
    expect(await outcome(await bearer({ claims: { sub: 'other' } }), { subject: 'client-1' })).toBe('subject');
    expect(await outcome(await bearer(), { subject: 'client-1' })).toBe('subject');
    expect(await outcome(await bearer({ claims: { tenant: 'b' } }), { tenants: ['a'] })).toBe('tenant');
    expect(await outcome(await bearer(), { tenants: ['a'] })).toBe('tenant');
  });

  it('a token that was used before, and only a verified one uses up its id', async () => {
    const jtiStore = memoryJtiStore();
    const token = await bearer({ claims: { jti: 'once' } });
    const forged = await bearer({ claims: { jti: 'once' } }, await createSigner('ES384', 'key-1'));
    expect(await outcome(forged, {}, { jtiStore })).toBe('signature');
    expect(await outcome(token, {}, { jtiStore })).toBe('example-ehr');
    expect(await outcome(token, {}, { jtiStore })).toBe('replay');
  });

  it('trust records that one token could match', () => {
    const client = trustedClient({ keys: { jwks: signer.jwks } });
    const twins = [client, { ...client, id: 'twin' }];
    const told = [
      { ...client, tenants: ['a'] },
      { ...client, id: 'twin', tenants: ['b'] },
    ];
    expect(() => authenticator({}, { clients: twins })).toThrow(/cannot be told apart/);
    expect(() => authenticator({}, { clients: told })).not.toThrow();
  });

  it('everyone, when no client is trusted and nobody said that it runs open', async () => {
    expect(await outcome(await bearer(), {}, { clients: [] })).toBe('issuer');
  });

  it('open mode beside trusted clients', () => {
    const anonymous = anonymousDevelopmentClient({ fhirServers: [], origins: [] });
    expect(() => authenticator({}, { anonymous })).toThrow(/exclude each other/);
  });
});

describe('client authentication accepts', () => {
  it('ES384 and RS384 with a static key set', async () => {
    expect(await outcome(await bearer())).toBe('example-ehr');
    expect(await outcome(await bearer({}, rsa))).toBe('example-ehr');
  });

  it('the defaults ES384 and RS384 when the client lists no algorithm', async () => {
    expect(await outcome(await bearer(), { algorithms: [] })).toBe('example-ehr');
  });

  it('one audience among several, and a configured one', async () => {
    expect(await outcome(await bearer({ claims: { aud: ['https://else.example', SERVICE_URL] } }))).toBe('example-ehr');
    const aud = 'https://proxy.example/cds';
    expect(await outcome(await bearer({ claims: { aud } }), { audiences: [aud] })).toBe('example-ehr');
  });

  it("Epic's not-before of five minutes before issue, and its 15 minutes of life", async () => {
    const claims = { nbf: NOW - 300, exp: NOW + 900, sub: 'client-1' };
    expect(await outcome(await bearer({ claims }), { subject: 'client-1' })).toBe('example-ehr');
  });

  it('clocks that differ by up to 30 seconds', async () => {
    expect(await outcome(await bearer({ claims: { iat: NOW + 29, exp: NOW + 300 } }))).toBe('example-ehr');
    expect(await outcome(await bearer({ claims: { iat: NOW - 300, exp: NOW - 29 } }))).toBe('example-ehr');
  });

  it('the right one of two installations with the same issuer', async () => {
    const client = trustedClient({ keys: { jwks: signer.jwks } });
    const clients = [
      { ...client, id: 'a', tenants: ['a'] },
      { ...client, id: 'b', tenants: ['b'] },
    ];
    expect(await outcome(await bearer({ claims: { tenant: 'b' } }), {}, { clients })).toBe('b');
  });

  it('everyone as the anonymous client in open mode', async () => {
    const anonymous = anonymousDevelopmentClient({ fhirServers: [], origins: [] });
    expect(await outcome(undefined, {}, { clients: [], anonymous })).toBe('anonymous-development-client');
  });

  it('remembers the token id until the token can no longer be accepted', async () => {
    const remembered: unknown[] = [];
    const jtiStore = {
      remember: (...entry: unknown[]) => {
        remembered.push(entry);
        return Promise.resolve(true);
      },
    };
    await outcome(await bearer({ claims: { jti: 'id-1' } }), {}, { jtiStore });
    expect(remembered).toEqual([[ISSUER, 'id-1', (NOW + 300 + 30) * 1000]]);
  });
});

describe('remote key sets', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function keyServer(
    answer: (respond: (status: number, body: string, headers?: Record<string, string>) => void) => void,
  ): Promise<{ jku: string; hits: () => number }> {
    let hits = 0;
    const server = createServer((_req, res) => {
      hits += 1;
      answer((status, body, headers) => res.writeHead(status, headers).end(body));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { jku: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`, hits: () => hits };
  }

  const insecure = { allowInsecureKeySets: true };

  it('must be https', () => {
    expect(() => authenticator({ keys: { jku: 'http://ehr.example.com/jwks' } })).toThrow(/https/);
  });

  it('are fetched once and then cached, and an unknown key id asks again only after the cool-down', async () => {
    const { jku, hits } = await keyServer((respond) => {
      respond(200, JSON.stringify(signer.jwks));
    });
    const guard = authenticator({ keys: { jku } }, insecure);
    for (let call = 0; call < 5; call += 1) await guard.authenticate(await bearer({ header: { jku } }), [SERVICE_URL]);
    for (let call = 0; call < 5; call += 1) {
      const token = await bearer({ header: { kid: 'unknown' } });
      await expect(guard.authenticate(token, [SERVICE_URL])).rejects.toThrow(Unauthenticated);
    }
    expect(hits()).toBe(1);
  });

  it('are never fetched from an address that only the token names', async () => {
    const { jku, hits } = await keyServer((respond) => {
      respond(200, JSON.stringify(signer.jwks));
    });
    const elsewhere = jku.replace('/jwks', '/other');
    expect(await outcome(await bearer({ header: { jku: elsewhere } }), { keys: { jku } }, insecure)).toBe(
      'key-address',
    );
    expect(hits()).toBe(0);
  });

  it('are not followed to another address', async () => {
    const target = await keyServer((respond) => {
      respond(200, JSON.stringify(signer.jwks));
    });
    const { jku } = await keyServer((respond) => {
      respond(302, '', { location: target.jku });
    });
    expect(await outcome(await bearer(), { keys: { jku } }, insecure)).toBe('keys-unavailable');
    expect(target.hits()).toBe(0);
  });

  it.each<[string, number, string]>([
    ['too large', 200, JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) })],
    ['not JSON', 200, '<html>'],
    ['an error', 500, ''],
  ])('that are %s verify nothing', async (_name, status, body) => {
    const { jku } = await keyServer((respond) => {
      respond(status, body);
    });
    expect(await outcome(await bearer(), { keys: { jku } }, insecure)).toBe('keys-unavailable');
  });

  it('that do not answer in time verify nothing', async () => {
    const { jku } = await keyServer(() => undefined);
    expect(await outcome(await bearer(), { keys: { jku } }, { ...insecure, timeout: 50 })).toBe('keys-unavailable');
  });
});

describe.skipIf(!hasSharedData)('the worked example of the specification', () => {
  interface Vector {
    readonly jwt: string;
    readonly jwks: { readonly keys: readonly Record<string, unknown>[] };
  }
  const url = 'https://cds.example.org/cds-services/some-service';

  async function vectorOutcome(now: number): Promise<string> {
    const { jwt, jwks } = readShared('jwt-vector/spec-jwt-es384.json') as Vector;
    const tenants = ['2ddd6c3a-8e9a-44c6-a305-52111ad302a2'];
    const client = { issuer: 'https://fhir-ehr.example.com/', keys: { jwks }, tenants, maxTokenLifetimeSeconds: 1e9 };
    const guard = authenticator(client, { clock: () => instantFromEpoch(now * 1000) });
    return guard.authenticate(`Bearer ${jwt}`, [url]).then(
      ({ id }) => id,
      (error: unknown) => (error instanceof Unauthenticated ? error.reason : 'other'),
    );
  }

  it('is expired today', async () => {
    expect(await vectorOutcome(NOW)).toBe('expired');
  });

  it('#127 verifies at the time of its issue', async () => {
    expect(await vectorOutcome(1_311_280_970)).toBe('example-ehr');
  });
});
