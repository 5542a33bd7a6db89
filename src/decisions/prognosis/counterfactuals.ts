/** What ASTRAL would say of another patient, changed in one item; never the effect of treating this one. */
import type { Instant, StrokeCase } from '../../case/index.ts';
import { astralRisk } from '../scores/astral.ts';
import { exactNumber } from '../scores/case-values.ts';
import { scoresFromCase } from '../scores/from-case.ts';
import { scoreNamed } from '../scores/index.ts';
import { pointsOf, runComplete } from '../scores/item-range.ts';
import type { InputValues } from '../scores/item-range.ts';
import type { PrognosisCounterfactual, PrognosisScore } from './result.ts';

/** Whole mg/dL just inside 3.7 to 7.3 mmol/L, where glucose gives no point. */
const GLUCOSE_LOW = 67;
const GLUCOSE_HIGH = 131;
/** A step of the NIHSS that studies count as a clinical change. */
const NIHSS_STEP = 4;

/** @returns empty unless every item is known */
export function counterfactualsOf(
  astral: PrognosisScore,
  stroke: StrokeCase,
  at: Instant,
): readonly PrognosisCounterfactual[] {
  const inputs = scoresFromCase(stroke, at, ['ASTRAL'])[0]?.inputs;
  if (astral.state !== 'computed' || inputs === undefined) return [];
  const independent = (changed: InputValues): number =>
    1 - astralRisk(pointsOf(runComplete(scoreNamed('ASTRAL'), { ...inputs, ...changed })).low);
  return [...glucose(stroke, independent), ...nihss(inputs['nihss'], independent)];
}

function glucose(
  { facts }: StrokeCase,
  independent: (changed: InputValues) => number,
): readonly PrognosisCounterfactual[] {
  const from = exactNumber(facts.glucose);
  if (from === undefined) return [];
  const to = Math.min(Math.max(from, GLUCOSE_LOW), GLUCOSE_HIGH);
  if (to === from) return [];
  return [{ item: 'glucose', from, to, unit: 'mg/dL', independent: independent({ glucose_mg_dl: to }) }];
}

function nihss(from: unknown, independent: (changed: InputValues) => number): readonly PrognosisCounterfactual[] {
  if (typeof from !== 'number' || from === 0) return [];
  const to = Math.max(from - NIHSS_STEP, 0);
  return [{ item: 'nihss', from, to, unit: '{score}', independent: independent({ nihss: to }) }];
}
