/** Feedback in any of the spellings that EHRs use → entries of one shape. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Instant } from '../case/index.ts';
import { parseInstant } from '../case/index.ts';
import type { FeedbackEntry, OverrideReason } from './ports.ts';
import { invalid, problem } from './problem.ts';
import { checks } from './validation.ts';

type Json = Readonly<Record<string, unknown>>;

/** Which call the feedback came with. */
export interface FeedbackContext {
  readonly clientId: string;
  readonly serviceId: string;
  readonly requestId: string;
  readonly receivedAt: Instant;
}

const EPIC_REASON = 'com.epic.cdshooks.feedback.overrideReason.';
const COMMENT = 'userComment';

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objects(value: unknown): readonly Json[] {
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Every object that may describe why: `overrideReason`, Epic's plural, and what hangs below them. */
function reasonHolders(item: Json): readonly Json[] {
  return [...objects(item['overrideReason']), ...objects(item['overrideReasons'])];
}

function reason(from: Json): OverrideReason | undefined {
  const [code, system, display] = [text(from['code']), text(from['system']), text(from['display'])];
  if (code === undefined && display === undefined) return undefined;
  return {
    ...(code === undefined ? {} : { code }),
    ...(system === undefined ? {} : { system }),
    ...(display === undefined ? {} : { display }),
  };
}

function epicReason(from: Json): OverrideReason | undefined {
  const extension = from['extension'];
  if (!isObject(extension)) return undefined;
  const code = text(extension[`${EPIC_REASON}reasonCategory`]);
  const display = text(extension[`${EPIC_REASON}Display`]) ?? text(extension[`${EPIC_REASON}Title`]);
  return reason({ code, display, system: code === undefined ? undefined : EPIC_REASON + 'reasonCategory' });
}

function reasonsOf(item: Json): readonly OverrideReason[] {
  const holders = reasonHolders(item);
  const stated = holders.flatMap((holder) => [...objects(holder['reason']), holder].map(reason));
  const epic = [...holders, item].map(epicReason);
  const unique = new Map<string, OverrideReason>();
  for (const each of [...stated, ...epic]) if (each !== undefined) unique.set(JSON.stringify(each), each);
  return [...unique.values()];
}

function commentOf(item: Json): string | null {
  const comments = [...reasonHolders(item), item].map((holder) => text(holder[COMMENT]));
  const said = new Set(comments.filter((comment) => comment !== undefined));
  return said.size === 0 ? null : [...said].join('\n');
}

/** The free text travels apart from the rest, so that it alone can be encrypted or left out. */
function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (name === COMMENT ? [] : [[name, withoutComments(member)]])),
  );
}

const LONGEST_TIME = 64;

/** Accepts '+0100' too; a time without a zone is not guessed, and one before 1970 is no time of a report. */
function outcomeAt(value: unknown): Instant | null {
  if (typeof value !== 'string' || value.length > LONGEST_TIME) return null;
  const at = parseInstant(
    value
      .trim()
      .replace(/([+-]\d{2})(\d{2})$/, '$1:$2')
      .replace(/z$/, 'Z'),
  );
  return at !== undefined && at >= 0 ? at : null;
}

function flawsOf(outcome: FeedbackEntry['outcome'], suggestions: readonly string[], at: Instant | null): string[] {
  return [
    ...(at === null ? ['timestamp-unusable'] : []),
    ...(outcome === 'accepted' && suggestions.length === 0 ? ['accepted-without-suggestion'] : []),
  ];
}

function entry(item: Json, context: FeedbackContext): FeedbackEntry {
  // The feedback schema has checked card, outcome and the ids of suggestions.
  const outcome = item['outcome'] as FeedbackEntry['outcome'];
  const acceptedSuggestions = objects(item['acceptedSuggestions']).map(({ id }) => id as string);
  const at = outcomeAt(item['outcomeTimestamp']);
  const identity = canonicalize([context.clientId, context.serviceId, item]) ?? '';
  return {
    ...context,
    key: createHash('sha256').update(identity).digest('hex'),
    card: item['card'] as string,
    outcome,
    outcomeAt: at,
    acceptedSuggestions,
    overrideReasons: reasonsOf(item),
    userComment: commentOf(item),
    flaws: flawsOf(outcome, acceptedSuggestions, at),
    raw: withoutComments(item),
  };
}

function isNothing(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/**
 * A comment cut in the middle of an emoji ends in half a character, and 1e999 is read as infinity: neither hash nor
 * database take them, and the EHR would send the batch again for ever.
 */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string') return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [Buffer.from(name).toString(), wellFormed(member)]),
  );
}

/** EHRs send null or [] for 'none'; a member without a value is absent. */
function tidy(item: unknown): unknown {
  if (!isObject(item)) return item;
  return wellFormed(Object.fromEntries(Object.entries(item).filter(([, value]) => !isNothing(value))));
}

const MOST_ITEMS = 1_000;

/** Before the schema, which would write down what is wrong with each of them. */
function refuseTooMany(items: readonly unknown[]): void {
  const refuse = (pointer: string): never => {
    throw problem(400, 'too-long', `${pointer} must hold at most ${MOST_ITEMS} items`, pointer);
  };
  if (items.length > MOST_ITEMS) refuse('/feedback');
  for (const [index, item] of items.entries()) {
    if (!isObject(item)) continue;
    for (const name of ['acceptedSuggestions', 'overrideReason', 'overrideReasons']) {
      const list = item[name];
      if (Array.isArray(list) && list.length > MOST_ITEMS) refuse(`/feedback/${index}/${name}`);
    }
  }
}

/**
 * @param body parsed JSON: `{feedback: [...]}`, single or batched
 * @returns one entry for each item, in the order received
 * @throws HttpProblem 400 when an item has no card or no outcome; never with values of the request
 */
export function parseFeedback(body: unknown, context: FeedbackContext): readonly FeedbackEntry[] {
  if (isObject(body) && Array.isArray(body['feedback'])) refuseTooMany(body['feedback']);
  const tidied =
    isObject(body) && Array.isArray(body['feedback']) ? { ...body, feedback: body['feedback'].map(tidy) } : body;
  const wrong = checks().feedback(tidied);
  if (wrong.length > 0) throw invalid(wrong);
  return (tidied as { feedback: readonly Json[] }).feedback.map((item) => entry(item, context));
}
