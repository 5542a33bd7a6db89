/** Hands out draft orders to the cards: each order once, the most urgent card first, six in all. */
import type { FactKey } from '../../case/index.ts';
import type { SuggestionDraft } from '../card-draft.ts';
import type { OrderDefinition } from '../content/card-content.ts';
import type { ExplainContext } from '../explain-context.ts';
import { examFor, isUnderWay } from '../orders/exams-under-way.ts';
import { MAX_ORDERS, orderSuggestions, ordersFor } from '../orders/service-requests.ts';

/** SNOMED CT 'Laboratory procedure': only blood tests may be pre-selected, never radiation or contrast. */
const LABORATORY = '108252007';

export interface OrderDesk {
  /** @param required the conclusion waits for these facts: their laboratory orders are pre-selected */
  readonly orders: (facts: readonly FactKey[], required: boolean) => SuggestionDraft[];
  /** Orders by their id, though earlier results exist: after a deterioration they are needed anew. */
  readonly anew: (ids: readonly string[]) => SuggestionDraft[];
  /** The order of an examination for the cause ('brain-mri'), unless it is under way; none where there is no such order. */
  readonly investigation: (id: string | null) => SuggestionDraft[];
}

export function openOrderDesk(c: ExplainContext): OrderDesk {
  const given = new Set<string>();
  const handOut = (definitions: readonly OrderDefinition[], isPreselected: (d: OrderDefinition) => boolean) => {
    const fresh = definitions.filter(({ id }) => !given.has(id)).slice(0, MAX_ORDERS - given.size);
    for (const { id } of fresh) given.add(id);
    return orderSuggestions(fresh, new Set(fresh.filter(isPreselected).map(({ id }) => id)), c.stroke, c.texts);
  };
  return {
    anew: (ids) => {
      const wanted = ids.flatMap((id) => c.content.orders.find((order) => order.id === id) ?? []);
      return handOut(
        wanted.filter((order) => examFor(order, c.stroke)?.state !== 'registered'),
        () => false,
      );
    },
    investigation: (id) => {
      const wanted = c.content.orders.find((order) => id !== null && order.investigations?.includes(id) === true);
      if (wanted === undefined || examFor(wanted, c.stroke)?.state === 'registered') return [];
      return handOut([wanted], () => false);
    },
    orders: (facts, required) => {
      const needed = facts.filter((fact) =>
        c.content.orders.some((order) => order.facts.includes(fact) && !isUnderWay(fact, order, c.stroke)),
      );
      return handOut(ordersFor(needed, c.content.orders), ({ category }) => required && category.code === LABORATORY);
    },
  };
}
