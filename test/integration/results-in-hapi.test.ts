/** Results in a real HAPI FHIR R4 server. Skipped, with the reason, where Java 17 or its libraries are missing. */
import type { Bundle, DocumentReference, FhirResource, Observation } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFhirServer } from '../../src/fhir/write/fhir-server.ts';
import { createResultWriter } from '../../src/fhir/write/result-writer.ts';
import { instantFromEpoch } from '../../src/case/index.ts';
import { createFindingsStore, type ResultOutput } from '../../src/imaging/results/findings-store.ts';
import { withdrawalOf } from '../../src/imaging/results/withdrawal.ts';
import type { Job, JobContext } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { deliverToEhrHandler } from '../../src/studies/deliver-to-ehr-job.ts';
import { freshDatabase } from '../support/database.ts';
import { aDraft, aResult, FOUND_AT } from '../support/imaging-result.ts';
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

const LATER_STUDY = '1.2.840.99999.77';
const laterStudy = {
  ...imagingStudy,
  id: 's2',
  identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${LATER_STUDY}` }],
} as const;

describe.skipIf(typeof hapi === 'string')('results in a real HAPI server', () => {
  let server: HapiServer;
  const { signal } = new AbortController();
  const imaged = { identifiers: [{ system: 'urn:mrn', value: 'TEST-0001' }], birthDate: '1950-01-02' };

  beforeAll(async () => {
    if (typeof hapi === 'string') return;
    server = await hapi.start();
    const entry = [patient, imagingStudy, laterStudy].map((resource) => ({
      resource: resource as unknown as FhirResource,
    }));
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

  it('that are withdrawn are taken back in place by the job of the service, once', async () => {
    const database = await freshDatabase();
    try {
      await holdStudy(database, LATER_STUDY);
      const findings = createFindingsStore(database);
      const fhir = createFhirServer({ baseUrl: server.url, tokens: null, allowInsecureHttp: true });
      const deliver = deliverToEhrHandler({
        database,
        findings,
        writer: createResultWriter(fhir, LINKS.software),
        domains: { systems: {}, localSystem: 'urn:mrn' },
        wadoBase: 'https://pacs.example.org/dicom-web',
        onStale: () => Promise.reject(new Error('nothing was replaced meanwhile')),
        clock: () => FOUND_AT,
      });
      const run = (key: string): Promise<void> =>
        deliver({ key } as unknown as Job, { attempt: 1, signal } as unknown as JobContext);
      const ofStudy = async <T extends FhirResource>(type: T['resourceType']): Promise<readonly T[]> =>
        ((await all(type)) as readonly T[]).filter((one) => JSON.stringify(one).includes('ImagingStudy/s2'));

      const { id } = await findings.commitResult(
        aResult({ studyUid: LATER_STUDY }),
        documentsOf(LATER_STUDY),
        FOUND_AT,
      );
      await run(id);
      const before = await ofStudy<Observation>('Observation');
      expect(before.map(({ status }) => status)).toEqual(Array(5).fill('final'));
      expect((await ofStudy<DocumentReference>('DocumentReference')).map(({ status }) => status)).toEqual([
        'current',
        'current',
      ]);

      const former = await findings.resultById(id);
      if (former === undefined) throw new Error('the result was not kept');
      const withdrawal = withdrawalOf(former, 'c2', 'later-images-not-analyzed');
      const { id: withdrawn } = await findings.commitResult(withdrawal, [], instantFromEpoch(FOUND_AT + 60_000));
      await run(withdrawn);
      await run(withdrawn);
      // The job of the former result, coming late, brings nothing back.
      await run(id);

      const after = await ofStudy<Observation>('Observation');
      expect(after.map(({ status }) => status)).toEqual(Array(5).fill('entered-in-error'));
      expect(new Set(after.map(({ id: one }) => one))).toEqual(new Set(before.map(({ id: one }) => one)));
      expect(after.map(({ meta }) => meta?.versionId)).toEqual(Array(5).fill('2'));
      expect((await ofStudy<DocumentReference>('DocumentReference')).map(({ status }) => status)).toEqual([
        'superseded',
        'superseded',
      ]);
    } finally {
      await database.close();
    }
  });
});

/** The row by which the service knows whose study it is. */
async function holdStudy({ sql }: Database, studyUid: string): Promise<void> {
  const at = new Date(FOUND_AT);
  await sql
    .insertInto('image_study')
    .values({
      study_uid: studyUid,
      patient_id: 'TEST-0001',
      patient_issuer: null,
      other_patient_ids: '[]',
      birth_date: '1950-01-02',
      sex: null,
      accession_number: null,
      expected_instances: null,
      first_received_at: at,
      last_received_at: at,
      last_used_at: at,
      receipts: 1,
      announced_short: false,
    })
    .execute();
}

const documentsOf = (studyUid: string): readonly ResultOutput[] =>
  (['seg', 'sr'] as const).map((kind, at) => ({
    kind,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.88.33',
    sopInstanceUid: `${studyUid}.${at + 1}`,
    seriesUid: `${studyUid}.9`,
    path: kind,
    bytes: 10,
    digest: 'd'.repeat(64),
  }));
