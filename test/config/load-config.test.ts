import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeProblems, loadConfig, readConfig, type Config } from '../../src/config/index.ts';
import { OTHER_VARIABLES, VARIABLES } from '../../src/config/environment.ts';
import { FILE_SCHEMA } from '../../src/config/file-config.ts';

type Env = Record<string, string>;

const CLIENT = {
  id: 'hospital',
  issuer: 'https://ehr.example.org',
  keys: { jku: 'https://ehr.example.org/jwks.json' },
  fhirServers: ['https://ehr.example.org/fhir'],
};
const PRODUCTION = {
  environment: 'production',
  publicBaseUrl: 'https://cds.example.org',
  site: { timeZone: 'Europe/Berlin' },
  clients: [CLIENT],
};
const SENDER = { id: 'router', issuer: 'https://router.example.org', keys: { jku: 'https://router.example.org/keys' } };
const KEY = randomBytes(32).toString('base64');

const load = (content: unknown, env: Env = {}) =>
  loadConfig(env, content === null ? null : { name: 'config.json', text: JSON.stringify(content) });

function paths(content: unknown, env: Env = {}): string[] {
  const result = load(content, env);
  return 'problems' in result ? result.problems.map(({ path }) => path) : [];
}

function config(content: unknown, env: Env = {}): Config {
  const result = load(content, env);
  if ('problems' in result) throw new Error(describeProblems(result.problems));
  return result.config;
}

const withClient = (changes: object): object => ({ ...PRODUCTION, clients: [{ ...CLIENT, ...changes }] });

describe('in production the configuration refuses', () => {
  it.each<[string, object, string]>([
    ['no trusted client', { ...PRODUCTION, clients: [] }, '/clients'],
    ['an http public address', { ...PRODUCTION, publicBaseUrl: 'http://cds.example.org' }, '/publicBaseUrl'],
    ['a loopback http public address', { ...PRODUCTION, publicBaseUrl: 'http://127.0.0.1:8080' }, '/publicBaseUrl'],
    ['no public address', { environment: 'production', clients: [CLIENT] }, '/publicBaseUrl'],
    ['an http FHIR server', withClient({ fhirServers: ['http://ehr/fhir'] }), '/clients/0/fhirServers/0'],
    ['an http key set', withClient({ keys: { jku: 'http://ehr/keys' } }), '/clients/0/keys/jku'],
    ['HS256', withClient({ algorithms: ['ES384', 'HS256'] }), '/clients/0/algorithms/1'],
    ['none', withClient({ algorithms: ['none'] }), '/clients/0/algorithms/0'],
    ['no algorithm', withClient({ algorithms: [] }), '/clients/0/algorithms'],
    [
      'HS256 of a sender of images',
      { ...PRODUCTION, imaging: { signingSenders: [{ ...SENDER, algorithms: ['HS256'] }] } },
      '/imaging/signingSenders/0/algorithms/0',
    ],
    [
      'an http key set of a sender of images',
      { ...PRODUCTION, imaging: { signingSenders: [{ ...SENDER, keys: { jku: 'http://router/keys' } }] } },
      '/imaging/signingSenders/0/keys/jku',
    ],
    [
      'two senders of images that cannot be told apart',
      { ...PRODUCTION, imaging: { signingSenders: [SENDER, { ...SENDER, id: 'other' }] } },
      '/imaging/signingSenders',
    ],
    ['a wildcard origin', withClient({ origins: ['*'] }), '/clients/0/origins/0'],
    ['an origin with a path', withClient({ origins: ['https://ehr.example.org/app'] }), '/clients/0/origins/0'],
    [
      'a symmetric key',
      withClient({ keys: { jwks: { keys: [{ kty: 'oct', k: 'x' }] } } }),
      '/clients/0/keys/jwks/keys/0',
    ],
    ['a private key', withClient({ keys: { jwks: { keys: [{ kty: 'EC', d: 'x' }] } } }), '/clients/0/keys/jwks/keys/0'],
    [
      'a key that no token can name',
      withClient({ keys: { jwks: { keys: [{ kty: 'EC' }] } } }),
      '/clients/0/keys/jwks/keys/0/kid',
    ],
    [
      'two clients that one token matches',
      { ...PRODUCTION, clients: [CLIENT, { ...CLIENT, id: 'b', tenants: ['north'] }] },
      '/clients/1/issuer',
    ],
    ['no time zone', { ...PRODUCTION, site: {} }, '/site/timeZone'],
    ['an unknown time zone', { ...PRODUCTION, site: { timeZone: 'Mars/Olympus' } }, '/site/timeZone'],
    ['insecure http', { ...PRODUCTION, allowInsecureHttp: true }, '/allowInsecureHttp'],
    ['encryption without a key', { ...PRODUCTION, audit: { freeText: 'encrypt' } }, 'STROKE_CDS_AUDIT_KEY'],
    ['two clients alike', { ...PRODUCTION, clients: [CLIENT, CLIENT] }, '/clients/1/id'],
    ['a server database without address', { ...PRODUCTION, database: { kind: 'postgres' } }, 'DATABASE_URL'],
    ['a mistyped option', { ...PRODUCTION, opneMode: true }, '/opneMode'],
    ['credentials in an address', withClient({ fhirServers: ['https://u:p@ehr/fhir'] }), '/clients/0/fhirServers/0'],
    ['reads that outlast the answer', { ...PRODUCTION, deadlines: { fhirReads: 9_000 } }, '/deadlines/fhirReads'],
  ])('%s', (_what, content, path) => {
    expect(paths(content)).toContain(path);
  });

  it('nothing of two clients with one issuer that tenants tell apart', () => {
    const clients = ['north', 'south'].map((tenant) => ({ ...CLIENT, id: tenant, tenants: [tenant] }));
    expect(paths({ ...PRODUCTION, clients })).toEqual([]);
  });

  it('nothing of a complete configuration', () => {
    expect(config(PRODUCTION)).toMatchObject({
      openMode: false,
      clients: [{ id: 'hospital', algorithms: ['ES384', 'RS384'], maxTokenLifetimeSeconds: 900 }],
    });
  });

  it('open operation unless it is asked for explicitly', () => {
    const open = config({ ...PRODUCTION, clients: [], openMode: true });
    expect(open).toMatchObject({ openMode: true, clients: [] });
    expect(paths(null, { STROKE_CDS_ENVIRONMENT: 'production' })).toEqual(
      expect.arrayContaining(['/clients', '/publicBaseUrl']),
    );
  });
});

