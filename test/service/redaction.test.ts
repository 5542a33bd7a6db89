/**
 * Identifiers of the patient, of the user and of the token are put into everything that reaches the service, over its real
 * parts and at log level debug. None comes out anywhere but in the cards of the caller and in the audit record.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundle, FhirResource } from 'fhir/r4.js';
import { exampleStories } from '../../src/demo/example-patients.ts';
import type { FhirFault } from '../../src/demo/fhir-server.ts';
import { startService, type Answer, type TestService } from '../support/service.ts';

// So many digits come up in no time, measure or random id by chance.
const PATIENT = 'canary-patient-7719403658';
const FAMILY = 'Canaryfamily';
const CANARY = /canary|7719403658/i;
const TOKEN = 'canary-access-token-7719403658';
const FEEDBACK = '/cds-services/acute-stroke/feedback';

/** The eligible patient under another id, with a name, numbers, an address and free text wherever there is room. */
function canaryBundle(): Bundle {
  const story = exampleStories().find(({ id }) => id === 'early-large-vessel-occlusion');
  const text = JSON.stringify(story?.bundle).replaceAll('early-large-vessel-occlusion', PATIENT);
  const bundle = JSON.parse(text) as Bundle;
  for (const { resource } of bundle.entry ?? []) {
    Object.assign(resource ?? {}, {
      identifier: [{ system: 'urn:mrn', value: 'CANARY-MRN-7719403658' }],
      text: { status: 'generated', div: `<div>${FAMILY}</div>` },
      note: [{ text: `${FAMILY} of Canary Street 7719403658` }],
    });
    if (resource?.resourceType === 'Patient') {
      const name = [{ family: FAMILY, given: ['Canarygiven'] }];
      Object.assign(resource, { name, telecom: [{ system: 'phone', value: '+41 44 7719403658' }] });
    }
  }
  return bundle;
}

let service: TestService;
const answers: Answer[] = [];
beforeAll(async () => {
  service = await startService({ config: { deadlines: { fhirReads: 1_000, answer: 10_000 } } });
  service.fhir.load(canaryBundle());
});
afterAll(() => service.close());

async function called(answer: Promise<Answer>): Promise<Answer> {
  const done = await answer;
  answers.push(done);
  return done;
}

async function expectNoLeak(): Promise<void> {
  const pages = await Promise.all(
    ['/metrics', '/openapi.json', '/', '/health/ready', '/cds-services'].map(async (path) => [
      path,
      await (await service.get(path)).text(),
    ]),
  );
  const errors = answers.filter(({ status }) => status !== 200).map(({ status, text }) => [String(status), text]);
  const headers = answers.map((answer) => ['headers', JSON.stringify([...answer.headers])]);
  expect(service.logs().length).toBeGreaterThan(0);
  const places = [['logs', service.logs()], ...pages, ...errors, ...headers];
  const leaks = places.filter(([, text = '']) => CANARY.test(text));
  expect(leaks.map(([place]) => place)).toEqual([]);
}

const FAULTS: readonly [string, FhirFault][] = [
  ['errors', { status: 500 }],
  ['refusals', { status: 403 }],
  ['broken JSON', { malformedJson: true }],
  ['outcomes', { outcome: 'error' }],
  ['redirects', { redirectTo: 'http://127.0.0.1:1/canary-7719403658' }],
  ['cut connections', { cut: true }],
];

