import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { Discovery } from '../../src/cds-hooks/discovery.ts';
import { HOOK_NAMES } from '../../src/cds-hooks/request.ts';
import { checks } from '../../src/cds-hooks/validation.ts';
import { createHarness } from '../cds-hooks/support/harness.ts';
import type { HarnessOptions } from '../cds-hooks/support/harness.ts';
import { hasSharedData, readShared } from '../cds-hooks/support/shared-data.ts';

async function discovery(options: HarnessOptions = {}): Promise<Discovery> {
  const response = await request(createHarness(options).app).get('/cds-services');
  expect(response.status).toBe(200);
  return response.body as Discovery;
}

describe('1.2 discovery', () => {
  it('#12 #13 is there for everyone, as an object with services', async () => {
    const { services } = await discovery();
    expect(services.length).toBeGreaterThan(0);
    expect(checks().discovery({ services })).toEqual([]);
  });

  it('#14 #15 #16 #17 names hook, title, description and the id of the address', async () => {
    const { services } = await discovery();
    for (const service of services) {
      expect(service).toMatchObject({ id: 'stroke', title: 'Acute stroke' });
      expect(service.description).not.toBe('');
      expect(HOOK_NAMES).toContain(service.hook);
    }
  });

  it('#18 #45 #46 #47 #50 asks for prefetch with root tokens that the hook has', async () => {
    const prefetch = {
      patient: 'Patient/{{context.patientId}}',
      encounter: 'Encounter/{{context.encounterId}}',
      user: 'Practitioner/{{userPractitionerId}}',
      drafts: 'Medication?_id={{context.draftOrders.entry.resource.id}}',
    };
    const { services } = await discovery({ service: { prefetch } });
    const keys = (hook: string): string[] => Object.keys(services.find((s) => s.hook === hook)?.prefetch ?? {});
    expect(keys('patient-view')).toEqual(['patient', 'encounter', 'user']);
    expect(keys('order-dispatch')).toEqual(['patient']);
  });

  it('#3 #19 leaves out usageRequirements and prefetch that say nothing', async () => {
    const { services } = await discovery({ service: { prefetch: {}, usageRequirements: '' } });
    expect(services[0]).not.toHaveProperty('prefetch');
    expect(services[0]).not.toHaveProperty('usageRequirements');
    const stated = await discovery({ service: { usageRequirements: 'Needs FHIR R4' } });
    expect(stated.services[0]?.usageRequirements).toBe('Needs FHIR R4');
  });

  it('#22 lists one id for several hooks', async () => {
    const { services } = await discovery();
    expect(new Set(services.map(({ id }) => id)).size).toBe(1);
    expect(services.map(({ hook }) => hook)).toEqual([...HOOK_NAMES]);
  });

  it('#25 asks for a token for its exact address where the site wants that', async () => {
    const harness = createHarness({ router: { protectDiscovery: true } });
    const get = (authorization?: string) => {
      const call = request(harness.app).get('/cds-services');
      return authorization === undefined ? call : call.set('authorization', authorization);
    };
    expect((await get()).status).toBe(401);
    expect((await get(`Bearer ${await harness.token('/cds-services/stroke')}`)).status).toBe(401);
    expect((await get(`Bearer ${await harness.token('/cds-services')}`)).status).toBe(200);
  });

  it('#139 offers no deprecated hook', async () => {
    const hooks = (await discovery()).services.map(({ hook }) => hook);
    expect(hooks).not.toContain('medication-prescribe');
    expect(hooks).not.toContain('order-review');
  });

  it.skipIf(!hasSharedData)('the published examples satisfy our schema', () => {
    for (const path of [
      'spec-examples/01-discovery-example.json',
      'spec-examples/29-extensions.json',
      'inferno/cds-services-discovery.json',
    ]) {
      expect(checks().discovery(readShared(path))).toEqual([]);
    }
  });
});
