/** The 90 days from published evidence: the whole mRS, what treatment changes by now, and the scores it comes from. */
import type {
  Estimate,
  MrsDistribution,
  Occlusion,
  Prognosis,
  PrognosisContribution,
  PrognosisScore,
  Span,
  TreatmentByOcclusion,
  TreatmentOutlook,
} from '../../decisions/prognosis/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { escapeValue, list, table, tableRow } from '../format/markdown.ts';
import { probabilityRange, probabilityText } from '../format/percent.ts';
import { signed } from './contribution-lines.ts';
import { ifAbsent, scoreSlug } from './score-lines.ts';

const MINUTE = 60_000;
/** Items named as what weighs most; below the second number (log-odds) nothing does. */
const DRIVERS = 2;
const NEGLIGIBLE = 0.05;
/** Heights of the small bars of a distribution, lowest first. */
const HEIGHTS = '▁▂▃▄▅▆▇█';
/** The share that a full bar stands for. */
const FULL = 0.4;

const WIDE = 0.15;

/** '38 % (34–42 %)', '33–66 % (central 61 %)', '24–55 %' where facts are missing. */
export function estimateText({ value, low, high }: Estimate, c: ExplainContext): string {
  const range = probabilityRange({ low, high }, c.f);
  if (value === null) return range;
  const central = probabilityText(value, c.f);
  if (central === range) return central;
  // At one end of its range the estimate reads as a bound: '25 % (up to 43 %)'.
  const [from, to] = [probabilityText(low, c.f), probabilityText(high, c.f)];
  if (central === from) return c.texts.text('outlook.estimate-up-to', { value: central, end: to });
  if (central === to) return c.texts.text('outlook.estimate-down-to', { value: central, end: from });
  // Where the sources lie far apart the range is the answer, and the middle of it a detail.
  const key = high - low > WIDE ? 'outlook.estimate-wide' : 'outlook.estimate';
  return c.texts.text(key, { value: central, range });
}

/** One row per course of action: percent in each grade of the mRS, and the same as small bars. */
export function distributionTable(prognosis: Prognosis, c: ExplainContext): string {
  const rows: { name: string; distribution: MrsDistribution }[] = [];
  const add = (key: string, occlusion: Occlusion, distribution: MrsDistribution | null): void => {
    if (distribution === null) return;
    const name = c.texts.text(`outlook.row.${key}`);
    const which = prognosis.occlusion === 'unknown' ? c.texts.text(`outlook.occlusion.${occlusion}`) : '';
    rows.push({
      name: which === '' ? name : c.texts.text('block.missing-item', { name, reason: which }),
      distribution,
    });
  };
  for (const { occlusion, central, best, worst } of prognosis.untreated?.distributions ?? []) {
    add('untreated', occlusion, central);
    if (central !== null) continue;
    add('untreated-best', occlusion, best);
    add('untreated-worst', occlusion, worst);
  }
  for (const { treatment, state, effects } of prognosis.treatments)
    for (const { occlusion, treated } of effects)
      add(state === 'given' ? `${treatment}-given` : treatment, occlusion, treated);
  return table(
    [c.texts.text('outlook.mrs-percent'), '0', '1', '2', '3', '4', '5', '6', ' '],
    rows.map(({ name, distribution }) =>
      tableRow([escapeValue(name), ...wholePercents(distribution).map(String), bars(distribution)]),
    ),
  );
}

/** Whole percents that sum to 100: the largest remainders are rounded up. */
export function wholePercents(distribution: readonly number[]): number[] {
  const exact = distribution.map((share) => share * 100);
  const whole = exact.map(Math.floor);
  let left = 100 - whole.reduce((sum, n) => sum + n, 0);
  const order = exact.map((value, i) => ({ i, rest: value - Math.floor(value) })).toSorted((a, b) => b.rest - a.rest);
  for (const { i } of order) {
    if (left <= 0) break;
    whole[i] = (whole[i] ?? 0) + 1;
    left -= 1;
  }
  return whole;
}

export const bars = (distribution: readonly number[]): string =>
  distribution
    .map((share) => HEIGHTS.charAt(Math.min(HEIGHTS.length - 1, Math.floor((share / FULL) * HEIGHTS.length))))
    .join('');

