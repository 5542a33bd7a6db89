/**
 * The main flow of a hook call: record → stroke case → decisions → card drafts, with what the audit record needs.
 * Reading the record is the only I/O; the rest is pure functions of what was read and of one instant.
 */
import { randomUUID } from 'node:crypto';
import { IMAGING_FINDINGS, NO_IMAGING } from './case/index.ts';
import type { Degradation, Instant, PatientImaging, StrokeCase } from './case/index.ts';
import { DeadlineExceeded, withDeadline } from './cds-hooks/deadline.ts';
import { NothingToSay, type Advice, type HookService, type InvocationContext } from './cds-hooks/hook-service.ts';
import type { HookRequest } from './cds-hooks/request.ts';
import { decide } from './decisions/decide.ts';
import type { SitePolicy } from './decisions/evaluation.ts';
import type { CasePredictions } from './decisions/prediction.ts';
import type { CardContent, Locale } from './explanation/content/card-content.ts';
import { explain } from './explanation/index.ts';
import { storeEvaluation } from './explanation/stored-evaluation.ts';
import { nothingReadable } from './fhir/access/index.ts';
import type { PatientRecord, RecordKey } from './fhir/record.ts';
import { joinImaging } from './imaging/results/case-facts.ts';
import { preferredLocale } from './locale.ts';

export interface AdvisorParts {
  readonly readRecord: (request: HookRequest, context: InvocationContext) => Promise<PatientRecord>;
  readonly toCase: (record: PatientRecord, at: Instant) => StrokeCase;
  /**
   * What the imaging pipelines know of the patient; absent where none run. One look-up: it never waits for imaging, and
   * what takes longer than it may counts as unread.
   */
  readonly imagingOf?: (record: PatientRecord) => Promise<PatientImaging>;
  /** What trained models say about a case; absent where none is installed. */
  readonly predict?: (stroke: StrokeCase) => Promise<CasePredictions>;
  readonly policy: SitePolicy;
  readonly content: CardContent;
  /** Of the service, for cards and records. */
  readonly version: string;
  readonly clock: () => Instant;
  /** Language of the cards where neither client nor browser says one. */
  readonly defaultLocale: Locale;
  /** Languages that the site offers. */
  readonly locales: readonly Locale[];
  /** Where advice is computed; here, when left out. */
  readonly adviseOn?: (record: PatientRecord, at: Instant, locale: Locale) => Promise<RecordAdvice>;
  /** A decision threw: the statement is left out and this is told; no patient data in the error. */
  readonly onDecisionError: (decision: string, error: unknown) => void;
}

export interface RecordAdvice extends Advice {
  /** False when nothing in the record points to an acute stroke. */
  readonly isStrokeCase: boolean;
}

/** @returns the advise function of a hook service */
export function createAdvisor(parts: AdvisorParts): HookService['advise'] {
  const adviseOn: NonNullable<AdvisorParts['adviseOn']> =
    parts.adviseOn ?? ((record, at, locale) => adviseOnRecord(record, at, locale, parts));
  return async (request, context) => {
    const record = await parts.readRecord(request, context);
    if (nothingReadable(record)) {
      throw new NothingToSay('neither the prefetch nor the FHIR server gave any data of the patient');
    }
    const at = parts.clock();
    const locale = preferredLocale(context.client.locale, context.acceptLanguage, parts.defaultLocale, parts.locales);
    const advice = await adviseOn(record, at, locale);
    if (!advice.isStrokeCase && wouldNotShowAStroke(record)) {
      throw new NothingToSay('nothing was read that could point to a stroke, so its absence cannot be told');
    }
    return advice;
  };
}

/** Where a stroke of today would show first: with all of these unread, silence would look like 'no stroke'. */
const INDICATING: readonly RecordKey[] = ['encounter', 'conditions', 'strokeObservations'];

/** A part that was dropped counts as much: no second call would bring it, as it may after a server's bad moment. */
function wouldNotShowAStroke({ reads, degradations }: PatientRecord): boolean {
  const refused = new Set(degradations.flatMap(({ where, why }) => (why === 'refused' ? [where] : [])));
  return (
    INDICATING.every((key) => reads[key].state === 'failed') ||
    INDICATING.some((key) => reads[key].state !== 'complete' && refused.has(key))
  );
}

/** Milliseconds that the look-up of findings may take from an answer. */
const IMAGING_LOOK_UP = 500;

async function withImaging(
  stroke: StrokeCase,
  record: PatientRecord,
  { imagingOf, onDecisionError }: Pick<AdvisorParts, 'imagingOf' | 'onDecisionError'>,
): Promise<StrokeCase> {
  if (imagingOf === undefined || stroke.indications.length === 0) return stroke;
  try {
    return joinImaging(stroke, await withDeadline(IMAGING_LOOK_UP, () => imagingOf(record)));
  } catch (error) {
    onDecisionError('imaging', error);
    const why: Degradation['why'] = error instanceof DeadlineExceeded ? 'time-out' : 'unavailable';
    return joinImaging(stroke, NO_IMAGING, { where: IMAGING_FINDINGS, why });
  }
}

let last: Promise<unknown> = Promise.resolve();
/** Milliseconds: a model that hangs holds up nobody but its own case. */
const LONGEST_WAIT = 250;

/**
 * One case after the other, in order of arrival. The graphs of models yield, and without an order all calls under way would
 * advance a little in turn: all would be late together, the database idle until then and this thread while it writes.
 */
function inTurn<T>(compute: () => Promise<T>): Promise<T> {
  const before = last;
  const myTurn = new Promise<void>((resolve) => {
    const patience = setTimeout(resolve, LONGEST_WAIT);
    void before.then(() => {
      clearTimeout(patience);
      resolve();
    });
  });
  const mine = myTurn.then(compute);
  last = mine.catch(() => undefined);
  return mine;
}

/** What is said about a record at an instant; the models run before, the rest is pure. Also serves offline evaluation. */
export async function adviseOnRecord(
  record: PatientRecord,
  at: Instant,
  locale: Locale,
  parts: Pick<AdvisorParts, 'toCase' | 'imagingOf' | 'predict' | 'policy' | 'content' | 'version' | 'onDecisionError'>,
) {
  const stroke = await withImaging(parts.toCase(record, at), record, parts);
  return inTurn(() => adviseOnCase(stroke, at, locale, parts));
}

async function adviseOnCase(
  stroke: StrokeCase,
  at: Instant,
  locale: Locale,
  parts: Pick<AdvisorParts, 'predict' | 'policy' | 'content' | 'version' | 'onDecisionError'>,
) {
  const predictions = stroke.indications.length === 0 ? undefined : await parts.predict?.(stroke);
  const decisions = decide(stroke, at, parts.policy, {
    onError: parts.onDecisionError,
    ...(predictions === undefined ? {} : { predictions }),
  });
  const evaluationId = randomUUID();
  return {
    evaluationId,
    locale,
    stroke,
    decisions,
    isStrokeCase: decisions !== null,
    cards:
      decisions === null
        ? []
        : explain(decisions, stroke, at, parts.policy, parts.content, locale, {
            version: parts.version,
            onError: parts.onDecisionError,
          }),
    record: storeEvaluation(
      stroke,
      decisions,
      at,
      parts.policy,
      { service: parts.version, content: parts.content.version },
      predictions,
    ),
    degradations: stroke.degradations,
  };
}
