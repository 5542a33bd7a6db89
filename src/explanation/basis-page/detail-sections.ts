/** Guideline sets side by side, the dose in both calculations, and the scores with their cohorts. */
import { isFailed } from '../../decisions/guarded.ts';
import type { Decisions } from '../../decisions/decide.ts';
import type { CaseScore } from '../../decisions/scores/from-case.ts';
import { doseText } from '../cards/dose-block.ts';
import { scoreSlug } from '../cards/score-lines.ts';
import type { ExplainContext } from '../explain-context.ts';
import { drugName } from '../format/fact-value.ts';
import { citationText, sourceText } from '../format/messages.ts';
import { definitions, html, join, section, table, text, type Html } from './html-parts.ts';

const NONE = html('');

export function differencesSection({ thrombolysis }: Decisions, c: ExplainContext): Html {
  if (isFailed(thrombolysis)) return NONE;
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const { guideline, conclusion, decidedBy, alternatives } = thrombolysis;
  const rows = [{ guideline, conclusion, decidedBy }, ...alternatives].map((set) => [
    text(sourceText(set.guideline, c.f)),
    text(c.texts.text(`conclusion.${set.conclusion}`)),
    text(set.decidedBy.map((id) => c.texts.text(`criterion.${id}`)).join('; ')),
  ]);
  const title = word('differences');
  return section('guidelines', title, table(title, ['set', 'conclusion', 'decided-by'].map(word), rows));
}

export function doseSection({ dose }: Decisions, c: ExplainContext): Html {
  if (isFailed(dose)) return NONE;
  const title = c.texts.text('page.dose');
  if (dose.status === 'refused') {
    const reason = c.texts.text(`dose-refusal.${dose.why}`);
    return section('dose', title, html(`<p>${text(c.texts.text('ui.no-dose', { reason }))}</p>`));
  }
  const { exact, band, citation } = dose.tenecteplase;
  const both = (key: 'exact' | 'banded', amount: typeof exact): readonly [string, Html] => [
    `${drugName('tenecteplase', c.f)}, ${c.texts.text(`dosing.${key}`)}`,
    text(
      c.texts.text('thrombolysis.dose.tenecteplase', {
        dose: c.f.number(amount.doseMg),
        volume: c.f.number(amount.volumeMl),
      }),
    ),
  ];
  const agents = dose.agents.map((statement): readonly [string, Html] => [
    drugName(statement.agent, c.f),
    text(`${c.texts.text(`standing.${statement.standing}`)} (${citationText(statement.citation, c.f)})`),
  ]);
  return section(
    'dose',
    title,
    join([
      definitions([
        both('exact', exact),
        both('banded', band),
        [drugName('alteplase', c.f), text(doseText(dose, 'alteplase', c))],
        [
          c.texts.text('fact.weight'),
          text(`${c.f.number(dose.weight.kg)} kg (${c.texts.text(`provenance.${dose.weight.provenance}`)})`),
        ],
        ...agents,
        [c.texts.text('page.citation'), text(citationText(citation, c.f))],
      ]),
      html(`<p class="note">${text(c.texts.text('thrombolysis.dose.guard'))}</p>`),
    ]),
  );
}

export function targetsSection({ targets }: Decisions, c: ExplainContext): Html {
  if (isFailed(targets)) return NONE;
  const rows = targets.bloodPressure.map(({ id, citation }) => [
    text(c.texts.text(`target.${id}`)),
    text(citationText(citation, c.f)),
  ]);
  rows.push([
    text(c.texts.text(`glucose-step.${targets.glucoseStep}`)),
    text(citationText(targets.glucose.citation, c.f)),
  ]);
  const title = c.texts.text('page.targets');
  return section('targets', title, table(title, [title, c.texts.text('page.citation')], rows));
}

export function scoresSection({ hemorrhage }: Decisions, c: ExplainContext): Html {
  if (isFailed(hemorrhage) || hemorrhage.scores.length === 0) return NONE;
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const columns = ['score-name', 'score-result', 'score-predicts', 'score-cohort', 'score-range', 'citation'].map(word);
  const rows = hemorrhage.scores.map((score) => scoreRow(score, c));
  return section('scores', word('scores'), table(word('scores'), columns, rows));
}

function scoreRow({ score, result, missingFacts }: CaseScore, c: ExplainContext): Html[] {
  const { basis } = result;
  // Texts of the score files are English; where the locale has its own words, those are shown.
  const own = (part: string, fallback: string): Html => {
    const key = `score.${scoreSlug(score)}.${part}`;
    return text(c.texts.has(key) ? c.texts.text(key) : fallback);
  };
  const values = Object.entries(result)
    .filter(([name]) => name !== 'status' && name !== 'basis')
    .map(([name, value]) => `${scoreValueName(name, c)}: ${String(value)}`);
  const missing = missingFacts.map((key) => c.texts.text(`fact.${key}`)).join('; ');
  const shown =
    result.status === 'missing' ? c.texts.text('block.missing-plain', { list: missing }) : values.join('; ');
  return [
    text(score),
    text(shown),
    own('definition', basis.definition),
    own('cohort', basis.cohort),
    html(`${own('range', basis.range)}${basis.limits === undefined ? '' : `<br>${own('limits', basis.limits)}`}`),
    text(citationText(basis.citation, c.f)),
  ];
}

function scoreValueName(name: string, c: ExplainContext): string {
  const key = `score-value.${name.replaceAll('_', '-')}`;
  return c.texts.has(key) ? c.texts.text(key) : name.replaceAll('_', ' ');
}
