/** The wording of everything that a clinician reads, as loaded and checked at start. */
import type { MessageValues } from './message.ts';

export const LOCALES = ['en', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

export const CARD_TOPICS = [
  'stroke-state',
  'thrombolysis',
  'thrombectomy',
  'hemorrhage',
  'complication',
  'outlook',
  'subtype',
  'missing-data',
] as const;
export type CardTopic = (typeof CARD_TOPICS)[number];

/** Texts of one locale by key: 'criterion.<id>', 'thrombolysis.summary.recommended'. */
export interface Texts {
  readonly locale: Locale;
  readonly has: (key: string) => boolean;
  /** The text, filled; an unknown key gives the key's last part in words, never an error on the way to a patient. */
  readonly text: (key: string, values?: MessageValues) => string;
  readonly keys: () => readonly string[];
  readonly placeholders: (key: string) => ReadonlySet<string>;
}

/** `cards/<card>/card.json`: the texts a card consists of and the values each may name. */
export interface CardDefinition {
  readonly topic: CardTopic;
  readonly description: string;
  /** Section key → placeholders that the text may use. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** `cards/orders.json`: an order that would supply facts. */
export interface OrderDefinition {
  /** 'blood-count'; text keys `order.<id>`. */
  readonly id: string;
  readonly facts: readonly string[];
  /** Examinations for the cause of the stroke that it does. */
  readonly investigations?: readonly string[];
  readonly code: Coding;
  readonly category: Coding;
}

export interface AboutSection {
  /** 'intended-use'; the anchor on the basis page. */
  readonly id: string;
  readonly title: string;
  /** Markdown without HTML. */
  readonly body: string;
}

export interface CardContent {
  /** Digest of all content files: part of every audit record and of the closing line of a card. */
  readonly version: string;
  readonly texts: Readonly<Record<Locale, Texts>>;
  readonly cards: Readonly<Record<CardTopic, CardDefinition>>;
  readonly orders: readonly OrderDefinition[];
  readonly about: Readonly<Record<Locale, readonly AboutSection[]>>;
}
