/** Compiles the texts of one locale. */
import { compileMessage, type CompiledMessage, type MessageValues } from './message.ts';
import type { Locale, Texts } from './card-content.ts';

const NO_PLACEHOLDERS: ReadonlySet<string> = new Set();
const NO_VALUES: MessageValues = {};

export function compileTexts(locale: Locale, raw: ReadonlyMap<string, string>, problems: string[]): Texts {
  const compiled = new Map<string, CompiledMessage>();
  for (const [key, text] of raw) {
    if (text === '') problems.push(`${locale}: ${key} is empty`);
    try {
      compiled.set(key, compileMessage(text, locale));
    } catch (error) {
      problems.push(`${locale}: ${key} is not a valid message (${error instanceof Error ? error.message : 'unknown'})`);
    }
  }
  return {
    locale,
    has: (key) => compiled.has(key),
    text: (key: string, values: MessageValues = NO_VALUES) => {
      const message = compiled.get(key);
      return message === undefined ? inWords(key) : (message.fixed ?? message.format(values));
    },
    keys: () => [...compiled.keys()],
    placeholders: (key) => compiled.get(key)?.placeholders ?? NO_PLACEHOLDERS,
  };
}

/** The tests prove that every key has its text; should one slip through, a card still says something readable. */
function inWords(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1).replaceAll('-', ' ');
}
