/** One fact as label, value, time and kind of source: the row of an evidence table, for Markdown and HTML alike. */
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
  const base = { key, label: f.texts.text(`fact.${key}`), status: fact.status, about: '' };
  switch (fact.status) {
    case 'known':
      return { ...base, value: write(key, fact, f), time: timeOf(fact, f), ...sourcesOf([fact], f) };
    case 'conflicting':
      return {
        ...base,
        value: fact.values.map((k) => write(key, k, f)).join(' ↔ '),
        time: fact.values.map((k) => timeOf(k, f)).join(' ↔ '),
        ...sourcesOf(fact.values, f),
      };
    case 'unknown':
      return {
        ...base,
        value: unknownText(fact, f),
        about: fact.about ?? '',
        time: '',
        sourceKind: '',
        references: fact.sources.map((s) => s.reference),
      };
  }
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

function sourcesOf(
  values: readonly Known<unknown>[],
  f: Formats,
): { readonly sourceKind: string; readonly references: readonly string[] } {
  const references = [...new Set(values.flatMap((k) => k.sources.map((s) => s.reference)))];
  const kinds = new Set(references.map((reference) => sourceKind(reference, f)));
  if (values.some((k) => k.basis === 'derived')) kinds.add(f.texts.text('ui.derived'));
  return { sourceKind: [...kinds].join(', '), references };
}

const RESOURCE = /^[A-Z][A-Za-z]{2,40}(?=\/|$)/;

function sourceKind(reference: string, f: Formats): string {
  const type = reference === 'site' ? 'site' : (RESOURCE.exec(reference)?.[0] ?? 'other');
  const key = `source.${type}`;
  return f.texts.text(f.texts.has(key) ? key : 'source.other');
}
