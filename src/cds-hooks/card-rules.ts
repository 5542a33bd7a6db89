/** What every card of ours keeps beyond the schema of the specification: safety, and what Epic takes (protocol 5.1). */
import type { Card, Suggestion } from './card.ts';
import type { Finding } from './validation.ts';
import { checks } from './validation.ts';

export const MOST_CARDS = 5;

/** A tag that is not escaped. '< 4.5 h' is text. */
const HTML = /(?:^|[^\\])(?:\\\\)*<[a-z/!?]/i;
const ORDERS = new Set(['MedicationRequest', 'ServiceRequest']);

/** Rule 2: the first member that is null, '', [] or {}. `for in` because this runs over every resource of every card. */
function emptyMember(value: unknown, pointer = ''): string | undefined {
  if (value === null || value === '') return pointer;
  if (typeof value !== 'object') return undefined;
  const members = value as Record<string, unknown>;
  let isEmpty = true;
  for (const name in members) {
    isEmpty = false;
    const member = members[name];
    const empty = member === undefined ? undefined : emptyMember(member, `${pointer}/${name}`);
    if (empty !== undefined) return empty;
  }
  return isEmpty ? pointer : undefined;
}

function broken(pointer: string, text: string): Finding {
  return { pointer, text, code: 'invariant' };
}

function* suggestionFindings(suggestion: Suggestion, pointer: string): Generator<Finding> {
  const [action, ...more] = suggestion.actions;
  if (action === undefined || more.length > 0) yield broken(`${pointer}/actions`, 'must hold exactly one action');
  if (action === undefined || !ORDERS.has(action.resource.resourceType)) return;
  const at = `${pointer}/actions/0/resource`;
  const order: { status?: unknown; intent?: unknown; subject?: { reference?: unknown } } = {
    ...(action.resource as object),
  };
  if (order.status !== 'draft') yield broken(`${at}/status`, "must be 'draft'");
  if (order.intent !== 'order' && order.intent !== 'proposal')
    yield broken(`${at}/intent`, "must be 'order' or 'proposal'");
  if (typeof order.subject?.reference !== 'string') yield broken(`${at}/subject`, 'must reference the patient');
  if (action.resource.resourceType === 'MedicationRequest' && suggestion.isRecommended === true) {
    yield broken(`${pointer}/isRecommended`, 'must not pre-select a drug');
  }
}

/** @param members of the card that have not passed before */
function* houseFindings(card: Card, members: unknown): Generator<Finding> {
  if (card.detail !== undefined && HTML.test(card.detail)) yield broken('/detail', 'must hold no HTML');
  if (/[\r\n]/.test(card.summary)) yield broken('/summary', 'must be one line');
  for (const [index, suggestion] of (card.suggestions ?? []).entries()) {
    yield* suggestionFindings(suggestion, `/suggestions/${index}`);
  }
  const empty = emptyMember(members);
  if (empty !== undefined) yield broken(empty, 'must have a value or be left out');
}

/** Lists of override reasons that have passed: they are frozen and shared by all cards. */
const PASSED = new WeakSet();

/** @returns what is wrong with the card; empty when it may be sent */
export function cardFindings(card: Card): readonly Finding[] {
  const { overrideReasons: reasons } = card;
  const hasPassed = reasons !== undefined && PASSED.has(reasons);
  const unchecked: unknown = hasPassed ? { ...card, overrideReasons: undefined } : card;
  const wrong = checks().card(unchecked);
  const findings = wrong.length > 0 ? wrong : [...houseFindings(card, unchecked)];
  if (findings.length === 0 && reasons !== undefined && Object.isFrozen(reasons)) PASSED.add(reasons);
  return findings;
}