describe('the configuration', () => {
  it('reports all problems at once, each with a way to mend it', () => {
    const content = {
      ...withClient({ algorithms: ['HS512'], origins: ['*'] }),
      port: 'eighty',
      logLevel: 'loud',
      publicBaseUrl: 'ftp://x',
      site: { timeZone: 'Nowhere/None' },
    };
    const result = load(content, { STROKE_CDS_TYPO: '1' });
    const problems = 'problems' in result ? result.problems : [];
    expect(problems.map(({ path }) => path).sort()).toEqual([
      '/clients/0/algorithms/0',
      '/clients/0/origins/0',
      '/logLevel',
      '/port',
      '/publicBaseUrl',
      '/site/timeZone',
      'STROKE_CDS_TYPO',
    ]);
    expect(problems.every(({ message, mend }) => message !== '' && mend !== '')).toBe(true);
  });

  it('does not call clients missing when they could not be read', () => {
    expect(paths({ ...PRODUCTION, clients: [{ id: 'x' }] })).toEqual(['/clients/0/issuer', '/clients/0/keys']);
  });

  it('reports what a rule finds beside values of the wrong shape, and nothing as missing that is there', () => {
    const [first, second] = [
      { algorithms: ['HS256'], fhirServers: ['ftp://y'], origins: ['*'] },
      { maxTokenLifetimeSeconds: 5 },
    ].map((changes) => ({ id: 'a', issuer: 'i', keys: { jku: 'https://x' }, ...changes }));
    const content = {
      environment: 'production',
      publicBaseUrl: 'https://x.example',
      site: { guideline: 'nope', timeZone: 'Europe/Berlin' },
      clients: [first, second],
    };
    expect(paths(content).sort()).toEqual([
      '/clients/0/algorithms/0',
      '/clients/0/fhirServers/0',
      '/clients/0/origins/0',
      '/clients/1/id',
      '/clients/1/issuer',
      '/clients/1/maxTokenLifetimeSeconds',
      '/site/guideline',
    ]);
  });

  it.each<[string, object, string[]]>([
    ['a client that is none', { clients: ['x', CLIENT] }, ['/clients/0']],
    ['clients that are no list', { clients: {} }, ['/clients']],
    ['keys without a key', withClient({ keys: { jwks: { keys: [] } } }), ['/clients/0/keys/jwks/keys']],
    ['keys of nobody', withClient({ keys: {} }), ['/clients/0/keys']],
    ['a number among origins', withClient({ origins: ['*', 1] }), ['/clients/0/origins/1']],
    [
      'options with slashes',
      { ...PRODUCTION, 'a/b~c': 1, site: { 'd/e': 1, timeZone: 'UTC' } },
      ['/a/b~c', '/site/d/e'],
    ],
    ['an archive without address', { ...PRODUCTION, imaging: { archive: { pull: true } } }, ['/imaging/archive/url']],
    [
      'a sender of the wrong shape',
      { ...PRODUCTION, imaging: { senders: [{ id: 1 }, 2] } },
      ['/imaging/senders/0/id', '/imaging/senders/0/tokenSha256', '/imaging/senders/1'],
    ],
    [
      'sections that are none',
      { ...PRODUCTION, site: 1, imaging: [], deadlines: 'x' },
      ['/deadlines', '/imaging', '/site'],
    ],
  ])('%s is said once', (_what, content, expected) => {
    expect(paths(content).sort()).toEqual(expected);
  });

  it('gives a fresh machine a working development set-up, open and on loopback only', () => {
    expect(config(null)).toMatchObject({
      environment: 'development',
      host: '127.0.0.1',
      port: 8080,
      publicBaseUrl: 'http://127.0.0.1:8080',
      openMode: true,
      database: { kind: 'embedded', directory: '.data/database' },
      audit: { retentionDays: null, freeText: { mode: 'drop' } },
      fhirConnections: 64,
    });
    expect(config({ fhirConnections: 200 }).fhirConnections).toBe(200);
    expect(paths({ fhirConnections: 0 })).toEqual(['/fhirConnections']);
  });

  it('is not open in development once a client is named', () => {
    expect(config({ clients: [CLIENT] }).openMode).toBe(false);
    expect(config({ clients: [CLIENT], openMode: true }).openMode).toBe(false);
  });

  it('takes the environment over the file, and names the variable that is wrong', () => {
    const env = {
      STROKE_CDS_PORT: '9000',
      PORT: '7000',
      DATABASE_URL: 'postgres://u:p@db/x',
      STROKE_CDS_TIME_ZONE: 'Asia/Shanghai',
    };
    expect(config({ port: 80, site: { guideline: 'eso-2021-2023' } }, env)).toMatchObject({
      port: 9000,
      database: { kind: 'postgres', url: 'postgres://u:p@db/x' },
      site: { guideline: 'eso-2021-2023', timeZone: 'Asia/Shanghai' },
    });
    expect(paths({}, { STROKE_CDS_PORT: 'many' })).toEqual(['STROKE_CDS_PORT']);
    expect(paths({}, { STROKE_CDS_TIME_ZONE: 'X/Y' })).toEqual(['STROKE_CDS_TIME_ZONE']);
    expect(config({}, { STROKE_CDS_DATA_DIR: '/var/lib/x' }).database).toEqual({
      kind: 'embedded',
      directory: '/var/lib/x',
    });
  });

  it('takes the key from the environment, never shows a wrong one, and has no default', () => {
    const audit = { freeText: 'encrypt' };
    expect(config({ audit }, { STROKE_CDS_AUDIT_KEY: KEY }).audit.freeText).toEqual({
      mode: 'encrypt',
      key: KEY,
      olderKeys: [],
    });
    expect(config({}, { STROKE_CDS_AUDIT_KEY: KEY }).audit.freeText.mode).toBe('encrypt');
    const result = load({ audit }, { STROKE_CDS_AUDIT_KEY: 'hunter2', DATABASE_URL: 'mysql://root:hunter2@db' });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect('problems' in result && result.problems.map(({ path }) => path)).toEqual([
      'DATABASE_URL',
      'STROKE_CDS_AUDIT_KEY',
    ]);
  });

  it('says where a file is not JSON or not there, without quoting it', () => {
    const result = loadConfig({}, { name: 'config.json', text: '{ "secret": hunter2 }' });
    expect(result).toMatchObject({ problems: [{ path: 'config.json' }] });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(readConfig({ STROKE_CDS_CONFIG: '/nowhere/config.json' })).toMatchObject({
      problems: [{ path: '/nowhere/config.json', message: expect.stringContaining('ENOENT') as string }],
    });
  });

  it('comes with an example that loads, and a page that explains every option and variable', () => {
    const folder = new URL('../../config/', import.meta.url);
    const text = readFileSync(new URL('example.json', folder), 'utf8');
    expect(
      loadConfig({ STROKE_CDS_AUDIT_KEY: KEY, DATABASE_URL: 'postgres://u:p@db/x' }, { name: 'example.json', text }),
    ).toHaveProperty('config');
    const page = readFileSync(new URL('README.md', folder), 'utf8');
    const options = Object.keys(FILE_SCHEMA.properties).filter((name) => name !== '$schema');
    const names = [...options, ...Object.keys(VARIABLES), ...OTHER_VARIABLES, 'DATABASE_URL'];
    expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  });
});

