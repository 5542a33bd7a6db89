/** The 90 days and the risk of hemorrhage in full: every score with its definition and cohort, every source of a figure. */
import type {
  HemorrhagicTransformation,
  TransformationScore,
} from '../../decisions/hemorrhagic-transformation/index.ts';
import type { Estimate, Outlook, Prognosis, PrognosisScore } from '../../decisions/prognosis/index.ts';
import type { ScoreBasis } from '../../decisions/scores/definition.ts';
import type { Decisions } from '../../decisions/decide.ts';
import { isFailed } from '../../decisions/guarded.ts';
import { signed } from '../cards/contribution-lines.ts';
import { bars, estimateText, wholePercents } from '../cards/ninety-days-block.ts';
import { scoreSlug } from '../cards/score-lines.ts';
import { spanText } from '../cards/transformation-block.ts';
import { isUncertain } from '../format/borderline-text.ts';
import type { ExplainContext } from '../explain-context.ts';
import { citationText } from '../format/messages.ts';
import { percentRange, probabilityRange, probabilityText } from '../format/percent.ts';
import { definitions, html, join, list, section, table, text, type Html } from './html-parts.ts';
import { modelSection } from './model-section.ts';

const NONE = html('');
const MINUTE = 60_000;

export function prognosisSection({ prognosis }: Decisions, c: ExplainContext): Html {
  if (isFailed(prognosis)) return NONE;
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const { untreated, asTreated, discharge, siteModel, status, missing } = prognosis;
  return section(
    'prognosis',
    c.texts.text('decision.prognosis'),
    join([
      definitions([
        [word('status'), text(c.texts.text(`term.prognosis-status-${status}`))],
        [word('outlook-missing'), text(missing.map((key) => c.texts.text(`fact.${key}`)).join('; '))],
        ...(untreated === null ? [] : outcomeEntries('outlook-untreated', untreated, c)),
        ...(asTreated === null ? [] : outcomeEntries('outlook-as-treated', asTreated.outlook, c)),
      ]),
      distributions(prognosis, c),
      treatments(prognosis, c),
      readings(prognosis, c),
      table(
        word('scores'),
        ['score-name', 'score-result', 'score-predicts', 'score-cohort', 'outlook-outside', 'citation'].map(word),
        prognosis.scores.map((score) => prognosisScoreRow(score, c)),
      ),
      explanation(prognosis, c),
      status === 'estimated' ? list(prognosis.notes.map((key) => text(c.texts.text(`note.${key}`)))) : NONE,
      discharge === null ? NONE : modelSection(discharge, word('model-discharge'), c),
      siteModel === null ? NONE : modelSection(siteModel, word('model-ninety-days'), c),
    ]),
  );
}

function outcomeEntries(key: string, outlook: Outlook, c: ExplainContext): (readonly [string, Html])[] {
  const { independent, noDisability, death, backToBefore } = outlook;
  const parts = (
    [
      ['independent', independent],
      ['no-disability', noDisability],
      ['death', death],
      ['back-to-before', backToBefore],
    ] as const
  ).flatMap(([name, estimate]): Html[] =>
    estimate === null ? [] : [text(`${c.texts.text(`page.outlook-${name}`)}: ${estimateText(estimate, c)}`)],
  );
  return [[c.texts.text(`page.${key}`), list(parts)]];
}

function distributions({ untreated, treatments: all }: Prognosis, c: ExplainContext): Html {
  const rows: Html[][] = [];
  const add = (name: string, shares: readonly number[] | null): void => {
    if (shares !== null)
      rows.push([text(name), ...wholePercents(shares).map((n) => text(String(n))), text(bars(shares))]);
  };
  const row = (key: string, occlusion: string): string =>
    `${c.texts.text(`outlook.row.${key}`)} (${c.texts.text(`term.occlusion-${occlusion}`)})`;
  for (const { occlusion, central, best, worst } of untreated?.distributions ?? []) {
    add(row('untreated', occlusion), central);
    add(row('untreated-best', occlusion), best);
    add(row('untreated-worst', occlusion), worst);
  }
  for (const { treatment, state, effects } of all)
    for (const { occlusion, treated } of effects)
      add(row(state === 'given' ? `${treatment}-given` : treatment, occlusion), treated);
  const title = c.texts.text('outlook.mrs-percent');
  return table(title, [title, '0', '1', '2', '3', '4', '5', '6', c.texts.text('page.model-bar')], rows);
}

