/**
 * Answers of questionnaires as readings. An R4 answer carries no code of its question, so the item is recognized by a
 * linkId or definition that ends in one of our codes or a LOINC code ('/70182-1/70184-7', '…#last-known-well').
 */
import type { QuestionnaireResponse, QuestionnaireResponseItem } from 'fhir/r4.js';
import { fhirTime } from '../time.ts';
import { addReading } from './index-observations.ts';
import type { Reading } from './reading.ts';
import type { Scope } from './scope.ts';

const OWN_SYSTEM = 'https://stroke-cds.org/fhir/CodeSystem/stroke-cds';
const LOINC = 'http://loinc.org';
const USED: ReadonlySet<unknown> = new Set(['completed', 'amended', 'in-progress']);
const DEEPEST = 12;

function groupsOf(text: unknown, scope: Scope): readonly string[] {
  if (typeof text !== 'string') return [];
  const code = /[^/#|]*$/.exec(text)?.[0] ?? '';
  return [LOINC, OWN_SYSTEM].flatMap((system) =>
    scope.terminology.groupsOf(system, code).filter((g) => g.startsWith('observation-')),
  );
}

export function indexAnswers(
  resource: QuestionnaireResponse,
  reference: string,
  scope: Scope,
  readings: Map<string, Reading[]>,
): void {
  if (!USED.has(resource.status)) return;
  const authored = fhirTime(resource.authored, scope.timeZone);
  const when =
    authored !== undefined
      ? { at: authored }
      : resource.authored === undefined
        ? { at: null }
        : { at: null, timeProblem: 'malformed' as const };
  const visit = (items: readonly QuestionnaireResponseItem[], depth: number): void => {
    if (depth > DEEPEST) return;
    for (const item of items) {
      const groups = new Set([...groupsOf(item.linkId, scope), ...groupsOf(item.definition, scope)]);
      for (const answer of item.answer ?? []) {
        for (const group of groups) {
          addReading(readings, group, { node: answer, reference, assessment: reference, pending: false, ...when });
        }
        visit(answer.item ?? [], depth + 1);
      }
      visit(item.item ?? [], depth + 1);
    }
  };
  visit(resource.item ?? [], 0);
}
