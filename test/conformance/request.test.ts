import { describe, expect, it } from 'vitest';
import { NothingToSay } from '../../src/cds-hooks/hook-service.ts';
import { createHarness, hookRequest, PATH } from '../cds-hooks/support/harness.ts';
import { hasSharedData, readShared } from '../cds-hooks/support/shared-data.ts';
import { FHIR_SERVER } from '../cds-hooks/support/tokens.ts';

const AUTHORIZATION = { access_token: 'token', token_type: 'Bearer', expires_in: 300, scope: 'launch', subject: 'cds' };

async function status(body: unknown): Promise<number> {
  return (await createHarness().post(PATH, body)).status;
}

describe('1.1 and 1.3 request handling', () => {
  it('#7 #8 #10 ignores extensions and members that it does not know', async () => {
    const extension = { 'com.example.timestamp': '2017-11-27T22:13:25Z', deep: { er: [null, {}] } };
    expect(await status(hookRequest({ extension, future: { a: 1 } }))).toBe(200);
  });

  it('#8 refuses an extension that is no object', async () => {
    expect(await status(hookRequest({ extension: 'text' }))).toBe(400);
  });

  it('#26 is called at its id below /cds-services', async () => {
    expect((await createHarness().post('/cds-services/stroke', hookRequest())).status).toBe(200);
    expect((await createHarness().post('/cds-services/Stroke2', hookRequest())).status).toBe(404);
  });

  it('#27 refuses a hook that is not one of the id', async () => {
    const harness = createHarness({ service: { hooks: ['order-sign'] } });
    expect((await harness.post(PATH, hookRequest())).status).toBe(400);
    expect(harness.advised).toEqual([]);
  });

  it('#28 #37 needs a UUID as hookInstance and keeps it in the record', async () => {
    expect(await status(hookRequest({ hookInstance: undefined }))).toBe(400);
    expect(await status(hookRequest({ hookInstance: '1' }))).toBe(400);
    const harness = createHarness();
    await harness.post(PATH, hookRequest());
    expect(harness.audits[0]?.hookInstance).toBe('d1577c69-dfbe-44ad-ba6d-3e05e953b2ea');
  });

  it('#29 refuses fhirAuthorization without fhirServer (cds-r-1)', async () => {
    expect(await status(hookRequest({ fhirAuthorization: AUTHORIZATION }))).toBe(400);
    expect(await status(hookRequest({ fhirAuthorization: AUTHORIZATION, fhirServer: FHIR_SERVER }))).toBe(200);
  });

  it.each(['access_token', 'token_type', 'expires_in', 'scope', 'subject'])(
    '#30 needs fhirAuthorization.%s',
    async (name) => {
      const fhirAuthorization = { ...AUTHORIZATION, [name]: undefined };
      expect(await status(hookRequest({ fhirServer: FHIR_SERVER, fhirAuthorization }))).toBe(400);
    },
  );

  it('#31 refuses a token that is for another patient than the context', async () => {
    const body = (patient: string) =>
      hookRequest({ fhirServer: FHIR_SERVER, fhirAuthorization: { ...AUTHORIZATION, patient } });
    expect(await status(body('other'))).toBe(400);
    expect(await status(body('1288992'))).toBe(200);
  });

  it.each(['user/Patient.read', 'patient/Observation.rs', 'PATIENT.READ (R4)'])(
    '#32 takes the scope %s',
    async (scope) => {
      expect(
        await status(hookRequest({ fhirServer: FHIR_SERVER, fhirAuthorization: { ...AUTHORIZATION, scope } })),
      ).toBe(200);
    },
  );

  it('#33 needs the context of the hook', async () => {
    expect(await status(hookRequest({ context: undefined }))).toBe(400);
    expect(await status(hookRequest({ context: {} }))).toBe(400);
  });

  it('#34 works when prefetch is wholly absent', async () => {
    const harness = createHarness();
    expect((await harness.post(PATH, hookRequest())).status).toBe(200);
    expect(harness.advised[0]).not.toHaveProperty('prefetch');
  });

  it('#36 hands over both prefetch and FHIR access', async () => {
    const harness = createHarness();
    const prefetch = { patient: { resourceType: 'Patient' } };
    await harness.post(PATH, hookRequest({ prefetch, fhirServer: FHIR_SERVER, fhirAuthorization: AUTHORIZATION }));
    expect(harness.advised[0]).toMatchObject({ prefetch, fhirServer: FHIR_SERVER });
    expect(harness.advised[0]?.fhirAuthorization?.accessToken).toBe('token');
  });

  it('#39 #40 tells an absent key from a null one', async () => {
    const harness = createHarness();
    await harness.post(PATH, hookRequest({ prefetch: { conditions: null } }));
    const { prefetch } = harness.advised[0] ?? {};
    expect(prefetch).toEqual({ conditions: null });
  });

  it('#43 #60 answers 412 when nothing can be said', async () => {
    const harness = createHarness({ advise: () => Promise.reject(new NothingToSay()) });
    expect((await harness.post(PATH, hookRequest())).status).toBe(412);
  });

  it('#54 #55 keeps the access token out of record and log', async () => {
    const harness = createHarness();
    const fhirAuthorization = { ...AUTHORIZATION, access_token: 'secret-4711' };
    await harness.post(PATH, hookRequest({ fhirServer: FHIR_SERVER, fhirAuthorization }));
    expect(JSON.stringify(harness.audits) + harness.logs() + JSON.stringify(harness.advised)).not.toContain(
      'secret-4711',
    );
  });

  it('#57 refuses a FHIR server that is not on the trust record, before anything is read', async () => {
    const harness = createHarness();
    const response = await harness.post(PATH, hookRequest({ fhirServer: 'http://localhost:8080/fhir' }));
    expect([response.status, harness.advised.length]).toEqual([403, 0]);
    expect(response.text).not.toContain('localhost');
  });

  it.skipIf(!hasSharedData)('takes the worked examples of the specification', async () => {
    const harness = createHarness({ router: { assertAllowedFhirServer: () => undefined } });
    for (const path of ['spec-examples/02-example.json', 'spec-examples/04-example-of-pagination-in-prefetch.json']) {
      expect((await harness.post(PATH, readShared(path))).status).toBe(200);
    }
    // The example of extensions leaves out the required patientId.
    expect((await harness.post(PATH, readShared('spec-examples/28-extensions.json'))).status).toBe(400);
  });
});