describe('models of the site', () => {
  it('have a directory of their own, and each a role by name', () => {
    expect(config({})).toMatchObject({ siteModelsDirectory: null, modelRoles: {} });
    expect(
      config({ modelRoles: { 'hemorrhage-ours': 'active' } }, { STROKE_CDS_SITE_MODELS_DIR: '/var/lib/models' }),
    ).toMatchObject({ siteModelsDirectory: '/var/lib/models', modelRoles: { 'hemorrhage-ours': 'active' } });
  });

  it('cannot share the directory of the product, nor have a role that does not exist', () => {
    expect(paths({ siteModelsDirectory: 'models/' })).toEqual(['/siteModelsDirectory']);
    expect(paths({ modelRoles: { ours: 'live' } })).toEqual(['/modelRoles/ours']);
  });
});

describe('a development service that is open', () => {
  it('may not listen beyond this machine unless it was told both', () => {
    expect(paths({ host: '0.0.0.0' })).toEqual(['/openMode']);
    expect(paths(null, { STROKE_CDS_HOST: '::' })).toEqual(['/openMode']);
    expect(config({ host: '0.0.0.0', openMode: true }).openMode).toBe(true);
  });

  it.each(['127.0.0.1', 'localhost', '::1'])('is the default on %s', (host) => {
    expect(config({ host }).openMode).toBe(true);
  });
});
