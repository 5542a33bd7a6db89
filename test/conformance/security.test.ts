import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createHarness, hookRequest, PATH } from '../cds-hooks/support/harness.ts';
import type { HarnessOptions } from '../cds-hooks/support/harness.ts';
import { createSigner, NOW, sign, trustedClient } from '../cds-hooks/support/tokens.ts';
import type { TokenChanges } from '../cds-hooks/support/tokens.ts';

async function status(changes: TokenChanges, options: HarnessOptions = {}): Promise<number> {
  return (await createHarness(options).post(PATH, hookRequest(), changes)).status;
}

function withClient(changes: Partial<Parameters<typeof trustedClient>[0]>): HarnessOptions {
  const keys = { jwks: createHarness().signer.jwks };
  return { router: { clients: [trustedClient({ keys, ...changes })] } };
}

describe('1.11 client authentication', () => {
  it('#63 #122 answers a refusal with a bare 401, whatever the reason', async () => {
    const harness = createHarness();
    const answers = [
      await request(harness.app).post(PATH).send(hookRequest()),
      await harness.post(PATH, hookRequest(), { claims: { iss: 'https://evil.example' } }),
      await harness.post(PATH, hookRequest(), { claims: { exp: NOW - 60, iat: NOW - 100 } }),
      await harness.post(PATH, hookRequest(), { header: { kid: 'unknown' } }),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.text, answer.get('www-authenticate')]).toEqual([401, '', 'Bearer']);
    }
    expect(harness.logs()).toContain('"reason":"issuer"');
  });

  it('#112 #113 asks for a token at every call that may expose patient data', async () => {
    const { app } = createHarness();
    expect((await request(app).post(PATH).send(hookRequest())).status).toBe(401);
    expect((await request(app).post(`${PATH}/feedback`).send({ feedback: [] })).status).toBe(401);
  });

  it('#114 needs alg, kid and typ', async () => {
    expect(await status({ header: { kid: undefined } })).toBe(401);
    expect(await status({ header: { typ: undefined } })).toBe(401);
    expect(await status({ header: { typ: 'JOSE' } })).toBe(401);
  });

  it.each(['iss', 'aud', 'exp', 'iat', 'jti'])('#115 needs the claim %s', async (name) => {
    expect(await status({ claims: { [name]: undefined } })).toBe(401);
  });

  it('#115 takes an array of audiences with the exact address in it', async () => {
    const url = `https://cds.example.org${PATH}`;
    expect(await status({ claims: { aud: ['https://else.example', url] } })).toBe(200);
    expect(await status({ claims: { aud: [`${url}?a=1`, 'https://cds.example.org'] } })).toBe(401);
  });

  it('#116 accepts allow-listed issuers and key addresses only', async () => {
    const keys = { jku: 'https://ehr.example.com/jwks' };
    const fetched: string[] = [];
    const keySource = {
      fetch: (url: string | URL | Request) => {
        fetched.push(url instanceof Request ? url.url : String(url));
        return Promise.resolve(new Response(JSON.stringify(createHarness().signer.jwks)));
      },
    };
    const options = { router: { clients: [trustedClient({ keys })], keySource } };
    expect(await status({ claims: { iss: 'https://evil.example' } }, options)).toBe(401);
    expect(await status({ header: { jku: 'https://evil.example/jwks' } }, options)).toBe(401);
    expect(fetched).toEqual([]);
    expect(await status({ header: { jku: keys.jku } }, options)).toBe(200);
    expect(fetched).toEqual([keys.jku]);
  });

  it('#117 takes keys that were arranged out of band', async () => {
    expect(await status({ header: { jku: undefined } })).toBe(200);
  });

  it('#118 takes ES384 and RS384, as the trust record says', async () => {
    const rsa = await createSigner('RS384', 'rsa-1');
    const url = `https://cds.example.org${PATH}`;
    const call = async (algorithms: string[]): Promise<number> => {
      const { app } = createHarness(withClient({ keys: { jwks: rsa.jwks }, algorithms }));
      const authorization = `Bearer ${await sign(rsa, url)}`;
      return (await request(app).post(PATH).set('authorization', authorization).send(hookRequest())).status;
    };
    expect([await call(['ES384', 'RS384']), await call(['ES384'])]).toEqual([200, 401]);
  });

  it('#119 never takes alg none or a symmetric algorithm', async () => {
    expect(() => createHarness(withClient({ algorithms: ['HS384'] }))).toThrow(/never accepted/);
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const [, claims = ''] = (await createHarness().token(PATH)).split('.');
    for (const alg of ['none', 'HS256', 'HS384']) {
      const authorization = `Bearer ${encode({ alg, typ: 'JWT', kid: 'key-1' })}.${claims}.`;
      const call = request(createHarness().app).post(PATH).set('authorization', authorization);
      expect((await call.send(hookRequest())).status).toBe(401);
    }
  });

  it('#120 takes a token once', async () => {
    const harness = createHarness();
    const claims = { jti: 'ee22b021-e1b7-4611-ba5b-8eec6a33ac1e' };
    expect((await harness.post(PATH, hookRequest(), { claims })).status).toBe(200);
    expect((await harness.post(PATH, hookRequest(), { claims })).status).toBe(401);
  });

  it('#120 takes the tenants of the trust record only', async () => {
    const options = withClient({ tenants: ['a'] });
    expect(await status({ claims: { tenant: 'a' } }, options)).toBe(200);
    expect(await status({ claims: { tenant: 'b' } }, options)).toBe(401);
  });

  it('#121 keeps the token out of record and log', async () => {
    const harness = createHarness();
    const token = await harness.token(PATH);
    const call = request(harness.app).post(PATH).set('authorization', `Bearer ${token}`);
    expect((await call.send(hookRequest())).status).toBe(200);
    for (const part of token.split('.')) expect(harness.logs() + JSON.stringify(harness.audits)).not.toContain(part);
  });

  it('#123 bounds the life of a token as the trust record says', async () => {
    const options = withClient({ maxTokenLifetimeSeconds: 300 });
    expect(await status({ claims: { exp: NOW + 300 } }, options)).toBe(200);
    expect(await status({ claims: { exp: NOW + 301 } }, options)).toBe(401);
  });

  it('#124 lets browser clients of the trust records in, by name', async () => {
    const { app } = createHarness();
    const preflight = (origin: string) =>
      request(app).options(PATH).set({
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      });
    const allowed = await preflight('https://browser.example.com');
    expect(allowed.status).toBe(204);
    expect(allowed.get('access-control-allow-origin')).toBe('https://browser.example.com');
    expect(allowed.get('access-control-allow-headers')).toMatch(/authorization.*content-type/);
    expect(allowed.get('access-control-allow-credentials')).toBeUndefined();
    expect((await preflight('https://evil.example')).get('access-control-allow-origin')).toBeUndefined();
  });

  it('#125 records every call of a client, also one that failed', async () => {
    const harness = createHarness();
    await harness.post(PATH, hookRequest());
    await harness.post(PATH, {});
    expect(harness.audits.map(({ clientId, status: code }) => [clientId, code])).toEqual([
      ['example-ehr', 200],
      ['example-ehr', 400],
    ]);
  });
});
