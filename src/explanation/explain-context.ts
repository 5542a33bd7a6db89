/** What every card writer needs: the case, the instant, the site, and the formats of the reader. */
import type { FactKey, Instant, StrokeCase } from '../case/index.ts';
import type { SitePolicy } from '../decisions/evaluation.ts';
import type { CardContent, Locale, Texts } from './content/card-content.ts';
import { factText, type FactText } from './format/fact-text.ts';
import { formatsFor, type Formats } from './format/formats.ts';

export interface ExplainOptions {
  /** Version of the service, for the closing line. */
  readonly version: string;
  /** Is told of a card that could not be written; the card itself then says so under this id. */
  readonly onError?: (card: string, error: unknown, errorId: string) => void;
}

export interface ExplainContext {
  readonly stroke: StrokeCase;
  readonly at: Instant;
  readonly policy: SitePolicy;
  readonly content: CardContent;
  readonly texts: Texts;
  readonly f: Formats;
  /** The texts of a fact; several cards show the same facts, so each is written once. */
  readonly fact: (key: FactKey) => FactText;
  /** Rows of evidence tables that are written already. */
  readonly evidenceRows: Map<FactKey, string>;
  readonly options: ExplainOptions;
}

export function explainContext(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  content: CardContent,
  locale: Locale,
  options: ExplainOptions,
): ExplainContext {
  const texts = content.texts[locale];
  const f = formatsFor(texts, policy.timeZone, at);
  const written = new Map<FactKey, FactText>();
  const fact = (key: FactKey): FactText => {
    const found = written.get(key);
    if (found !== undefined) return found;
    const text = factText(key, stroke.facts, f);
    written.set(key, text);
    return text;
  };
  return { stroke, at, policy, content, texts, f, fact, evidenceRows: new Map(), options };
}