/** Independent, without disability, dead: without treatment, and as treated. */
export function outcomeLines(prognosis: Prognosis, c: ExplainContext): string[] {
  const { untreated, asTreated } = prognosis;
  const lines = withoutFigure(prognosis).map(({ treatment, noFiguresBecause }) =>
    escapeValue(
      c.texts.text('outlook.no-figure', {
        treatment: c.texts.text(`outlook.treatment.${treatment}`),
        why: c.texts.text(`term.no-figures-${noFiguresBecause ?? 'time-unknown'}`),
      }),
    ),
  );
  if (asTreated !== null)
    lines.push(
      c.texts.text('outlook.as-treated', {
        treatment: c.texts.text(`outlook.treatment.${asTreated.by}`),
        independent: escapeValue(estimateText(asTreated.outlook.independent, c)),
        death: escapeValue(estimateText(asTreated.outlook.death, c)),
      }),
    );
  if (untreated !== null)
    lines.push(
      c.texts.text('outlook.untreated', {
        independent: escapeValue(estimateText(untreated.independent, c)),
        death: escapeValue(estimateText(untreated.death, c)),
      }),
    );
  return lines;
}

/** Given, and its effect is in no source: then the figures are those without it. */
export const withoutFigure = ({ treatments, asTreated }: Prognosis): TreatmentOutlook[] =>
  asTreated === null ? treatments.filter(({ state }) => state === 'given') : [];

/** Treatments with figures that can still be given. */
export const stillPossible = ({ treatments }: Prognosis): TreatmentOutlook[] =>
  treatments.filter(({ state, effects }) => (state === 'possible' || state === 'open') && effects.length > 0);

/** 'Thrombolysis now (1 h 35 min): 9 more of 100 independent (3–14); NNT 11 (7–33); each 15 min costs 0.6 of 100'. */
export function treatmentLines(prognosis: Prognosis, c: ExplainContext): string[] {
  return stillPossible(prognosis).flatMap((treatment) =>
    treatment.effects.map((effect) => treatmentLine(treatment, effect, prognosis, c)),
  );
}

function treatmentLine(
  { treatment, state, minutesFromOnset }: TreatmentOutlook,
  effect: TreatmentByOcclusion,
  { occlusion }: Prognosis,
  c: ExplainContext,
): string {
  const { gain, numberNeeded, per15Minutes } = effect;
  const name = c.texts.text(`outlook.treatment.${treatment}`);
  const conditions = [
    ...(minutesFromOnset === null
      ? []
      : [c.texts.text('outlook.from-onset', { time: c.f.duration(minutesFromOnset.high * MINUTE) })]),
    ...(occlusion === 'unknown' ? [c.texts.text(`outlook.occlusion.${effect.occlusion}`)] : []),
    ...(state === 'open' ? [c.texts.text('outlook.if-possible')] : []),
  ].join(c.texts.text('ui.separator'));
  const parts = [
    c.texts.text('outlook.gain', {
      name: conditions === '' ? name : c.texts.text('block.missing-item', { name, reason: conditions }),
      gain: gainText(gain.independent, c),
    }),
  ];
  if (numberNeeded.value !== null) parts.push(numberNeededText(numberNeeded, c));
  if (per15Minutes !== null && per15Minutes < 0)
    parts.push(c.texts.text('outlook.per-15-minutes', { cost: c.f.number(-per15Minutes * 100, 1) }));
  return escapeValue(parts.join(c.texts.text('ui.semicolon')));
}

/** '+9 of 100 (+3 to +14)'. */
function gainText({ value, low, high }: Estimate, c: ExplainContext): string {
  const range = c.texts.text('outlook.from-to', { from: signed(low * 100, c, 0), to: signed(high * 100, c, 0) });
  return value === null ? range : c.texts.text('outlook.estimate', { value: signed(value * 100, c, 0), range });
}

