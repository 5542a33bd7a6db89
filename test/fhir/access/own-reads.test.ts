import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFhirServer, type FhirServer } from '../../../src/demo/fhir-server.ts';
import { collectRecord, createFhirConnections, nothingReadable } from '../../../src/fhir/access/index.ts';
import { RECORD_KEYS } from '../../../src/fhir/record.ts';
import { codes, condition, fullPrefetch, gaps, names, observation, patient, searchset } from './helpers.ts';

const TOKEN = 'CANARY-TOKEN';

describe('record by our own reads', () => {
  let server: FhirServer;
  beforeEach(async () => {
    server = await startFhirServer({ token: TOKEN, maxPageSize: 3 });
    server.load(
      searchset([
        patient,
        { resourceType: 'Patient', id: 'p2' },
        { resourceType: 'Encounter', id: 'e1', status: 'in-progress', class: {}, subject: { reference: 'Patient/p1' } },
        ...['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'].map((id) => condition(id)),
        condition('x1', 'Patient/p2'),
        observation('o1', '6301-6'),
        observation('o2', '85354-9'),
        observation('o3', 'not-asked-for'),
        {
          resourceType: 'MedicationRequest',
          id: 'm1',
          status: 'active',
          intent: 'order',
          subject: { reference: 'Patient/p1' },
          medicationReference: { reference: 'Medication/d1' },
        },
        { resourceType: 'Medication', id: 'd1' },
      ]),
    );
  });
  afterEach(() => server.close());

  const access = (more: object = {}) => ({ fhirServer: server.url, accessToken: TOKEN, ...more });
  const collect = (more: object = {}, deps: object = {}) =>
    collectRecord({ patientId: 'p1', access: access(), ...more }, { codes, ...deps });
  const paths = () => server.requests().map(({ path }) => path);

  const ALL = [
    ...['Condition/c1', 'Condition/c2', 'Condition/c3', 'Condition/c4', 'Condition/c5', 'Condition/c6', 'Condition/c7'],
    ...['Encounter/e1', 'Medication/d1', 'MedicationRequest/m1', 'Observation/o1', 'Observation/o2', 'Patient/p1'],
  ];

  it('rules 36, 52, 53: without prefetch everything is read, every page, each request with the token', async () => {
    const record = await collect();
    expect(gaps(record)).toEqual({});
    expect(names(record)).toEqual(ALL);
    expect(record.degradations).toEqual([]);
    expect(server.requests().every(({ hadToken }) => hadToken)).toBe(true);
  });

  it('rule 42: reads only what the prefetch did not satisfy', async () => {
    const prefetch = fullPrefetch();
    delete prefetch['conditions'];
    const record = await collect({ prefetch });
    expect(new Set(paths())).toEqual(new Set(['Condition']));
    expect(gaps(record)).toEqual({});
    expect(names(record)).toHaveLength(8);
  });

  it.each([
    ['an OperationOutcome', { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] }],
    ['a malformed value', 'text'],
    ['a malformed entry', { resourceType: 'Bundle', entry: [{}] }],
    [
      'a page whose next link leaves the server',
      searchset([condition('c1')], { link: [{ relation: 'next', url: 'https://evil.example.org/fhir?page=2' }] }),
    ],
  ])('rules 41, 44: %s in the prefetch is made good by an own read', async (_name, conditions) => {
    const record = await collect({ prefetch: fullPrefetch({ conditions }) });
    expect(gaps(record)).toEqual({});
    expect(names(record).filter((n) => n.startsWith('Condition/'))).toHaveLength(7);
  });

  it('rule 44: follows the next link of a prefetched page without reading the first page again', async () => {
    const link = [{ relation: 'next', url: `${server.url}/Condition?patient=p1&_count=3&_offset=3` }];
    const conditions = searchset([condition('c1'), condition('c2'), condition('c3')], { link });
    const record = await collect({ prefetch: fullPrefetch({ conditions }) });
    expect(names(record).filter((n) => n.startsWith('Condition/'))).toHaveLength(7);
    expect(server.requests().map(({ query }) => /_offset=(\d+)/.exec(query)?.[1])).toEqual(['3', '6']);
  });

  it('stops after the page limit and says that the list is incomplete', async () => {
    const record = await collect({}, { maxPages: 2 });
    expect(gaps(record)).toEqual({ conditions: 'incomplete: incomplete' });
    expect(names(record).filter((n) => n.startsWith('Condition/'))).toHaveLength(6);
  });

  it('ten calls at once at a slow server are all read to the end in their time', async () => {
    const quiet = await startFhirServer({ token: TOKEN });
    quiet.load(searchset([patient]));
    quiet.setDelay('*', 300);
    const connections = createFhirConnections();
    const request = { access: { fhirServer: quiet.url, accessToken: TOKEN } };
    const records = await Promise.all(Array.from({ length: 10 }, () => collect(request, { connections })));
    await connections.close();
    await quiet.close();
    expect(records.map(gaps)).toEqual(records.map(() => ({})));
  });

  it('relative next links work too', async () => {
    const relative = await startFhirServer({ maxPageSize: 2, nextLinks: 'relative' });
    relative.load(searchset([patient, ...['c1', 'c2', 'c3', 'c4', 'c5'].map((id) => condition(id))]));
    const record = await collect({ access: { fhirServer: relative.url, accessToken: TOKEN } });
    await relative.close();
    expect(gaps(record)).toEqual({});
    expect(names(record)).toHaveLength(6);
  });

  it.each([
    [{ status: 401 }, 'forbidden'],
    [{ status: 403 }, 'forbidden'],
    [{ status: 404 }, 'unavailable'],
    [{ status: 500 }, 'unavailable'],
    [{ status: 503 }, 'unavailable'],
    [{ malformedJson: true }, 'malformed'],
    [{ cut: true }, 'unavailable'],
    [{ outcome: 'error' }, 'unavailable'],
  ] as const)('a fault %j fails that list only: %s', async (fault, why) => {
    server.setFault('Condition', fault);
    const record = await collect();
    expect(gaps(record)).toEqual({ conditions: `failed: ${why}` });
    expect(record.degradations).toMatchObject([{ where: 'conditions', why }]);
    expect(names(record)).toEqual(ALL.filter((n) => !n.startsWith('Condition/')));
  });

  it('a fault of the Observation search fails the three observation keys', async () => {
    server.setFault('Observation', { status: 403 });
    expect(Object.keys(gaps(await collect())).sort()).toEqual(['laboratory', 'strokeObservations', 'vitalSigns']);
  });

  it('a Medication that cannot be read leaves the list and a note', async () => {
    server.setFault('Medication', { status: 403 });
    const record = await collect();
    expect(names(record)).not.toContain('Medication/d1');
    expect(record.degradations).toMatchObject([{ where: 'medicationRequests', why: 'forbidden' }]);
  });

  it('the encounter of the context is read when the list does not hold it', async () => {
    const record = await collect({ prefetch: fullPrefetch(), encounterId: 'e1' });
    expect(names(record)).toContain('Encounter/e1');
    expect(record.encounterId).toBe('e1');
  });

  it('one deadline for all: slow lists time out, the rest stands', async () => {
    server.setDelay('Condition', 5_000);
    server.setDelay('Procedure', 5_000);
    const started = Date.now();
    const record = await collect({}, { deadlineMs: 700 });
    expect(Date.now() - started).toBeLessThan(1_500);
    expect(gaps(record)).toEqual({ conditions: 'failed: time-out', procedures: 'failed: time-out' });
    expect(names(record)).toContain('Patient/p1');
  });

  it('nothing is read for a caller that turns out to have no right to it', async () => {
    const refused = Promise.reject(new Error('replay'));
    const before = server.requests().length;
    const record = await collect({ beforeReading: refused });
    expect(server.requests().length).toBe(before);
    expect(nothingReadable(record)).toBe(true);
  });

  it('the deadline also covers later pages', async () => {
    server.setDelay('Condition', 1_000);
    const record = await collect({ prefetch: fullPrefetch({ conditions: undefined }) }, { deadlineMs: 1_900 });
    expect(gaps(record)).toEqual({ conditions: 'incomplete: time-out' });
  });

  it('an aborted request ends the reads', async () => {
    const aborted = new AbortController();
    server.setDelay('*', 5_000);
    setTimeout(() => {
      aborted.abort();
    }, 100);
    const started = Date.now();
    const record = await collect({ signal: aborted.signal });
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(nothingReadable(record)).toBe(true);
  });

  it('a server that is gone is unavailable, and nothing is readable', async () => {
    const gone = await startFhirServer();
    await gone.close();
    const record = await collect({ access: { fhirServer: gone.url, accessToken: TOKEN } });
    expect(new Set(Object.values(gaps(record)))).toEqual(new Set(['failed: unavailable']));
    expect(nothingReadable(record)).toBe(true);
  });

  it('an answer above the size limit is refused', async () => {
    server.load(searchset([condition('big', 'Patient/p1', { note: [{ text: 'x'.repeat(200_000) }] })]));
    const connections = createFhirConnections({ maxResponseBytes: 50_000 });
    const record = await collect({}, { connections });
    await connections.close();
    // The first two pages fit.
    expect(gaps(record)).toEqual({ conditions: 'incomplete: refused' });
    expect(names(record)).toContain('Patient/p1');
  });

  it('an expired token, an id that is no id and a server without a token are not used', async () => {
    await collect({ access: access({ expiresIn: 0 }) });
    await collect({ patientId: '../admin' });
    await collect({ patientId: 'p1?_count=1' });
    await collect({ access: undefined, fhirServer: server.url });
    expect(server.requests()).toEqual([]);
  });

  it('another patient in place of the one asked for is refused', async () => {
    const wrong = createServer((_request, response) => {
      response.setHeader('content-type', 'application/fhir+json');
      response.end(JSON.stringify({ resourceType: 'Patient', id: 'p2' }));
    }).listen(0, '127.0.0.1');
    await once(wrong, 'listening');
    const fhirServer = `http://127.0.0.1:${String((wrong.address() as AddressInfo).port)}/fhir`;
    const record = await collect({ access: { fhirServer, accessToken: TOKEN } });
    wrong.close();
    expect(record.resources).toEqual([]);
    expect(gaps(record).patient).toBe('failed: refused');
  });

  it('rules 56, 57: the token goes to no other origin: neither by redirect nor by next link', async () => {
    const elsewhere = await startFhirServer();
    server.setFault('Condition', { redirectTo: `${elsewhere.url}/Condition` });
    const link = [{ relation: 'next', url: `${elsewhere.url}/Procedure?page=2` }];
    const procedures = searchset(
      [{ resourceType: 'Procedure', id: 'q1', status: 'completed', subject: { reference: 'Patient/p1' } }],
      { link },
    );
    const record = await collect({ prefetch: { procedures } });
    expect(elsewhere.requests()).toEqual([]);
    await elsewhere.close();
    expect(gaps(record)).toEqual({ conditions: 'failed: refused' });
  });

  it('rule 55: the token and the addresses appear nowhere in the record', async () => {
    server.setFault('Condition', { status: 500 });
    server.setFault('Procedure', { redirectTo: 'http://127.0.0.1:1/x' });
    server.setFault('ImagingStudy', { malformedJson: true });
    const record = await collect();
    const seen = (value: unknown): string =>
      typeof value === 'object' && value !== null
        ? Reflect.ownKeys(value)
            .map((key) => `${String(key)} ${seen(Reflect.get(value, key))}`)
            .join(' ')
        : String(value);
    expect(seen(record)).not.toContain(TOKEN);
    expect(JSON.stringify(record.degradations)).not.toMatch(/http|p1/);
  });

  it('the prefetch as the server would answer it gives the same record as our own reads', async () => {
    const own = await collect();
    const prefetch: Record<string, unknown> = { patient };
    for (const key of RECORD_KEYS.slice(1)) prefetch[key] = searchset([]);
    const of = (type: string) => searchset(own.resources.filter((r) => r.resourceType === type));
    Object.assign(prefetch, {
      conditions: of('Condition'),
      encounter: of('Encounter'),
      laboratory: of('Observation'),
      medicationRequests: of('MedicationRequest'),
    });
    const supplied = await collect({ prefetch });
    expect(supplied).toEqual(own);
  });

  it('property: the size of the pages changes nothing', async () => {
    const reference = await collect();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), async (maxPageSize) => {
        const paged = await startFhirServer({ maxPageSize });
        paged.load(searchset([...reference.resources]));
        const record = await collect({ access: { fhirServer: paged.url, accessToken: TOKEN } });
        await paged.close();
        expect(record).toEqual(reference);
      }),
      { numRuns: 9 },
    );
  });
});
