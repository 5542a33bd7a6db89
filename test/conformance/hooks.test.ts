import { describe, expect, it } from 'vitest';
import type { HookName } from '../../src/cds-hooks/request.ts';
import { createHarness, hookRequest, PATH } from '../cds-hooks/support/harness.ts';
import { listShared, readShared } from '../cds-hooks/support/shared-data.ts';

const USER = { userId: 'PractitionerRole/123', patientId: '1288992' };
const BUNDLE = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [{ resource: { resourceType: 'ServiceRequest', id: '1' } }],
};

/** [title, hook, a complete context, members that are required] */
const HOOKS: readonly [string, HookName, Record<string, unknown>, readonly string[]][] = [
  ['#128 patient-view', 'patient-view', USER, ['userId', 'patientId']],
  [
    '#129 order-select',
    'order-select',
    { ...USER, selections: ['ServiceRequest/1'], draftOrders: BUNDLE },
    ['userId', 'patientId', 'selections', 'draftOrders'],
  ],
  ['#130 order-sign', 'order-sign', { ...USER, draftOrders: BUNDLE }, ['userId', 'patientId', 'draftOrders']],
  [
    '#131 order-dispatch',
    'order-dispatch',
    { patientId: '1', dispatchedOrders: ['ServiceRequest/1'], performer: 'Organization/2' },
    ['patientId', 'dispatchedOrders', 'performer'],
  ],
  ['#132 encounter-start', 'encounter-start', { ...USER, encounterId: '456' }, ['userId', 'patientId', 'encounterId']],
  [
    '#133 encounter-discharge',
    'encounter-discharge',
    { ...USER, encounterId: '456' },
    ['userId', 'patientId', 'encounterId'],
  ],
  [
    '#135 problem-list-item-create',
    'problem-list-item-create',
    { ...USER, conditions: BUNDLE },
    ['userId', 'patientId', 'conditions'],
  ],
];

async function answer(hook: string, context: object): Promise<{ status: number; text: string }> {
  return createHarness().post(PATH, hookRequest({ hook, context }));
}

describe('1.12 hooks', () => {
  it.each(HOOKS)('%s is served with its context', async (_title, hook, context) => {
    expect((await answer(hook, context)).status).toBe(200);
  });

  it.each(HOOKS)('%s is refused when a required member is missing', async (_title, hook, context, required) => {
    for (const name of required) {
      const { status, text } = await answer(hook, { ...context, [name]: undefined });
      expect([name, status]).toEqual([name, 400]);
      expect(text).toContain(`/context/${name}`);
    }
  });

  it.each(['Practitioner/1', 'PractitionerRole/1', 'Patient/1', 'RelatedPerson/1'])(
    '#128 the user may be %s',
    async (userId) => {
      expect((await answer('patient-view', { ...USER, userId })).status).toBe(200);
    },
  );

  it.each(['1', 'Practitioner', 'Organization/1', 'Practitioner/1/2'])(
    '#128 the user may not be %s',
    async (userId) => {
      expect((await answer('patient-view', { ...USER, userId })).status).toBe(400);
    },
  );

  it.each(['appointment-book', 'medication-refill', 'allergyintolerance-create', 'medication-verify', 'order-review'])(
    '#27 #139 the hook %s is not served',
    async (hook) => {
      expect((await answer(hook, USER)).status).toBe(400);
    },
  );
});

const BODIES = listShared('inferno', /request-(encounter|order)/);

describe.skipIf(BODIES.length === 0)('request bodies of the Inferno CRD kit', () => {
  it.each(BODIES.length === 0 ? ['none'] : BODIES)('%s', async (path) => {
    const harness = createHarness({ router: { assertAllowedFhirServer: () => undefined } });
    const bodies = readShared(path) as readonly unknown[];
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) expect((await harness.post(PATH, body)).status).toBe(200);
  });
});
