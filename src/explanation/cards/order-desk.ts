/** Hands out draft orders to the cards: each order once, the most urgent card first, six in all. */
import type { FactKey } from '../../case/index.ts';
import type { SuggestionDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { isUnderWay } from '../orders/exams-under-way.ts';
import { MAX_ORDERS, orderSuggestions, ordersFor } from '../orders/service-requests.ts';

/** SNOMED CT 'Laboratory procedure': only blood tests may be pre-selected, never radiation or contrast. */
const LABORATORY = '108252007';

export interface OrderDesk {
  /** @param required the conclusion waits for these facts: their laboratory orders are pre-selected */
  readonly orders: (facts: readonly FactKey[], required: boolean) => SuggestionDraft[];
}

export function openOrderDesk(c: ExplainContext): OrderDesk {
  const given = new Set<string>();
  return {
    orders: (facts, required) => {
      const needed = facts.filter((fact) =>
        c.content.orders.some((order) => order.facts.includes(fact) && !isUnderWay(fact, order, c.stroke)),
      );
      const definitions = ordersFor(needed, c.content.orders)
        .filter(({ id }) => !given.has(id))
        .slice(0, MAX_ORDERS - given.size);
      for (const { id } of definitions) given.add(id);
      const preselected = definitions.filter(({ category }) => required && category.code === LABORATORY);
      return orderSuggestions(definitions, new Set(preselected.map(({ id }) => id)), c.stroke, c.texts);
    },
  };
}
