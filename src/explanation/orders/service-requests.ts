/** Draft orders that would supply what is missing: one suggestion per order, complete enough to be signed as it is. */
import type { ServiceRequest } from 'fhir/r4.js';
import type { FactKey, StrokeCase } from '../../case/index.ts';
import type { SuggestionDraft } from '../card-draft.ts';
import type { OrderDefinition, Texts } from '../content/card-content.ts';

/** More suggestions than this are not read. */
export const MAX_ORDERS = 6;

/** SNOMED CT: the clinical question behind each order. */
const SUSPECTED_STROKE = { system: 'http://snomed.info/sct', code: '230690007', display: 'Cerebrovascular accident' };

/** The orders that would supply these facts, in the order of the facts; facts that nothing can be ordered for are left out. */
export function ordersFor(facts: readonly FactKey[], orders: readonly OrderDefinition[]): OrderDefinition[] {
  const found = facts.flatMap((key) => orders.find((order) => order.facts.includes(key)) ?? []);
  return [...new Set(found)];
}

/**
 * @param required orders whose result the conclusion waits for: they may be pre-selected
 */
export function orderSuggestions(
  definitions: readonly OrderDefinition[],
  required: ReadonlySet<string>,
  stroke: StrokeCase,
  texts: Texts,
): SuggestionDraft[] {
  return definitions.slice(0, MAX_ORDERS).map((definition) => {
    const name = texts.text(`order.${definition.id}`);
    const suggestion: SuggestionDraft = {
      id: `order-${definition.id}`,
      label: texts.text('ui.order', { name }),
      action: {
        type: 'create',
        description: texts.text('ui.order-description', { name }),
        resource: serviceRequest(definition, stroke, name),
      },
    };
    return required.has(definition.id) ? { ...suggestion, isRecommended: true } : suggestion;
  });
}

function serviceRequest(definition: OrderDefinition, stroke: StrokeCase, name: string): ServiceRequest {
  return {
    resourceType: 'ServiceRequest',
    status: 'draft',
    intent: 'proposal',
    priority: 'stat',
    category: [{ coding: [definition.category] }],
    code: { coding: [definition.code], text: name },
    subject: { reference: stroke.patient },
    ...(stroke.encounter === null ? {} : { encounter: { reference: stroke.encounter } }),
    reasonCode: [{ coding: [SUSPECTED_STROKE] }],
  };
}
