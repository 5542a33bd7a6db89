/**
 * What the stroke side hands to the protocol side: card content without identifiers.
 * `cds-hooks` adds uuids, source, override reasons and links, checks it against the schema, and knows no stroke medicine.
 */
import type { FhirResource } from 'fhir/r4.js';
import type { CardTopic } from './content/card-content.ts';

export type Indicator = 'info' | 'warning' | 'critical';

export interface SuggestionDraft {
  /** Stable id within the card: 'order-inr'. */
  readonly id: string;
  readonly label: string;
  readonly isRecommended?: boolean;
  /** Exactly one: some EHRs take one action per suggestion. `description` is what the user reads there. */
  readonly action: { readonly type: 'create'; readonly description: string; readonly resource: FhirResource };
}

export interface CardDraft {
  /** Static topic code of this kind of guidance: 'thrombolysis'. Ties override, lockout and feedback together. */
  readonly topic: CardTopic;
  /** ≤ 139 characters, conclusion first. */
  readonly summary: string;
  /** GitHub-flavored Markdown, no HTML. */
  readonly detail: string;
  readonly indicator: Indicator;
  readonly suggestions: readonly SuggestionDraft[];
}