function treatments({ treatments: all }: Prognosis, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const gain = ({ value, low, high }: Estimate): string => {
    const range = c.texts.text('outlook.from-to', { from: signed(low * 100, c, 1), to: signed(high * 100, c, 1) });
    return value === null ? range : c.texts.text('outlook.estimate', { value: signed(value * 100, c, 1), range });
  };
  const rows = all.flatMap(({ treatment, state, noFiguresBecause, effects, citation }): Html[][] => {
    const name = c.texts.text(`outlook.treatment.${treatment}`);
    const stand = c.texts.text(`term.treatment-state-${state}`);
    const why = noFiguresBecause === null ? '' : c.texts.text(`term.no-figures-${noFiguresBecause}`);
    if (effects.length === 0)
      return [[name, why === '' || why === stand ? stand : `${stand}; ${why}`, '', '', '', '', ''].map(text)];
    return effects.map(({ occlusion, gain: gains, numberNeeded, per15Minutes, noGainAfterMin }) =>
      [
        name,
        `${stand} (${c.texts.text(`term.occlusion-${occlusion}`)})`,
        gain(gains.independent),
        gain(gains.death),
        numberNeeded.value === null ? '' : c.f.number(numberNeeded.value, 0),
        per15Minutes === null ? '' : signed(per15Minutes * 100, c, 1),
        `${c.f.duration(noGainAfterMin * MINUTE)}; ${citationText(citation, c.f)}`,
      ].map(text),
    );
  });
  const columns = ['treatment', 'status', 'gain', 'gain-death', 'nnt', 'per-15-minutes', 'no-gain-after'];
  return table(
    word('outlook-treatments'),
    columns.map((key) => word(key === 'status' ? key : `outlook-${key}`)),
    rows,
  );
}

function readings({ readings: all }: Prognosis, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  return table(
    word('outlook-readings'),
    ['outlook-reading', 'outlook-risk', 'citation'].map(word),
    all.map(({ id, risk, citation }) => [
      text(c.texts.text(`term.reading-${id}`)),
      text(probabilityRange(risk, c.f)),
      text(citationText(citation, c.f)),
    ]),
  );
}

function prognosisScoreRow(score: PrognosisScore, c: ExplainContext): Html[] {
  const { points, published, basis, outsideCohort, missing } = score;
  const result = [
    points === null ? '' : spanText(points, c),
    ...published.map(
      ({ outcome, probability }) => `${c.texts.text(`term.outcome-${outcome}`)} ${probabilityRange(probability, c.f)}`,
    ),
    missing.length === 0
      ? ''
      : c.texts.text('block.missing-plain', { list: missing.map((key) => c.texts.text(`fact.${key}`)).join('; ') }),
  ];
  return [text(score.score), lines(result), ...basisCells(score.score, basis, outsideCohort, c)];
}

const lines = (parts: readonly string[]): Html => list(parts.filter((part) => part !== '').map(text));

/** Definition, cohort, why the patient differs, source. Where the locale has no words of its own, the English ones. */
function basisCells(score: string, basis: ScoreBasis, outside: readonly string[], c: ExplainContext): Html[] {
  const own = (part: 'definition' | 'cohort'): Html => {
    const key = `score.${scoreSlug(score)}.${part}`;
    return c.texts.has(key) ? text(c.texts.text(key)) : html(`<span lang="en">${text(basis[part])}</span>`);
  };
  return [
    own('definition'),
    own('cohort'),
    lines(outside.map((flag) => c.texts.text(`term.outside-${flag}`))),
    text(citationText(basis.citation, c.f)),
  ];
}

