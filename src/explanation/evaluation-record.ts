/** What one evaluation was based on and what it found: stored by the audit, rendered as the basis page. Plain JSON. */
import type { Instant, StrokeCase } from '../case/index.ts';
import type { Decisions } from '../decisions/decide.ts';
import type { SitePolicy } from '../decisions/evaluation.ts';
import type { CardContent } from './content/card-content.ts';

export interface RecordVersions {
  /** Of the service. */
  readonly service: string;
  /** Digest of `cards/`. */
  readonly content: string;
}

/** Survives `JSON.parse(JSON.stringify(record))`. Instants are milliseconds since 1970 in UTC. */
export interface EvaluationRecord {
  readonly format: 1;
  /** Null when the record is kept under its id elsewhere. */
  readonly evaluationId: string | null;
  readonly at: Instant;
  /** The facts with their sources as they were; holds patient data. */
  readonly stroke: StrokeCase;
  readonly policy: SitePolicy;
  /** Null when nothing pointed to an acute stroke. */
  readonly decisions: Decisions | null;
  readonly versions: RecordVersions;
  /** Statements that today's version would conclude differently from the same facts; the page says so. */
  readonly changed?: readonly string[];
}

/** Everything that is needed to show later what was said, when, to which data and by which rules. */
export function makeEvaluationRecord(
  stroke: StrokeCase,
  decisions: Decisions | null,
  at: Instant,
  policy: SitePolicy,
  content: Pick<CardContent, 'version'>,
  options: { readonly version: string; readonly evaluationId?: string },
): EvaluationRecord {
  return {
    format: 1,
    evaluationId: options.evaluationId ?? null,
    at,
    stroke,
    policy,
    decisions,
    versions: { service: options.version, content: content.version },
  };
}
