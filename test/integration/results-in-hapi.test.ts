/** Results in a real HAPI FHIR R4 server. Skipped, with the reason, where Java 17 or its libraries are missing. */
import type { Bundle, FhirResource, Observation } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFhirServer } from '../../src/fhir/write/fhir-server.ts';
import { createResultWriter } from '../../src/fhir/write/result-writer.ts';
import { aDraft, aResult } from '../support/imaging-result.ts';
import { LINKS, outgoing } from '../support/outgoing-result.ts';
import { prepareHapi, type HapiServer } from '../support/hapi-server.ts';

const hapi = await prepareHapi();
if (typeof hapi === 'string') process.stderr.write(`HAPI tests are skipped: ${hapi}\n`);

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  identifier: [{ system: 'urn:mrn', value: 'TEST-0001' }],
  birthDate: '1950-01-02',
} as const;
const imagingStudy = {
  resourceType: 'ImagingStudy',
  id: 's1',
  status: 'available',
  identifier: [{ system: 'urn:dicom:uid', value: 'urn:oid:1.2.840.99999.1' }],
  subject: { reference: 'Patient/p1' },
} as const;

describe.skipIf(typeof hapi === 'string')('results in a real HAPI server', () => {
  let server: HapiServer;
  const { signal } = new AbortController();
  const imaged = { identifiers: [{ system: 'urn:mrn', value: 'TEST-0001' }], birthDate: '1950-01-02' };

  beforeAll(async () => {
    if (typeof hapi === 'string') return;
    server = await hapi.start();
    const entry = [patient, imagingStudy].map((resource) => ({ resource: resource as unknown as FhirResource }));
    await server.load({ resourceType: 'Bundle', type: 'collection', entry });
  });
  afterAll(() => server.close());

  const write = async (...result: Parameters<typeof outgoing>): Promise<readonly string[]> => {
    const fhir = createFhirServer({ baseUrl: server.url, tokens: null, allowInsecureHttp: true });
    const written = await createResultWriter(fhir, LINKS.software).write(outgoing(...result), imaged, signal);
    return written.map(({ action }) => action);
  };
  const all = async (type: string): Promise<readonly FhirResource[]> => {
    const headers = { 'cache-control': 'no-cache' };
    const response = await fetch(`${server.url}/${type}?_count=50`, { headers });
    const { entry = [] } = (await response.json()) as Bundle<FhirResource>;
    return entry.flatMap(({ resource }) => resource ?? []);
  };
  const core = async (): Promise<Observation | undefined> =>
    ((await all('Observation')) as readonly Observation[]).find(({ code }) =>
      code.coding?.some((one) => one.code === 'core-volume'),
    );

  it('written twice are there once', async () => {
    expect(await write()).toEqual(Array(7).fill('created'));
    expect(await write()).toEqual(Array(7).fill('unchanged'));
    expect(await all('Observation')).toHaveLength(5);
    expect(await all('DocumentReference')).toHaveLength(2);
    expect((await core())?.meta?.versionId).toBe('1');
  });

  it('are found by the search of the service, with patient, study and value', async () => {
    const query =
      'Observation?patient=p1&category=imaging&code=https://stroke-cds.org/fhir/CodeSystem/stroke-cds|core-volume';
    const found = (await (await fetch(`${server.url}/${query}`)).json()) as Bundle;
    expect(found.entry).toHaveLength(1);
    expect(await core()).toMatchObject({
      valueQuantity: { value: 23.4, code: 'mL' },
      derivedFrom: [{ reference: 'ImagingStudy/s1' }],
    });
  });

  it('that follow amend, withdraw and supersede, in place', async () => {
    const said = { ...aResult().said, findings: [aDraft({ kind: 'core-volume', value: 31 })] };
    const former = { findings: outgoing().findings, documents: outgoing().documents };
    const documents = [{ kind: 'sr', sopInstanceUid: '2.25.99', seriesUid: '2.25.98', bytes: 7 }] as const;
    await write(aResult({ inputsHash: 'b'.repeat(64), said }), { former, documents });
    expect(await core()).toMatchObject({ status: 'amended', valueQuantity: { value: 31 }, meta: { versionId: '2' } });
    const statuses = ((await all('Observation')) as readonly Observation[]).map(({ status }) => status).sort();
    expect(statuses).toEqual(['amended', ...Array<string>(4).fill('entered-in-error')]);
    expect(await all('DocumentReference')).toHaveLength(3);
  });
});
