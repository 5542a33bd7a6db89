/** One decision in full: conclusion, what decided it, and every criterion with its evidence and citation. */
import type { FactKey } from '../../case/index.ts';
import type { CriterionResult, Evaluation, CriterionStatus } from '../../decisions/evaluation.ts';
import { criterionName } from '../cards/blocks.ts';
import type { ExplainContext } from '../explain-context.ts';
import { borderlineTexts } from '../format/borderline-text.ts';
import { citationText, messageText, sourceText, strengthText } from '../format/messages.ts';
import { definitions, html, join, list, section, table, text, type Html } from './html-parts.ts';

const STATUS_ORDER: readonly CriterionStatus[] = ['met', 'unknown', 'notMet', 'notApplicable'];

export function evaluationTitle(evaluation: Evaluation, c: ExplainContext): string {
  const name = c.texts.text(`decision.${evaluation.decision}`);
  return evaluation.guideline === null
    ? name
    : c.texts.text('ui.noted', { value: name, note: sourceText(evaluation.guideline, c.f) });
}

export function conclusionText(evaluation: Evaluation, c: ExplainContext): string {
  return c.texts.text(`conclusion.${evaluation.conclusion}`);
}

export function evaluationSection(id: string, evaluation: Evaluation, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const names = (keys: readonly FactKey[]): Html => text(keys.map((key) => c.texts.text(`fact.${key}`)).join('; '));
  const { validUntil, strength, citation } = evaluation;
  const head = definitions([
    [word('conclusion'), html(`<strong>${text(conclusionText(evaluation, c))}</strong>`)],
    [word('strength'), text(strength === null ? '' : strengthText(strength, c.f) || (strength.loe ?? ''))],
    [word('citation'), text(citation === null ? '' : citationText(citation, c.f))],
    [word('decided-by'), text(decidedBy(evaluation, c))],
    [word('valid-until'), text(validUntil === null ? word('valid-time-does-not-change') : c.f.dateTime(validUntil))],
    [word('before'), list(evaluation.before.map((action) => text(messageText('action', action, c.f))))],
    [word('settled-by'), names(evaluation.settledBy)],
    [word('confirm'), names(evaluation.confirm)],
  ]);
  const rows = [...evaluation.criteria]
    .sort((a, b) => STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status))
    .map((row) => criterionRow(row, c));
  const columns = ['status', 'criterion', 'kind', 'evidence', 'citation'].map(word);
  return section(id, evaluationTitle(evaluation, c), join([head, table(word('criteria'), columns, rows)]));
}

function decidedBy(evaluation: Evaluation, c: ExplainContext): string {
  return evaluation.criteria
    .filter((row) => evaluation.decidedBy.includes(row.id))
    .map((row) => criterionName(row, c))
    .join('; ');
}

function criterionRow(row: CriterionResult, c: ExplainContext): Html[] {
  const sentence = c.texts.text(`criterion.${row.id}.sentence`);
  const confirm = row.confirm === true ? c.texts.text('page.confirm') : '';
  const note = row.note === undefined ? '' : messageText('note', row.note, c.f);
  const near = borderlineTexts('borderline-item', row.borderline ?? [], c.f);
  const borderline =
    near.length === 0 ? '' : c.texts.text('imaging.borderline-note', { list: near.join(c.texts.text('ui.semicolon')) });
  const remark = [note, borderline, confirm].filter((part) => part !== '').join('; ');
  return [
    html(`<span class="${row.status}">${text(c.texts.text(`status.${row.status}`))}</span>`),
    html(
      `<strong>${text(c.texts.text(`criterion.${row.id}`))}</strong><br>${text(sentence)}${remark === '' ? '' : `<br><em>${text(remark)}</em>`}`,
    ),
    text(c.texts.text(`class.${row.class}`)),
    evidence(row.data, c),
    text(citationText(row.citation, c.f) + gradeText(row, c)),
  ];
}

function gradeText(row: CriterionResult, c: ExplainContext): string {
  const locator = row.citation.locator === undefined ? '' : `, ${row.citation.locator}`;
  const doi = row.citation.doi === undefined ? '' : `, doi:${row.citation.doi}`;
  return `${locator}${doi} [${row.citation.grade}: ${c.texts.text(`grade.${row.citation.grade}`)}]`;
}

export function evidence(keys: readonly FactKey[], c: ExplainContext): Html {
  return list(
    keys.map((key) => {
      const fact = c.fact(key);
      const time = fact.time === '' ? '' : `, ${fact.time}`;
      const value = fact.about === '' ? fact.value : c.texts.text('ui.noted', { value: fact.value, note: fact.about });
      return html(
        `${text(`${fact.label}: ${value}${time}`)} <span class="ref">${text(fact.references.join(', '))}</span>`,
      );
    }),
  );
}
