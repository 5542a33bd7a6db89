/** Ways in as the configuration opens them: senders that sign their requests, and the DICOM port behind TLS. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEhrKeys, type EhrKeys } from '../../src/demo/ehr.ts';
import { dimseTls, seriesRules } from '../../src/site-files.ts';
import { ctSeries } from '../support/dicom-files.ts';
import { PUBLIC_URL, startService, STORY_TIME, type TestService } from '../support/service.ts';
import { stow } from '../support/stow.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-senders-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const ISSUER = 'https://router.example.org';
const SLICES = ctSeries({ size: [8, 8, 2] });

describe('a sender that signs', () => {
  let keys: EhrKeys;
  let service: TestService;
  beforeAll(async () => {
    keys = await createEhrKeys('ES384');
    const signer = { id: 'router', issuer: ISSUER, keys: { jwks: { keys: [keys.publicJwk] } } };
    service = await startService({ imaging: { signingSenders: [signer] } });
  });
  afterAll(() => service.close());

  const token = (audience: string, issuer = ISSUER): Promise<string> =>
    new SignJWT({})
      .setProtectedHeader({ alg: keys.algorithm, typ: 'JWT', kid: keys.publicJwk.kid ?? '' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(Math.floor(STORY_TIME / 1000))
      .setExpirationTime(Math.floor(STORY_TIME / 1000) + 300)
      .setJti(randomUUID())
      .sign(keys.privateKey);

  it('is known by a token for the address that it calls, once', async () => {
    const own = await token(`${PUBLIC_URL}/dicom-web/studies`);
    expect((await stow(service.url(), SLICES, own)).status).toBe(200);
    const rows = await service.database.sql.selectFrom('image_instance').select('peer').execute();
    expect(rows).toEqual([{ peer: 'router' }, { peer: 'router' }]);
    expect((await stow(service.url(), SLICES, own)).status).toBe(401);
  });

  it('is not known by a token for another address, of another issuer, or of the EHR', async () => {
    const others = [
      await token(`${PUBLIC_URL}/cds-services/acute-stroke`),
      await token(`${PUBLIC_URL}/dicom-web/studies`, 'https://other.example.org'),
      await service.token('/dicom-web/studies'),
    ];
    for (const other of others) expect((await stow(service.url(), SLICES, other)).status).toBe(401);
    expect((await stow(service.url(), SLICES)).status).toBe(401);
  });
});

const noOpenssl = existsSync('/usr/bin/openssl') ? null : 'openssl is not installed';
describe.skipIf(noOpenssl !== null)('the DICOM port behind TLS', () => {
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const files = { certificateFile, keyFile, clientAuthorityFile: certificateFile };
  beforeAll(() => {
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const out = ['-keyout', keyFile, '-out', certificateFile];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...names, ...out], { stdio: 'ignore' });
  });

  /** Answers whether the other side let us in: it says no only after our part of the handshake. */
  const letsIn = (port: number, options: ConnectionOptions): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(certificateFile), ...options });
      const wait = setTimeout(() => {
        socket.destroy();
        resolve(true);
      }, 1_000);
      socket.once('error', () => {
        clearTimeout(wait);
        resolve(false);
      });
    });

  it('speaks to those who show a certificate of the authority', async () => {
    const service = await startService({
      imaging: { dimse: { port: 0, host: '127.0.0.1', callers: ['CT2'], tls: files } },
    });
    try {
      const port = service.dimsePort() ?? 0;
      const own = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
      expect([await letsIn(port, own), await letsIn(port, {})]).toEqual([true, false]);
    } finally {
      await service.close();
    }
  });

  it('is not opened with files that are missing or do not belong together', () => {
    const dimse = { host: '', port: 0, aeTitle: 'A', callers: ['B'] };
    const missing = { ...files, keyFile: join(folder, 'none.pem') };
    expect(() => dimseTls({ ...dimse, tls: missing })).toThrow(/dimse\.tls\.keyFile.*none\.pem.*ENOENT/);
    expect(() => dimseTls({ ...dimse, tls: { ...files, keyFile: certificateFile } })).toThrow(/do not belong together/);
    expect(dimseTls({ ...dimse, tls: null })).toBeUndefined();
  });
});

describe("the site's rules for the roles of series", () => {
  it('come before the built-in ones; a wrong table names its file', () => {
    const file = join(folder, 'rules.json');
    const house = { name: 'house-ncct', role: 'ncct', reason: 'ours', when: { text: 'description', has: '^kopf 7' } };
    writeFileSync(file, JSON.stringify([house]));
    const rules = seriesRules({ seriesRules: file });
    expect(rules[0]).toEqual(house);
    expect(rules.slice(1)).toEqual(seriesRules({ seriesRules: null }));
    writeFileSync(file, JSON.stringify([{ ...house, role: 'brain' }]));
    expect(() => seriesRules({ seriesRules: file })).toThrow(/seriesRules.*rules\.json.*role/s);
    writeFileSync(file, '[');
    expect(() => seriesRules({ seriesRules: file })).toThrow(/not valid JSON/);
  });
});
