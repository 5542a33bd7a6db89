/** Guideline sets side by side, the dose in both calculations, and the scores with their cohorts. */
import { isFailed } from '../../decisions/guarded.ts';
import type { Decisions } from '../../decisions/decide.ts';
import {
  CASE_SCORES,
  HEMORRHAGE_SCORES,
  scoresFromCase,
  type CaseScore,
  type RangedScore,
} from '../../decisions/scores/from-case.ts';
import { doseText } from '../cards/dose-block.ts';
import { ifAbsent, scoreSlug } from '../cards/score-lines.ts';
import type { ScoreBasis, ScoreValue } from '../../decisions/scores/definition.ts';
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

/** Side by side, never averaged: each predicts its own outcome in its own cohort. */
export function scoresSection({ hemorrhage }: Decisions, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const columns = ['score-name', 'score-result', 'score-predicts', 'score-cohort', 'score-range', 'citation'].map(word);
  const bleeds = !isFailed(hemorrhage) && hemorrhage.conclusion === 'intracranial-hemorrhage';
  const scores = bleeds ? hemorrhage.scores : ischemicScores(c);
  const isComputed = ({ result }: CaseScore): boolean => ['computed', 'at-least', 'range'].includes(result.status);
  const computed = scores.filter(isComputed);
  const open = scores.filter((score) => !isComputed(score));
  return section(
    'scores',
    word('scores'),
    join([
      html(`<p class="note">${text(word('scores-note'))}</p>`),
      table(
        word('scores'),
        columns,
        computed.map((score) => scoreRow(score, c)),
      ),
      table(
        word('scores-open'),
        ['score-name', 'why', 'score-predicts'].map(word),
        open.map((score) => openScoreRow(score, c)),
      ),
    ]),
  );
}

/** Those made for ischemic stroke: a score of a bleeding that is not there says nothing. */
function ischemicScores(c: ExplainContext): readonly CaseScore[] {
  const ofHemorrhage: readonly string[] = HEMORRHAGE_SCORES;
  return scoresFromCase(
    c.stroke,
    c.at,
    CASE_SCORES.filter((name) => !ofHemorrhage.includes(name)),
  );
}

function openScoreRow({ score, result, missingFacts, notInCase }: CaseScore, c: ExplainContext): Html[] {
  const names = missingFacts.map((key) => c.texts.text(`fact.${key}`));
  const inputs = notInCase.map((input) => input.replaceAll('_', ' '));
  const why =
    result.status === 'outside-range'
      ? c.texts.text('page.score-outside')
      : c.texts.text('block.missing-plain', { list: [...names, ...inputs].join('; ') });
  return [text(score), text(why), ownText(score, 'definition', result.basis.definition, c)];
}

/** Texts of the score files are English; where the locale has its own words, those are shown. */
function ownText(score: string, part: string, fallback: string, c: ExplainContext): Html {
  const key = `score.${scoreSlug(score)}.${part}`;
  return c.texts.has(key) ? text(c.texts.text(key)) : html(`<span lang="en">${text(fallback)}</span>`);
}

function scoreRow({ score, result }: CaseScore, c: ExplainContext): Html[] {
  const { basis } = result;
  const own = (part: string, fallback: string): Html => ownText(score, part, fallback, c);
  const values = result.status === 'range' ? rangeValues(result, c) : scoreValues({ ...result }, c);
  return [
    text(score),
    text(ifAbsent(values.map(([name, value]) => `${name}: ${value}`).join('; '), score, c)),
    own('definition', basis.definition),
    own('cohort', basis.cohort),
    html(`${own('range', basis.range)}${basis.limits === undefined ? '' : `<br>${own('limits', basis.limits)}`}`),
    text(citationText(basis.citation, c.f)),
  ];
}

type Named = readonly [name: string, value: string];

const scoreValues = (result: Readonly<Record<string, ScoreValue | ScoreBasis>>, c: ExplainContext): Named[] =>
  Object.entries(result)
    .filter(([name]) => name !== 'status' && name !== 'basis')
    .map(([name, value]) => [scoreValueName(name, c), scoreValueText(value, c)]);

/** 'points: 8 – 9': each value at both ends. */
function rangeValues({ least, most }: RangedScore, c: ExplainContext): Named[] {
  const high = scoreValues(most, c);
  return scoreValues(least, c).map(([name, from], i) => {
    const to = high[i]?.[1] ?? from;
    return [name, from === to ? from : c.texts.text('ui.range', { from, to })];
  });
}

function scoreValueText(value: ScoreValue | ScoreBasis, c: ExplainContext): string {
  if (typeof value === 'number') return c.f.number(value);
  if (typeof value === 'boolean') return c.texts.text(value ? 'ui.yes' : 'ui.no');
  if (typeof value === 'string') return value;
  if (value === null) return '–';
  // The basis of a score is a column of its own.
  return 'definition' in value ? '' : [...value].map((part) => scoreValueText(part, c)).join(' / ');
}

function scoreValueName(name: string, c: ExplainContext): string {
  const key = `score-value.${name.replaceAll('_', '-')}`;
  return c.texts.has(key) ? c.texts.text(key) : name.replaceAll('_', ' ');
}
