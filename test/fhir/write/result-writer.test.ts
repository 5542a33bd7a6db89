/** Writing against a small FHIR server of this test: tokens, matching of the patient, repeats, amendments, failures. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, jwtVerify, type JWK } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instantFromEpoch } from '../../../src/case/index.ts';
import { createBackendService, signingAlgorithm } from '../../../src/fhir/write/backend-services.ts';
import { createFhirServer } from '../../../src/fhir/write/fhir-server.ts';
import type { OutgoingResult } from '../../../src/fhir/write/outgoing-result.ts';
import { createResultWriter, type WrittenResource } from '../../../src/fhir/write/result-writer.ts';
import { aDraft, aResult, FOUND_AT } from '../../support/imaging-result.ts';
import { LINKS, outgoing } from '../../support/outgoing-result.ts';

type Stored = Record<string, unknown> & { id: string; resourceType: string; meta: { versionId: string } };

const { signal } = new AbortController();
const PATIENT = { identifiers: [{ system: 'urn:mrn', value: 'TEST-0001' }], birthDate: '1950-01-02' };

let server: Server;
let base: string;
let stored: Stored[];
let tokens: string[];
let requests: { method: string; path: string; authorization: string | undefined; form: URLSearchParams }[];
/** Answers before anything else, where it answers. */
let fault: (method: string, path: string) => { status: number } | undefined;
let privateJwk: JWK;
let publicJwk: JWK;
let now = FOUND_AT;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

async function answer(
  request: IncomingMessage,
  body: string,
): Promise<{ status: number; json?: unknown; location?: string }> {
  const path = (request.url ?? '').replace('/fhir/', '');
  const method = request.method ?? '';
  const form = new URLSearchParams(body);
  if (path === '.well-known/smart-configuration') return { status: 200, json: { token_endpoint: `${base}/token` } };
  if (path === 'token') {
    const key = await importJWK(publicJwk, 'ES384');
    const { payload } = await jwtVerify(form.get('client_assertion') ?? '', key, {
      audience: `${base}/token`,
      issuer: 'stroke-cds',
      subject: 'stroke-cds',
      currentDate: new Date(now),
      requiredClaims: ['jti', 'exp'],
    });
    tokens.push(`t-${tokens.length}-${String(payload.jti).slice(0, 2)}`);
    return { status: 200, json: { access_token: tokens.at(-1), token_type: 'bearer', expires_in: 300 } };
  }
  requests.push({ method, path, authorization: request.headers.authorization, form });
  const broken = fault(method, path);
  if (broken !== undefined) return broken;
  if (path.endsWith('/_search')) {
    const type = path.split('/')[0];
    const [system, value] = (form.get('identifier') ?? '').split('|') as [string, string | undefined];
    const entry = stored
      .filter(({ resourceType, identifier }) => {
        const all = (identifier ?? []) as readonly { system?: string; value?: string }[];
        const isIt = all.some((one) =>
          value === undefined ? one.value === system : one.system === system && one.value === value,
        );
        return resourceType === type && isIt;
      })
      .map((resource) => ({ resource }));
    return { status: 200, json: { resourceType: 'Bundle', type: 'searchset', entry } };
  }
  const resource = JSON.parse(body) as Stored;
  if (method === 'POST') {
    const id = `r${stored.length}`;
    stored.push({ ...resource, id, meta: { ...resource.meta, versionId: '1' } });
    return { status: 201, location: `${base}/${resource.resourceType}/${id}/_history/1` };
  }
  const at = stored.findIndex(({ id, resourceType }) => path === `${resourceType}/${id}`);
  const version = stored[at]?.meta.versionId ?? '';
  if (request.headers['if-match'] !== `W/"${version}"`) return { status: 412 };
  stored[at] = { ...resource, meta: { ...resource.meta, versionId: String(Number(version) + 1) } };
  return { status: 200 };
}

beforeAll(async () => {
  const pair = await generateKeyPair('ES384', { extractable: true });
  privateJwk = { ...(await exportJWK(pair.privateKey)), kid: 'k1' };
  publicJwk = await exportJWK(pair.publicKey);
});