function numberNeededText({ value, fewest, most }: TreatmentByOcclusion['numberNeeded'], c: ExplainContext): string {
  const number = c.f.number(value ?? 0, 0);
  if (fewest === null) return c.texts.text('outlook.nnt', { number });
  const from = c.f.number(fewest, 0);
  return most === null
    ? c.texts.text('outlook.nnt-open', { number, from })
    : c.texts.text('outlook.nnt-range', { number, from, to: c.f.number(most, 0) });
}

/** 'ASTRAL 27: mRS 3–6 41–53 % (1645 Lausanne)'; those without a rate for their points stand on the basis page. */
export function scoreLines({ scores }: Prognosis, c: ExplainContext): string[] {
  const withRates = scores.filter((score) => score.points !== null && hasRate(score));
  return withRates.map((score) => escapeValue(ifAbsent(scoreLine(score, c), score.score, c)));
}
/** A range over most of what can be tells nothing: the score is left to the basis page. */
const TOO_OPEN = 0.3;
const hasRate = ({ published }: PrognosisScore): boolean =>
  published.length > 0 && published.every(({ probability: { low, high } }) => high - low <= TOO_OPEN);

function scoreLine({ score, points, published, outsideCohort }: PrognosisScore, c: ExplainContext): string {
  const rates = published
    .map(({ outcome, probability }) =>
      c.texts.text('model.group-value', {
        name: c.texts.text(`term.outcome-${outcome}`),
        value: probabilityRange(probability, c.f),
      }),
    )
    .join(c.texts.text('ui.separator'));
  // The cohort's name says how its patients were treated.
  const outside = outsideCohort
    .filter((flag) => flag !== 'not-treated-so')
    .map((flag) => c.texts.text(`term.outside-${flag}`));
  return c.texts.text('outlook.score', {
    score,
    points: points === null ? '' : pointsText(points, c),
    rates,
    cohort: [c.texts.text(`term.cohort-${scoreSlug(score)}-outcome`), ...outside].join(c.texts.text('ui.separator')),
  });
}

const pointsText = ({ low, high }: Span, c: ExplainContext): string =>
  low === high ? c.f.number(low) : c.texts.text('ui.range', { from: c.f.number(low), to: c.f.number(high) });

/** What weighs most in the score behind the figures, and what another value would make of it. */
export function prognosisDrivers({ explanation, counterfactuals, discharge }: Prognosis, c: ExplainContext): string {
  const size = ({ logOdds }: PrognosisContribution): number => Math.max(Math.abs(logOdds.low), Math.abs(logOdds.high));
  const top = (explanation?.contributions ?? [])
    .filter((contribution) => size(contribution) >= NEGLIGIBLE)
    .toSorted((a, b) => size(b) - size(a))
    .slice(0, DRIVERS)
    .map(({ item, logOdds }) =>
      c.texts.text('outlook.driver', {
        item: c.texts.text(`term.item-${item}`),
        logOdds:
          logOdds.low === logOdds.high
            ? signed(logOdds.high, c)
            : c.texts.text('outlook.from-to', {
                from: signed(Math.min(logOdds.low, logOdds.high), c),
                to: signed(Math.max(logOdds.low, logOdds.high), c),
              }),
      }),
    );
  const parts =
    explanation === null || top.length === 0
      ? []
      : [
          c.texts.text(`outlook.drivers.${explanation.reading}`, {
            list: escapeValue(top.join(c.texts.text('ui.separator'))),
          }),
        ];
  const [other] = counterfactuals;
  // One 'what if' on the card: that of the trained model, where there is one.
  if (other !== undefined && discharge?.headline == null)
    parts.push(
      c.texts.text('outlook.counterfactual', {
        item: escapeValue(c.texts.text(`term.item-${other.item}`)),
        from: c.f.number(other.from, 0),
        to: c.f.number(other.to, 0),
        now: escapeValue(probabilityText(other.independentNow, c.f)),
        independent: escapeValue(probabilityText(other.independent, c.f)),
      }),
    );
  return parts.join(' ');
}

export const scoresBlock = (prognosis: Prognosis, c: ExplainContext): string => {
  const lines = scoreLines(prognosis, c);
  return lines.length === 0 ? '' : `${c.texts.text('outlook.scores')}\n\n${list(lines)}`;
};
