/** Each hook on the whole service: same patient, same decisions, whatever moment of the workflow asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundle, FhirResource, MedicationRequest } from 'fhir/r4.js';
import { said, startService, topicOf, type Card, type TestService } from '../support/service.ts';

const PATIENT = 'early-large-vessel-occlusion';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

function draft(id: string, code: string, display: string, patient = PATIENT): MedicationRequest {
  return {
    resourceType: 'MedicationRequest',
    id,
    status: 'draft',
    intent: 'order',
    medicationCodeableConcept: { coding: [{ system: RXNORM, code, display }] },
    subject: { reference: `Patient/${patient}` },
  };
}

const collection = (...resources: readonly FhirResource[]): Bundle => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
});

const TENECTEPLASE = draft('order-1', '259280', 'tenecteplase');
const PARACETAMOL = draft('order-2', '161', 'acetaminophen');
const summaries = (cards: readonly Card[]): readonly string[] => cards.map(({ summary }) => summary);

let service: TestService;
let whole: readonly Card[];
beforeAll(async () => {
  service = await startService();
  whole = (await service.open(PATIENT)).cards;
});
afterAll(() => service.close());

describe('the hook', () => {
  it.each([
    ['patient-view', {}],
    ['encounter-start', {}],
    ['encounter-discharge', {}],
    ['order-select', { selections: ['MedicationRequest/order-2'], draftOrders: collection(PARACETAMOL) }],
    ['order-sign', { draftOrders: collection(PARACETAMOL) }],
    [
      'problem-list-item-create',
      {
        conditions: collection({
          resourceType: 'Condition',
          id: 'new',
          subject: { reference: `Patient/${PATIENT}` },
          code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003' }] },
        }),
      },
    ],
  ])('%s gives the statements of the record', async (hook, context) => {
    const { status, cards } = await service.open(PATIENT, { hook, context });
    expect([status, summaries(cards)]).toEqual([200, summaries(whole)]);
  });

  it('order-dispatch has no user and no encounter, and gives them too', async () => {
    const context = {
      userId: undefined,
      encounterId: undefined,
      dispatchedOrders: ['ServiceRequest/1'],
      performer: 'Organization/x',
    };
    const { status, cards } = await service.open(PATIENT, { hook: 'order-dispatch', context });
    expect([status, summaries(cards)]).toEqual([200, summaries(whole)]);
  });

  it.each([
    ['encounter-start', { encounterId: undefined }],
    ['encounter-discharge', { encounterId: undefined }],
    ['order-select', { draftOrders: collection(PARACETAMOL) }],
    ['order-sign', {}],
    ['order-dispatch', {}],
    ['problem-list-item-create', {}],
    ['patient-view', { patientId: undefined }],
    ['medication-refill', {}],
  ])('%s without what its definition requires is refused', async (hook, context) => {
    const { status, text } = await service.open(PATIENT, { hook, context });
    expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ resourceType: 'OperationOutcome' })]);
  });
});

describe('a thrombolytic that is being ordered', () => {
  const hooks = [
    ['order-select', { selections: ['MedicationRequest/order-1'], draftOrders: collection(TENECTEPLASE) }],
    ['order-sign', { draftOrders: collection(TENECTEPLASE) }],
  ] as const;

  it.each(hooks)('%s for the eligible patient: no alarm, no card missing', async (hook, context) => {
    const { status, cards } = await service.open(PATIENT, { hook, context });
    expect(status).toBe(200);
    expect(cards.map(topicOf)).toEqual(whole.map(topicOf));
    expect(cards.map(({ indicator }) => indicator)).not.toContain('critical');
  });

  it.each([
    ['platelets-too-low', /^Thrombolytic ordered or given, but thrombolysis is contraindicated: Platelets/],
    [
      'hemorrhage-on-warfarin',
      /^Thrombolytic ordered or given, but thrombolysis is contraindicated: Acute intracranial hemorrhage/,
    ],
  ])('for %s: critical, because it is about to be given', async (patient, summary) => {
    const context = { draftOrders: collection(draft('order-1', '259280', 'tenecteplase', patient)) };
    const { cards } = await service.open(patient, { hook: 'order-sign', context });
    const card = cards.find((entry) => topicOf(entry) === 'thrombolysis');
    expect([card?.indicator, card?.summary]).toEqual(['critical', expect.stringMatching(summary)]);
  });

  it('a second dose after the first is contraindicated', async () => {
    const patient = 'worse-after-tenecteplase';
    const context = { draftOrders: collection(draft('order-1', '259280', 'tenecteplase', patient)) };
    const { cards } = await service.open(patient, { hook: 'order-sign', context });
    const card = cards.find((entry) => topicOf(entry) === 'thrombolysis');
    expect([card?.indicator, card?.summary]).toEqual([
      'critical',
      expect.stringMatching(/contraindicated: Thrombolytic already given/),
    ]);
  });

  it('for a patient in whom nothing else points to a stroke, there are cards', async () => {
    const context = { draftOrders: collection(draft('order-1', '259280', 'tenecteplase', 'no-stroke')) };
    const { cards } = await service.open('no-stroke', { hook: 'order-sign', context });
    expect(cards.map(topicOf)).toContain('thrombolysis');
  });

  it('for another patient in the same bundle, it counts for nothing', async () => {
    const context = { draftOrders: collection(draft('order-1', '259280', 'tenecteplase', 'somebody-else')) };
    expect((await service.open('no-stroke', { hook: 'order-sign', context })).cards).toEqual([]);
  });
});

describe('a condition that is being put on the problem list', () => {
  const condition = (code: string, more: object = {}): Bundle =>
    collection({
      resourceType: 'Condition',
      id: 'new',
      subject: { reference: 'Patient/no-stroke' },
      code: { coding: [{ system: 'http://snomed.info/sct', code }] },
      ...more,
    });
  const topics = async (conditions: Bundle): Promise<readonly string[]> => {
    const hook = 'problem-list-item-create';
    return (await service.open('no-stroke', { hook, context: { conditions } })).cards.map(topicOf);
  };
  const ISCHEMIC_STROKE = '422504002';

  it.each([
    ['that began an hour ago', { onsetDateTime: '2026-11-23T13:00:00Z' }],
    ['without any date: it is being recorded now', {}],
  ])('a stroke %s is reason for cards', async (_name, more) => {
    expect(await topics(condition(ISCHEMIC_STROKE, more))).toContain('strokeState');
  });

  it.each([
    ['another disease', condition('38341003')],
    ['a stroke of eight years ago', condition(ISCHEMIC_STROKE, { onsetDateTime: '2018' })],
    ["another patient's", condition(ISCHEMIC_STROKE, { subject: { reference: 'Patient/somebody-else' } })],
  ])('%s is none', async (_name, conditions) => {
    expect(await topics(conditions)).toEqual([]);
  });
});

describe('discovery', () => {
  it('lists every hook under the one service, with templates that name the patient only', async () => {
    const body = (await (await service.get('/cds-services')).json()) as {
      services: { id: string; hook: string; prefetch: Record<string, string> }[];
    };
    expect(body.services.map(({ hook }) => hook).sort()).toEqual([
      'encounter-discharge',
      'encounter-start',
      'order-dispatch',
      'order-select',
      'order-sign',
      'patient-view',
      'problem-list-item-create',
    ]);
    for (const { prefetch } of body.services) {
      for (const template of Object.values(prefetch)) {
        expect([...template.matchAll(/\{\{(.*?)\}\}/g)].map(([, token]) => token)).toEqual(['context.patientId']);
      }
    }
  });

  it('the templates are all the service reads: prefetched in full, it asks nothing', async () => {
    const prefetch = await service.prefetch(PATIENT);
    service.fhir.clearRequests();
    const { cards } = await service.open(PATIENT, { prefetch });
    expect([said(cards), service.fhir.requests()]).toEqual([said(whole), []]);
  });
});
