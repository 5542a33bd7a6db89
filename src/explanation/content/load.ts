/** Reads `cards/` once at start. The only part of the explanation that touches the file system. */
import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import {
  CARD_TOPICS,
  LOCALES,
  type AboutSection,
  type CardContent,
  type CardDefinition,
  type CardTopic,
  type Locale,
  type OrderDefinition,
} from './card-content.ts';
import { checkTexts } from './check.ts';
import { parseSections } from './sections.ts';
import { compileTexts } from './texts.ts';

/** Holds every problem of the content, one per line. */
export class ContentProblems extends Error {
  override readonly name = 'ContentProblems';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the card content has ${problems.length} problem(s):\n${problems.join('\n')}`);
    this.problems = problems;
  }
}

interface Reader {
  readonly text: (...path: string[]) => string;
  readonly json: (...path: string[]) => unknown;
  readonly problems: string[];
  readonly digest: Hash;
}

/**
 * Loads and checks the content of all cards.
 * @param directory the `cards` folder
 * @throws ContentProblems listing everything that is wrong
 */
export function loadCardContent(directory: string): CardContent {
  const reader = readerOf(directory);
  const ajv = new Ajv({ allErrors: true });
  const checked = (schemaFile: string, ...path: string[]): unknown => {
    const value = reader.json(...path);
    const schema = reader.json(schemaFile);
    if (value === undefined || schema === undefined) return undefined;
    const validate = ajv.compile(schema as object);
    if (validate(value)) return value;
    for (const error of validate.errors ?? [])
      reader.problems.push(`${path.join('/')}${error.instancePath}: ${error.message ?? error.keyword}`);
    return undefined;
  };

  const cards: Partial<Record<CardTopic, CardDefinition>> = {};
  for (const topic of CARD_TOPICS) {
    // The schema has just said that it is one.
    const card = checked('card.schema.json', topic, 'card.json') as CardDefinition | undefined;
    if (card && card.topic !== topic) reader.problems.push(`${topic}/card.json: topic is '${card.topic}'`);
    if (card) cards[topic] = card;
  }
  const orders = (checked('orders.schema.json', 'orders.json') ?? []) as readonly OrderDefinition[];
  const texts = byLocale((locale) => compileTexts(locale, rawTexts(reader, directory, locale), reader.problems));
  checkTexts(texts, cards, reader.problems);
  for (const { id } of orders) if (!texts.en.has(`order.${id}`)) reader.problems.push(`en: order.${id} is missing`);
  const about = byLocale((locale) => aboutSections(reader, locale));
  checkAbout(about, reader.problems);

  if (!hasAllCards(cards) || reader.problems.length > 0) throw new ContentProblems(reader.problems);
  return { version: reader.digest.digest('hex').slice(0, 12), texts, cards, orders, about };
}

function readerOf(directory: string): Reader {
  const problems: string[] = [];
  const digest = createHash('sha256');
  const text = (...path: string[]): string => {
    try {
      const content = readFileSync(join(directory, ...path), 'utf8');
      digest.update(path.join('/')).update('\0').update(content).update('\0');
      return content;
    } catch {
      problems.push(`${path.join('/')} cannot be read`);
      return '';
    }
  };
  const json = (...path: string[]): unknown => {
    const content = text(...path);
    if (content === '') return undefined;
    try {
      return JSON.parse(content) as unknown;
    } catch {
      problems.push(`${path.join('/')} is not valid JSON`);
      return undefined;
    }
  };
  return { text, json, problems, digest };
}

/** The texts of the cards and of the terms, under one flat set of keys. */
function rawTexts(reader: Reader, directory: string, locale: Locale): Map<string, string> {
  const raw = new Map<string, string>();
  const add = (key: string, text: string): void => {
    if (raw.has(key)) reader.problems.push(`${locale}: ${key} is there twice`);
    raw.set(key, text);
  };
  for (const topic of CARD_TOPICS)
    for (const { key, text } of parseSections(reader.text(topic, `${locale}.md`))) add(`${topic}.${key}`, text);
  for (const file of termFiles(directory, locale, reader.problems)) {
    const terms = reader.json('terms', locale, file);
    const prefix = file.replace(/\.json$/, '');
    for (const [id, term] of Object.entries(isObject(terms) ? terms : {})) addTerm(`${prefix}.${id}`, term);
  }
  return raw;

  function addTerm(key: string, term: unknown): void {
    if (typeof term === 'string') add(key, term);
    else if (isObject(term) && typeof term['name'] === 'string' && typeof term['sentence'] === 'string') {
      add(key, term['name']);
      add(`${key}.sentence`, term['sentence']);
    } else reader.problems.push(`${locale}: ${key} is neither a text nor a name with a sentence`);
  }
}

function termFiles(directory: string, locale: Locale, problems: string[]): string[] {
  try {
    return readdirSync(join(directory, 'terms', locale))
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    problems.push(`terms/${locale} cannot be read`);
    return [];
  }
}

function aboutSections(reader: Reader, locale: Locale): readonly AboutSection[] {
  return parseSections(reader.text('about', `${locale}.md`)).map(({ key, title, text }) => ({
    id: key,
    title: title || key,
    body: text,
  }));
}

function checkAbout(about: Readonly<Record<Locale, readonly AboutSection[]>>, problems: string[]): void {
  const wanted = about.en.map((section) => section.id).join(' ');
  for (const locale of LOCALES)
    if (about[locale].map((section) => section.id).join(' ') !== wanted)
      problems.push(`about/${locale}.md does not have the same sections as about/en.md`);
}

function hasAllCards(cards: Partial<Record<CardTopic, CardDefinition>>): cards is Record<CardTopic, CardDefinition> {
  return CARD_TOPICS.every((topic) => cards[topic] !== undefined);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byLocale<T>(make: (locale: Locale) => T): Record<Locale, T> {
  return { en: make('en'), 'zh-CN': make('zh-CN') };
}
