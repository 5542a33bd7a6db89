/** Checks that the texts of the locales match each other and the card definitions. */
import { CARD_TOPICS, LOCALES, type CardDefinition, type CardTopic, type Locale, type Texts } from './card-content.ts';

/** Adds a line to `problems` for each key that one locale lacks and each placeholder that is not declared. */
export function checkTexts(
  texts: Readonly<Record<Locale, Texts>>,
  cards: Readonly<Partial<Record<CardTopic, CardDefinition>>>,
  problems: string[],
): void {
  const declared = declaredTexts(cards);
  const keys = new Set(LOCALES.flatMap((locale) => texts[locale].keys()));
  for (const key of new Set([...keys, ...declared.keys()])) {
    for (const locale of LOCALES) if (!texts[locale].has(key)) problems.push(`${locale}: ${key} is missing`);
    checkPlaceholders(key, texts, declared.get(key), problems);
  }
  for (const key of keys)
    if (CARD_TOPICS.some((topic) => key.startsWith(`${topic}.`)) && !declared.has(key))
      problems.push(`${key} is not declared in card.json`);
}

function declaredTexts(cards: Readonly<Partial<Record<CardTopic, CardDefinition>>>): Map<string, readonly string[]> {
  const declared = new Map<string, readonly string[]>();
  for (const topic of CARD_TOPICS)
    for (const [key, names] of Object.entries(cards[topic]?.texts ?? {})) declared.set(`${topic}.${key}`, names);
  return declared;
}

/** A value that the messages offer in a second unit. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  glucose: ['glucoseMmol'],
  fibrinogen: ['fibrinogenGramPerL'],
};

function checkPlaceholders(
  key: string,
  texts: Readonly<Record<Locale, Texts>>,
  declared: readonly string[] | undefined,
  problems: string[],
): void {
  // Terms are not declared one by one: there the English text is the measure for the others.
  const allowed = new Set(declared ?? [...texts.en.placeholders(key)].flatMap((name) => [name, ...(ALSO[name] ?? [])]));
  for (const locale of LOCALES)
    for (const name of texts[locale].placeholders(key))
      if (!allowed.has(name)) problems.push(`${locale}: ${key} uses the unknown placeholder {${name}}`);
}