beforeEach(async () => {
  stored = [
    {
      resourceType: 'Patient',
      id: 'p7',
      meta: { versionId: '1' },
      identifier: [{ system: 'urn:mrn', value: 'TEST-0001' }],
      birthDate: '1950-01-02',
    },
  ];
  tokens = [];
  requests = [];
  now = FOUND_AT;
  fault = () => undefined;
  server = createServer((request, response) => {
    void bodyOf(request)
      .then((body) => answer(request, body))
      .then(
        ({ status, json, location }) => {
          response.writeHead(status, location === undefined ? {} : { location });
          response.end(json === undefined ? '' : JSON.stringify(json));
        },
        () => response.writeHead(400).end(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function write(
  result: OutgoingResult = outgoing(),
  patient: Parameters<ReturnType<typeof createResultWriter>['write']>[1] = PATIENT,
): Promise<readonly WrittenResource[]> {
  const access = createBackendService({
    fhirBase: base,
    clientId: 'stroke-cds',
    privateJwk,
    scope: 'system/Observation.cu',
    now: () => now,
    allowInsecureHttp: true,
  });
  const fhir = createFhirServer({ baseUrl: base, tokens: access, allowInsecureHttp: true, timeoutMs: 500 });
  return createResultWriter(fhir, LINKS.software).write(result, patient, signal);
}

const actions = (written: readonly WrittenResource[]): string[] => written.map(({ action }) => action);
const observations = (): Stored[] => stored.filter(({ resourceType }) => resourceType === 'Observation');
const RAISED = aResult({
  inputsHash: 'b'.repeat(64),
  said: { ...aResult().said, findings: [aDraft({ kind: 'core-volume', value: 30 })] },
});

describe('a result', () => {
  it('is written once, into the chart of the patient of the images; a repeat changes nothing', async () => {
    expect(actions(await write())).toEqual(Array(7).fill('created'));
    expect(actions(await write())).toEqual(Array(7).fill('unchanged'));
    expect(stored).toHaveLength(8);
    expect(stored.slice(1).every(({ subject }) => (subject as { reference: string }).reference === 'Patient/p7')).toBe(
      true,
    );
  });

  it('that follows another amends what it changes and withdraws what it does not say any more', async () => {
    await write();
    const former = { findings: outgoing().findings, documents: outgoing().documents };
    const documents = [{ kind: 'sr', sopInstanceUid: '2.25.99', seriesUid: '2.25.98', bytes: 7 }] as const;
    const again = await write(outgoing(RAISED, { former, documents }));
    expect(observations().map(({ status }) => status)).toEqual([
      'amended',
      ...Array<string>(4).fill('entered-in-error'),
    ]);
    expect(observations()[0]).toMatchObject({ valueQuantity: { value: 30 } });
    const references = stored.filter(({ resourceType }) => resourceType === 'DocumentReference');
    expect(references.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'current']);
    expect(actions(again)).not.toContain('unchanged');
    expect(actions(await write(outgoing(RAISED, { former, documents })))).toEqual(Array(8).fill('unchanged'));
  });

  it('that is preliminary becomes final when it settles, not amended', async () => {
    await write(outgoing(aResult({ state: 'preliminary' })));
    expect(observations()[0]).toMatchObject({ status: 'preliminary' });
    await write();
    expect(observations()[0]).toMatchObject({ status: 'final' });
  });

  it('is not written over what a clinician signed', async () => {
    await write();
    const core = observations()[0];
    if (core !== undefined) core['performer'] = [{ reference: 'Practitioner/radiologist' }];
    const again = await write(outgoing(RAISED));
    expect(again[0]?.action).toBe('left');
    expect(observations()[0]).toMatchObject({ valueQuantity: { value: 23.4 } });
  });

  it('goes on where a failed write stopped', async () => {
    let created = 0;
    fault = (method, path) =>
      method === 'POST' && !path.endsWith('_search') && ++created > 3 ? { status: 503 } : undefined;
    await expect(write()).rejects.toMatchObject({ code: 'busy', mayHeal: true });
    fault = () => undefined;
    expect(actions(await write())).toEqual([
      ...Array<string>(3).fill('unchanged'),
      ...Array<string>(4).fill('created'),
    ]);
  });

  it('can name the chart itself, and refers to the ImagingStudy of the server', async () => {
    stored.push({
      resourceType: 'ImagingStudy',
      id: 's1',
      meta: { versionId: '1' },
      identifier: [{ system: 'urn:dicom:uid', value: 'urn:oid:1.2.840.99999.1' }],
      subject: { reference: 'Patient/p7' },
    });
    await write(outgoing(), { reference: 'Patient/p7' });
    expect(observations()[0]).toMatchObject({ derivedFrom: [{ reference: 'ImagingStudy/s1' }] });
  });
});

describe('the patient', () => {
  it.each([
    ['nobody has the number', { ...PATIENT, identifiers: [{ system: 'urn:mrn', value: 'X' }] }, 'patient-not-found'],
    ['the date of birth is another', { ...PATIENT, birthDate: '1951-01-02' }, 'patient-not-certain'],
    [
      'neither system nor date of birth is known',
      { identifiers: [{ system: null, value: 'TEST-0001' }], birthDate: null },
      'patient-not-certain',
    ],
  ] as const)('is not guessed when %s', async (_name, patient, code) => {
    await expect(write(outgoing(), patient)).rejects.toMatchObject({ code });
    expect(observations()).toEqual([]);
  });

  it('is not guessed when two have the number', async () => {
    stored.push({ ...(stored[0] as Stored), id: 'p8' });
    await expect(write()).rejects.toMatchObject({ code: 'patient-not-certain', mayHeal: false });
  });

  it('never stands in an address', async () => {
    await write();
    expect(requests.map(({ path }) => path).join(' ')).not.toContain('TEST-0001');
  });
});

describe('tokens', () => {
  it('are asked for once and used for all', async () => {
    await write();
    expect(tokens).toHaveLength(1);
    expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${tokens[0] ?? ''}`]));
  });

  it('are renewed before they end, and when the server refuses one', async () => {
    const access = createBackendService({
      fhirBase: base,
      clientId: 'stroke-cds',
      privateJwk,
      scope: 's',
      now: () => now,
      allowInsecureHttp: true,
    });
    const [a, b] = await Promise.all([access.token(signal), access.token(signal)]);
    expect(a).toBe(b);
    now = instantFromEpoch(FOUND_AT + 269_000);
    expect(await access.token(signal)).toBe(a);
    now = instantFromEpoch(FOUND_AT + 271_000);
    const renewed = await access.token(signal);
    expect(renewed).not.toBe(a);
    let refused = 0;
    fault = (_method, path) => (path === 'Patient/_search' && ++refused === 1 ? { status: 401 } : undefined);
    const fhir = createFhirServer({ baseUrl: base, tokens: access, allowInsecureHttp: true });
    await fhir.search('Patient', { identifier: 'urn:mrn|TEST-0001' }, 2, signal);
    expect(tokens).toHaveLength(3);
  });

  it.each([
    ['a public key', { kty: 'EC', crv: 'P-384', kid: 'k' }, 'not a private'],
    ['a key without a name', { kty: 'EC', crv: 'P-384', d: 'x' }, 'no kid'],
    ['a curve that the specification does not have', { kty: 'EC', crv: 'P-256', d: 'x', kid: 'k' }, 'neither RS384'],
  ])('%s is refused at the start', (_name, jwk, why) => {
    expect(() => signingAlgorithm(jwk)).toThrow(why);
  });
});

describe('failures', () => {
  it.each([
    [422, 'refused', false],
    [412, 'conflict', true],
    [403, 'forbidden', true],
    [500, 'busy', true],
    [302, 'refused', false],
  ] as const)('HTTP %i', async (status, code, mayHeal) => {
    fault = (method, path) => (method === 'POST' && !path.endsWith('_search') ? { status } : undefined);
    await expect(write()).rejects.toMatchObject({ code, mayHeal });
  });

  it('an address that is no plain https base is refused at the start', () => {
    for (const baseUrl of ['http://ehr.example.org/fhir', 'https://user@ehr.example.org/fhir', 'ehr']) {
      expect(() => createFhirServer({ baseUrl, tokens: null })).toThrow(RangeError);
    }
  });
});
