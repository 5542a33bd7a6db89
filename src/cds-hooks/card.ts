/** A card as it goes over the wire (CDS Hooks 2.0). */
import type { Coding, FhirResource } from 'fhir/r4.js';
import type { Indicator } from '../explanation/card-draft.ts';

export interface Action {
  readonly type: 'create';
  readonly description: string;
  readonly resource: FhirResource;
}

export interface Suggestion {
  readonly label: string;
  readonly uuid: string;
  readonly isRecommended?: boolean;
  readonly actions: readonly Action[];
}

export interface Link {
  readonly label: string;
  readonly url: string;
  readonly type: 'absolute' | 'smart';
  /** Reaches the app in the token response; for `smart` only. */
  readonly appContext?: string;
}

export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly detail?: string;
  readonly indicator: Indicator;
  readonly source: { readonly label: string; readonly url?: string; readonly topic: Coding };
  readonly suggestions?: readonly Suggestion[];
  readonly selectionBehavior?: 'any';
  readonly overrideReasons?: readonly Coding[];
  readonly links?: readonly Link[];
}
