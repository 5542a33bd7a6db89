/** Messages between the service and the threads that compute advice. Records and advice cross as text: it is cheaper. */
import type { Degradation, Instant, PatientImaging } from '../case/index.ts';
import type { Config } from '../config/index.ts';
import type { CardDraft } from '../explanation/card-draft.ts';
import type { Locale } from '../explanation/content/card-content.ts';
import type { RegistryOptions } from '../inference/index.ts';

export interface ThreadOptions {
  readonly config: Pick<Config, 'site' | 'contentDirectory' | 'fhirResourcesDirectory'>;
  readonly models: RegistryOptions;
  /** Whether the service knows findings of imaging, which a thread asks it for. */
  readonly hasImaging: boolean;
}

/** What a thread found, as JSON; the record of the evaluation travels beside it. */
export interface ThreadAdvice {
  readonly evaluationId: string;
  readonly locale: Locale;
  readonly isStrokeCase: boolean;
  readonly cards: readonly CardDraft[];
  readonly degradations: readonly Degradation[];
}

export type ThreadCommand =
  | {
      readonly type: 'advise';
      readonly id: number;
      readonly record: string;
      readonly at: Instant;
      readonly locale: Locale;
    }
  | { readonly type: 'imaging'; readonly id: number; readonly imaging: PatientImaging }
  | { readonly type: 'imaging-failed'; readonly id: number; readonly error: Error }
  | { readonly type: 'close' };

export type ThreadReply =
  | { readonly type: 'ready' }
  | { readonly type: 'failed-to-open'; readonly error: Error }
  /** `advice`: JSON of {@link ThreadAdvice}. `record`: RFC 8785 text of what the audit keeps. */
  | { readonly type: 'advice'; readonly id: number; readonly advice: string; readonly record: string }
  | { readonly type: 'failed'; readonly id: number; readonly error: Error }
  | { readonly type: 'imaging-wanted'; readonly id: number }
  /** For the log of the service; the error holds no patient data where it is logged. */
  | { readonly type: 'problem'; readonly details: object; readonly message: string };

export const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error('no error was thrown'));