describe('no identifier comes out', () => {
  it('of calls that are answered: read, prefetched, and with orders', async () => {
    const order = {
      resourceType: 'MedicationRequest',
      id: 'canary-order-7719403658',
      status: 'draft',
      intent: 'order',
      medicationCodeableConcept: { text: 'canary drug', coding: [{ system: 'urn:canary', code: '7719403658' }] },
      subject: { reference: `Patient/${PATIENT}`, display: FAMILY },
      note: [{ text: FAMILY }],
    } as FhirResource;
    const draftOrders = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: order }] };
    const context = { userId: 'Practitioner/canary-doctor-7719403658' };
    const prefetched = await service.prefetch(PATIENT);
    const done = [
      await called(service.open(PATIENT, { context })),
      await called(service.open(PATIENT, { prefetch: prefetched })),
      await called(
        service.open(PATIENT, { prefetch: { ...prefetched, 'canary-7719403658': { resourceType: 'Canary' } } }),
      ),
      await called(service.open(PATIENT, { hook: 'order-sign', context: { ...context, draftOrders } })),
    ];
    expect(done.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    // The name is nowhere in the cards either: only the ids in the drafts are.
    for (const { text } of done) expect(text).not.toMatch(/canaryfamily|canarygiven|mrn-7719403658|canary street/i);
    await expectNoLeak();
  });

  it.each(FAULTS)('when the FHIR server answers with %s', async (_name, fault) => {
    service.fhir.setFault('*', fault);
    await called(service.open(PATIENT));
    service.fhir.setFault('*', null);
    service.fhir.setFault('Observation', fault);
    await called(service.open(PATIENT));
    service.fhir.setFault('Observation', null);
    await expectNoLeak();
  });

  it('when it does not answer in time', async () => {
    service.fhir.setDelay('*', 5_000);
    const { status } = await called(service.open(PATIENT));
    service.fhir.setDelay('*', 0);
    expect(status).toBe(412);
    await expectNoLeak();
  });

  it('when it is not on the list, or the token is not accepted there', async () => {
    await called(service.open(PATIENT, { fhirServer: 'https://canary-7719403658.example.org/fhir' }));
    await called(service.open(PATIENT, { fhirServer: 'canary 7719403658' }));
    await called(service.open(PATIENT, { accessToken: TOKEN }));
    expect(answers.slice(-3).map(({ status }) => status)).toEqual([403, 400, 412]);
    await expectNoLeak();
  });

  it('when the resources are damaged', async () => {
    const prefetch = await service.prefetch(PATIENT);
    const damaged = Object.fromEntries(
      Object.entries(prefetch).map(([key, value]) => [
        key,
        JSON.parse(
          JSON.stringify(value)
            .replaceAll('"valueQuantity":{"value":', '"valueQuantity":{"value":"canary-7719403658","was":')
            .replaceAll('"valueDateTime":"', '"valueDateTime":"canary-7719403658-')
            .replaceAll('"coding":[', '"coding":["canary-7719403658",'),
        ) as unknown,
      ]),
    );
    for (const broken of [
      damaged,
      { ...prefetch, patient: 'canary-7719403658' },
      {
        ...prefetch,
        conditions: { resourceType: 'Bundle', entry: ['canary-7719403658', { resource: { id: 'canary' } }] },
      },
      { ...prefetch, conditions: { resourceType: 'OperationOutcome', issue: [{ diagnostics: 'canary-7719403658' }] } },
    ]) {
      const { status } = await called(service.open(PATIENT, { prefetch: broken, fhirServer: null }));
      expect(status).toBe(200);
    }
    await expectNoLeak();
  });

  it('in bodies, addresses and tokens that are refused', async () => {
    const path = '/cds-services/acute-stroke';
    await called(service.post(path, `{"canary-7719403658": ${FAMILY}`));
    await called(service.post(path, JSON.stringify({ hook: 'canary-7719403658', context: { patientId: PATIENT } })));
    await called(service.post(path, '{}', TOKEN));
    await called(service.post('/cds-services/canary-7719403658', '{}'));
    for (const url of [
      '/canary-7719403658',
      '/basis/canary-7719403658-canary-7719403658-canary',
      '/?name=canary-7719403658',
    ]) {
      const response = await service.get(url, {
        'x-request-id': 'canary-7719403658',
        'user-agent': 'canary-7719403658',
      });
      expect(await response.text()).not.toMatch(CANARY);
    }
    await expectNoLeak();
  });

  it('in feedback, and no comment is in the audit record', async () => {
    const { cards } = await called(service.open(PATIENT));
    const feedback = [
      {
        card: cards[0]?.uuid,
        outcome: 'overridden',
        overrideReason: { reason: { code: 'goals-of-care' }, userComment: `${FAMILY} said no` },
      },
      { card: 'canary-7719403658', outcome: 'accepted' },
    ];
    const { status } = await called(service.post(FEEDBACK, JSON.stringify({ feedback })));
    await called(
      service.post(FEEDBACK, JSON.stringify({ feedback: [{ card: 'canary-7719403658', outcome: 'canary' }] })),
    );
    expect(status).toBe(200);
    const records = await service.database.sql.selectFrom('audit_record').select('payload').execute();
    expect(records.filter(({ payload }) => /said no|canaryfamily|canary-access-token/i.test(payload))).toEqual([]);
    await expectNoLeak();
  });

  it('when the database is gone', async () => {
    const prefetch = await service.prefetch(PATIENT);
    await service.database.close();
    const { status } = await called(service.open(PATIENT, { prefetch }));
    expect(status).toBe(503);
    const page = await service.get('/basis/8b8f6c3e-5a77-4a0c-9d0e-7719403658canary00');
    expect(await page.text()).not.toMatch(CANARY);
    await expectNoLeak();
  });
});
