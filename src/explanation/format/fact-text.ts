/** One fact as label, value, time and kind of source: the row of an evidence table, for Markdown and HTML alike. */
import { isImagingReference } from '../../case/index.ts';
import type { Fact, FactKey, Known, StrokeFacts, Unknown } from '../../case/index.ts';
import type { Formats } from './formats.ts';
import { valueText } from './fact-value.ts';

export interface FactText {
  readonly key: FactKey;
  readonly label: string;
  readonly status: Fact<unknown>['status'];
  /** Value, both values when they conflict, or why it is unknown. Plain text, from our own words only. */
  readonly value: string;
  /** The rejected entry of an unknown fact: not our own words alone, to be escaped as text of the record. */
  readonly about: string;
  readonly time: string;
  /** 'Laboratory or vital sign': the kind of resource, in words. */
  readonly sourceKind: string;
  /** References as they came: 'Observation/123'; to be escaped as text of the record. */
  readonly references: readonly string[];
}

export function factText(key: FactKey, facts: StrokeFacts, f: Formats): FactText {
  const fact: Fact<unknown> = facts[key];
  const { status } = fact;
  const label = f.texts.text(`fact.${key}`);
  if (status === 'unknown') {
    const references = fact.sources.map((s) => s.reference);
    return {
      key,
      label,
      status,
      value: unknownText(fact, f),
      about: fact.about ?? '',
      time: '',
      sourceKind: '',
      references,
    };
  }
  const values = status === 'known' ? [fact] : fact.values;
  const references = referencesOf(values);
  return {
    key,
    label,
    status,
    value: isRange(fact) ? rangeText(key, values, f) : joined(values, (known) => write(key, known, f)),
    about: '',
    time: distinct(values.map((known) => timeOf(known, f)).filter((time) => time !== '')).join(' ↔ '),
    sourceKind: sourceKinds(values, references, f),
    references,
  };
}

/** One entry that leaves a span open (an age from a year of birth) is no contradiction between sources. */
export function isRange(fact: Fact<unknown>): boolean {
  if (fact.status !== 'conflicting') return false;
  const [first] = fact.values;
  const source = first === undefined ? undefined : sourceKey(first);
  return fact.values.every(
    (known) => known.basis === 'derived' && amountOf(known) !== undefined && sourceKey(known) === source,
  );
}

const sourceKey = (known: Known<unknown>): string => known.sources.map(({ reference }) => reference).join(' ');

function amountOf({ value }: Known<unknown>): number | undefined {
  if (typeof value !== 'object' || value === null || !('value' in value) || !('unit' in value)) return undefined;
  return typeof value.value === 'number' && !('comparator' in value) ? value.value : undefined;
}

/** '59–60 y': the unit once. */
function rangeText(key: FactKey, values: readonly Known<unknown>[], f: Formats): string {
  const sorted = values.toSorted((a, b) => (amountOf(a) ?? 0) - (amountOf(b) ?? 0));
  const [low] = sorted;
  const high = sorted.at(-1);
  if (low === undefined || high === undefined) return '';
  return f.texts.text('ui.range', { from: f.number(amountOf(low) ?? 0), to: write(key, high, f) });
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

function joined(values: readonly Known<unknown>[], write: (known: Known<unknown>) => string): string {
  const [only] = values;
  return values.length === 1 && only !== undefined ? write(only) : values.map(write).join(' ↔ ');
}

/** Why a fact is unknown, in plain words: 'could not be read'. */
export function unknownText(fact: Unknown, f: Formats): string {
  return f.texts.text(`unknown-reason.${fact.why}`);
}

function write(key: FactKey, known: Known<unknown>, f: Formats): string {
  // The value belongs to this key by construction of StrokeFacts; the compiler loses that link in a loop over keys.
  const text = valueText(key, known.value as never, f);
  if (known.basis !== 'not-recorded') return text;
  return f.texts.text('ui.none-recorded');
}

function timeOf(known: Known<unknown>, f: Formats): string {
  return known.at === null ? '' : f.span(known.at);
}

function referencesOf(values: readonly Known<unknown>[]): readonly string[] {
  const references: string[] = [];
  for (const { sources } of values)
    for (const { reference } of sources) if (!references.includes(reference)) references.push(reference);
  return references;
}

function sourceKinds(values: readonly Known<unknown>[], references: readonly string[], f: Formats): string {
  const kinds: string[] = [];
  const add = (kind: string): void => {
    if (!kinds.includes(kind)) kinds.push(kind);
  };
  for (const reference of references) add(sourceKind(reference, f));
  // That a finding of a pipeline is computed is what its own words say.
  const isCalculated = (known: Known<unknown>): boolean =>
    known.basis === 'derived' && !known.sources.some(({ reference }) => isImagingReference(reference));
  if (values.some(isCalculated)) add(f.texts.text('ui.derived'));
  return kinds.join(', ');
}

/** By the resource type before the id, where our texts know it; never the text that came. */
function sourceKind(reference: string, f: Formats): string {
  if (isImagingReference(reference)) return f.texts.text('source.imaging');
  const slash = reference.indexOf('/');
  const key = `source.${slash === -1 ? reference : reference.slice(0, slash)}`;
  return f.texts.text(f.texts.has(key) ? key : 'source.other');
}
