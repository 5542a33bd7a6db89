/** The basis page of an evaluation in the audit record: decided again from the stored facts, at the stored instant. */
import { decide } from './decisions/decide.ts';
import type { CardContent, Locale } from './explanation/content/card-content.ts';
import { makeEvaluationRecord } from './explanation/evaluation-record.ts';
import { renderBasisPage, type BasisPicture } from './explanation/index.ts';
import { predictionsOf, restoreCase, storeEvaluation, type StoredEvaluation } from './explanation/stored-evaluation.ts';

/** Statements whose conclusion today's version would draw differently from the same facts. */
function changedConclusions(stored: StoredEvaluation, again: StoredEvaluation): string[] {
  const then = stored.conclusions ?? {};
  const now = again.conclusions ?? {};
  const conclusionOf = (statement: (typeof then)[string] | undefined): string | undefined =>
    statement === undefined || 'failed' in statement ? undefined : statement.conclusion;
  return Object.keys(then).filter((name) => conclusionOf(then[name]) !== conclusionOf(now[name]));
}

export function basisPageOf(
  stored: StoredEvaluation,
  evaluationId: string,
  content: CardContent,
  locale: Locale,
  pictures: readonly BasisPicture[] = [],
): string {
  const stroke = restoreCase(stored);
  // Models may have been replaced since: what they said then is shown, not what they would say now.
  const predictions = predictionsOf(stored);
  const decisions = decide(stroke, stored.at, stored.policy, predictions === undefined ? {} : { predictions });
  const record = makeEvaluationRecord(stroke, decisions, stored.at, stored.policy, content, {
    version: stored.versions.service,
    evaluationId,
  });
  const changed = changedConclusions(
    stored,
    storeEvaluation(stroke, decisions, stored.at, stored.policy, stored.versions),
  );
  return renderBasisPage({ ...record, versions: stored.versions, changed }, content, locale, pictures);
}
