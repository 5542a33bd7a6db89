/** Every fact of the case: what is known, with time and source, and what is not, with the reason. */
import type { FactKey } from '../../case/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { FACT_KEYS } from '../format/fact-value.ts';
import type { FactText } from '../format/fact-text.ts';
import { html, join, list, section, table, text, type Html } from './html-parts.ts';

export const ANY_FACTS: readonly FactKey[] = FACT_KEYS;

export function factTables(keys: readonly FactKey[], c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const facts = keys.map((key) => c.fact(key));
  const known = facts.filter((fact) => fact.status !== 'unknown');
  const unknown = facts.filter((fact) => fact.status === 'unknown');
  return join([
    section(
      'facts',
      word('facts'),
      table(word('facts'), ['fact', 'value', 'time', 'source'].map(word), known.map(knownRow)),
    ),
    section(
      'unknown',
      word('facts-unknown'),
      table(
        word('facts-unknown'),
        ['fact', 'why', 'source'].map(word),
        unknown.map((fact) => unknownRow(fact, c)),
      ),
    ),
    degradations(c),
  ]);
}

const references = (fact: FactText): Html => html(`<span class="ref">${text(fact.references.join(', '))}</span>`);

const knownRow = (fact: FactText): Html[] => [
  text(fact.label),
  text(fact.value),
  text(fact.time),
  html(`${text(fact.sourceKind)} ${references(fact)}`),
];

const unknownRow = (fact: FactText, c: ExplainContext): Html[] => [
  text(fact.label),
  text(fact.about === '' ? fact.value : c.texts.text('ui.noted', { value: fact.value, note: fact.about })),
  references(fact),
];

function degradations(c: ExplainContext): Html {
  if (c.stroke.degradations.length === 0) return html('');
  const items = c.stroke.degradations.map(({ where, why, detail }) =>
    html(
      `<span class="ref">${text(where)}</span>: ${text(c.texts.text(`degradation.${why}`))}${detail === undefined ? '' : ` (${text(detail)})`}`,
    ),
  );
  return section('degradations', c.texts.text('page.degradations'), list(items));
}
