/** Our reads against a real HAPI FHIR R4 server. Skipped, with the reason, where Java 17 or its libraries are missing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundle, FhirResource } from 'fhir/r4.js';
import { collectRecord, plannedReads, type ObservationCodes } from '../../src/fhir/access/index.ts';
import { RECORD_KEYS } from '../../src/fhir/record.ts';
import { condition, gaps, names, searchset } from '../fhir/access/helpers.ts';
import { prepareHapi, type HapiServer } from '../support/hapi-server.ts';

const hapi = await prepareHapi();
if (typeof hapi === 'string') process.stderr.write(`HAPI tests are skipped: ${hapi}\n`);

const codes: ObservationCodes = {
  strokeObservations: ['70196-1'],
  vitalSigns: ['85354-9'],
  laboratory: ['6301-6', '2345-7'],
};

function observation(id: string, code: string, hour: number): FhirResource {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code }] },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: `2026-11-23T${String(hour).padStart(2, '0')}:00:00Z`,
  };
}

const loaded: Bundle = searchset([
  { resourceType: 'Patient', id: 'p1', birthDate: '1950-01-01', gender: 'female' },
  { resourceType: 'Patient', id: 'p2' },
  {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'in-progress',
    class: { code: 'EMER' },
    subject: { reference: 'Patient/p1' },
    period: { start: '2026-11-23T09:00:00Z' },
  },
  // More than HAPI's largest page (200), so that its own next links have to be followed.
  ...Array.from({ length: 230 }, (_, i) => condition(`c${String(i)}`)),
  condition('other', 'Patient/p2'),
  observation('nihss', '70196-1', 10),
  observation('inr', '6301-6', 11),
  observation('glucose', '2345-7', 12),
  observation('unrelated', '8302-2', 12),
  { resourceType: 'Medication', id: 'apixaban', code: { text: 'apixaban' } },
  {
    resourceType: 'MedicationRequest',
    id: 'm1',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/p1' },
    medicationReference: { reference: 'Medication/apixaban' },
  },
] as FhirResource[]);

describe.skipIf(typeof hapi === 'string')('record from a real HAPI server', () => {
  let server: HapiServer;
  beforeAll(async () => {
    if (typeof hapi === 'string') return;
    server = await hapi.start();
    await server.load(loaded);
  });
  // Nothing to close where the start failed; that failure is the one to show.
  afterAll(() => (server as HapiServer | undefined)?.close());

  // The first searches on a cold server are slow; the deadline is tested elsewhere.
  const deps = { codes, deadlineMs: 25_000 };
  const access = () => ({ fhirServer: server.url, accessToken: 'any' });
  const own = () => collectRecord({ patientId: 'p1', encounterId: 'e1', access: access() }, deps);

  it('reads everything by token, over several pages with absolute next links', async () => {
    const record = await own();
    expect(gaps(record)).toEqual({});
    expect(record.degradations).toEqual([]);
    const found = names(record);
    expect(found.filter((name) => name.startsWith('Condition/'))).toHaveLength(230);
    expect(found).not.toContain('Condition/other');
    expect(found).toEqual(
      expect.arrayContaining(['Patient/p1', 'Encounter/e1', 'MedicationRequest/m1', 'Medication/apixaban']),
    );
  });

  it('the code lists restrict the observations', async () => {
    const found = names(await own()).filter((name) => name.startsWith('Observation/'));
    expect(found).toEqual(['Observation/glucose', 'Observation/inr', 'Observation/nihss']);
  });

  it("HAPI's own answers as prefetch give the same record, with the rest of a paginated key read by token", async () => {
    const answers = await Promise.all(
      plannedReads(codes, 'p1').map(async ({ key, template }) => {
        const answer = await fetch(`${server.url}/${template.replace('{{context.patientId}}', 'p1')}`);
        return [key, await answer.json()] as const;
      }),
    );
    const prefetch = Object.fromEntries(answers);
    expect(Object.keys(prefetch)).toEqual([...RECORD_KEYS]);
    const expected = await own();
    const supplied = await collectRecord({ patientId: 'p1', encounterId: 'e1', prefetch, access: access() }, deps);
    expect(supplied).toEqual(expected);

    const alone = await collectRecord({ patientId: 'p1', encounterId: 'e1', prefetch, fhirServer: server.url }, deps);
    expect(gaps(alone)).toEqual({ conditions: 'incomplete: incomplete' });
  });

  it('a patient that the server does not know leaves the patient unread and the lists empty', async () => {
    const record = await collectRecord({ patientId: 'nobody', access: access() }, deps);
    expect(record.reads.patient).toEqual({ state: 'failed', why: 'unavailable' });
    expect(record.resources).toEqual([]);
  });
});
