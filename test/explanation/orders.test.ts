import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { known, unknown, type ImagingExam } from '../../src/case/index.ts';
import type { CardContent } from '../../src/explanation/content/card-content.ts';
import { isFactKey } from '../../src/explanation/format/fact-value.ts';
import { isUnderWay } from '../../src/explanation/orders/exams-under-way.ts';
import { MAX_ORDERS, orderSuggestions, ordersFor } from '../../src/explanation/orders/service-requests.ts';
import { thrombolyticSuggestion } from '../../src/explanation/orders/thrombolytic-request.ts';
import { aCase, minutesAgo, someSource } from '../support/case-builder.ts';
import { testContent } from './support/content.ts';

// The package is CommonJS without types.
const Validator = createRequire(import.meta.url)('@asymmetrik/fhir-json-schema-validator') as new () => {
  validate: (resource: unknown) => unknown[];
};

let content: CardContent;
const validator = new Validator();
const errorsOf = (resource: unknown): unknown[] => validator.validate(resource);
const exam = (modality: ImagingExam['modality']): ImagingExam => ({
  modality,
  at: minutesAgo(10),
  state: 'registered',
  source: { reference: 'ImagingStudy/1' },
});

beforeAll(() => {
  content = testContent();
});

describe('draft orders for missing facts', () => {
  it('are not offered for what cannot be ordered', () => {
    expect(ordersFor(['lastKnownWell', 'age', 'directOralAnticoagulant'], content.orders)).toEqual([]);
  });

  it('are not offered again for an exam that is under way or a result that is pending', () => {
    const [ct] = ordersFor(['hemorrhageOnImaging'], content.orders);
    const [count] = ordersFor(['platelets'], content.orders);
    const busy = aCase({
      brainImaging: known([exam('CT')], null, someSource()),
      platelets: unknown('pending'),
    });
    expect(ct && isUnderWay('hemorrhageOnImaging', ct, busy)).toBe(true);
    expect(count && isUnderWay('platelets', count, busy)).toBe(true);
    expect(ct && isUnderWay('hemorrhageOnImaging', ct, aCase())).toBe(false);
  });

  it('are one per order, in the order of need, and never more than a clinician reads', () => {
    const found = ordersFor(['platelets', 'inr', 'prothrombinTime', 'aptt'], content.orders);
    expect(found.map((order) => order.id)).toEqual(['blood-count', 'pt-inr', 'aptt']);
    expect(orderSuggestions(content.orders, new Set(), aCase(), content.texts.en)).toHaveLength(MAX_ORDERS);
  });

  it.each(['en', 'zh-CN'] as const)('are complete, coded and valid FHIR R4 (%s)', (locale) => {
    for (const order of content.orders) {
      const [suggestion] = orderSuggestions([order], new Set([order.id]), aCase(), content.texts[locale]);
      const resource = suggestion?.action.resource;
      expect(errorsOf(resource)).toEqual([]);
      expect(resource).toMatchObject({
        resourceType: 'ServiceRequest',
        status: 'draft',
        intent: 'proposal',
        priority: 'stat',
        subject: { reference: 'Patient/example' },
        encounter: { reference: 'Encounter/example' },
        code: { coding: [{ system: order.code.system, code: order.code.code }] },
      });
      expect(suggestion?.action.description).not.toBe('');
    }
  });

  it('name facts that exist, each in one order only', () => {
    const facts = content.orders.flatMap((order) => order.facts);
    expect(facts.filter((fact) => !isFactKey(fact))).toEqual([]);
    expect(new Set(facts).size).toBe(facts.length);
  });

  it('leave out the encounter when there is none', () => {
    const [order] = content.orders;
    const [suggestion] = orderSuggestions(
      order ? [order] : [],
      new Set(),
      aCase({}, { encounter: null }),
      content.texts.en,
    );
    expect(suggestion?.action.resource).not.toHaveProperty('encounter');
    expect(suggestion).not.toHaveProperty('isRecommended');
  });
});

describe('the draft prescription of a thrombolytic', () => {
  const bolusAndInfusion = {
    agent: 'alteplase',
    steps: [
      { kind: 'bolus', doseMg: 6.8, volumeMl: 6.8, minutes: 1 },
      { kind: 'infusion', doseMg: 60.7, volumeMl: 60.7, minutes: 60 },
    ],
  } as const;

  it('is never pre-selected', () => {
    const suggestion = thrombolyticSuggestion(bolusAndInfusion, aCase(), content.texts.en, '67.5 mg');
    expect(suggestion.isRecommended).toBeUndefined();
  });

  it('is valid FHIR R4 with alteplase as bolus, then infusion', () => {
    const { action } = thrombolyticSuggestion(bolusAndInfusion, aCase(), content.texts.en, '67.5 mg');
    expect(errorsOf(action.resource)).toEqual([]);
    expect(action.resource).toMatchObject({
      status: 'draft',
      intent: 'proposal',
      medicationCodeableConcept: { coding: [{ code: '8410' }] },
      dosageInstruction: [
        {
          sequence: 1,
          timing: { repeat: { duration: 1, durationUnit: 'min' } },
          doseAndRate: [{ doseQuantity: { value: 6.8, code: 'mg' } }],
        },
        {
          sequence: 2,
          timing: { repeat: { duration: 60, durationUnit: 'min' } },
          doseAndRate: [{ doseQuantity: { value: 60.7, code: 'mg' } }],
        },
      ],
    });
  });

  it('is valid FHIR R4 with tenecteplase as one intravenous bolus', () => {
    const order = {
      agent: 'tenecteplase',
      steps: [{ kind: 'single-bolus', doseMg: 20, volumeMl: 4, minutes: null }],
    } as const;
    const { action } = thrombolyticSuggestion(order, aCase(), content.texts['zh-CN'], '20 mg');
    expect(errorsOf(action.resource)).toEqual([]);
    expect(action.resource).toMatchObject({
      medicationCodeableConcept: { coding: [{ code: '259280' }], text: '替奈普酶' },
      dosageInstruction: [
        {
          route: { coding: [{ code: '47625008' }] },
          doseAndRate: [{ doseQuantity: { value: 20, system: 'http://unitsofmeasure.org' } }],
        },
      ],
    });
  });
});