/** ASTRAL in log-odds: what each item adds. */
function explanation({ explanation: e, counterfactuals }: Prognosis, c: ExplainContext): Html {
  if (e === null) return NONE;
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const both = (low: number, high: number): string =>
    low === high ? signed(low, c, 2) : `${signed(Math.min(low, high), c, 2)} … ${signed(Math.max(low, high), c, 2)}`;
  return join([
    table(
      `${word('outlook-explanation')}: ${c.texts.text(`term.reading-${e.reading}`)}`,
      ['model-group', 'outlook-points', 'model-contribution'].map(word),
      [
        [text(word('outlook-baseline')), NONE, text(signed(e.baselineLogOdds, c, 2))],
        ...e.contributions.map(({ item, points, logOdds }) => [
          text(c.texts.text(`term.item-${item}`)),
          text(points === null ? '' : spanText(points, c)),
          text(both(logOdds.low, logOdds.high)),
        ]),
        [text(word('model-total')), NONE, text(both(e.totalLogOdds.low, e.totalLogOdds.high))],
      ],
    ),
    list(
      counterfactuals.map(({ item, from, to, independent, independentNow }) =>
        text(
          c.texts.text('outlook.counterfactual', {
            item: c.texts.text(`term.item-${item}`),
            from: c.f.number(from, 0),
            to: c.f.number(to, 0),
            now: probabilityText(independentNow, c.f),
            independent: probabilityText(independent, c.f),
          }),
        ),
      ),
    ),
  ]);
}

export function transformationSection({ hemorrhagicTransformation: risk }: Decisions, c: ExplainContext): Html {
  if (isFailed(risk)) return NONE;
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const names = (keys: HemorrhagicTransformation['missing']): Html =>
    text(keys.map((key) => c.texts.text(`fact.${key}`)).join('; '));
  return section(
    'hemorrhagic-transformation',
    c.texts.text('decision.hemorrhagic-transformation'),
    join([
      definitions([
        [word('status'), text(c.texts.text(`term.setting-${risk.setting}`))],
        [word('outlook-missing'), names(risk.missing)],
        [word('outlook-measured-after'), names(risk.measuredAfterTreatment)],
        [
          word('outlook-markers'),
          list(
            risk.perfusionMarkers.map(({ feature, status }) => {
              const near = status === 'unknown' && isUncertain(feature, c.stroke.facts);
              const answer = c.texts.text(near ? 'imaging.borderline-word' : `status.${status}`);
              return text(`${c.texts.text(`term.marker-${feature}`)}: ${answer}`);
            }),
          ),
        ],
      ]),
      risk.scores.length === 0 ? NONE : html(`<p class="note">${text(word('scores-note'))}</p>`),
      table(
        word('scores'),
        ['score-name', 'score-result', 'score-predicts', 'score-cohort', 'outlook-outside', 'citation'].map(word),
        risk.scores.map((score) => transformationRow(score, c)),
      ),
      risk.prediction === null ? NONE : modelSection(risk.prediction, word('model-transformation'), c),
    ]),
  );
}

function transformationRow(score: TransformationScore, c: ExplainContext): Html[] {
  const { points, scale, rates, riskPercent, outcome, items, sourcesConflict, basis, outsideCohort } = score;
  const known = items
    .filter(({ state }) => state === 'known' || state === 'lower-bound')
    .map(({ id, points: given }) => `${c.texts.text(`term.item-${id}`)} ${spanText(given, c)}`);
  const open = items.filter(({ state }) => state === 'unknown').map(({ id }) => c.texts.text(`term.item-${id}`));
  const result = [
    points === null ? '' : `${spanText(points, c)} / ${c.f.number(scale.high)}`,
    riskPercent === null
      ? c.texts.text('page.outlook-no-rate')
      : `${c.texts.text(`term.hemorrhage-${outcome}`)}: ${rates.map(({ percent }) => percentRange(percent, c.f)).join(' / ')}`,
    known.join(', '),
    open.length === 0 ? '' : c.texts.text('block.missing-plain', { list: open.join(', ') }),
    sourcesConflict ? c.texts.text('page.outlook-sources-conflict') : '',
  ];
  return [text(score.score), lines(result), ...basisCells(score.score, basis, outsideCohort, c)];
}
