/** What a reading would say of another patient, changed in one item; never the effect of treating this one. */
import type { Instant, StrokeCase } from '../../case/index.ts';
import { astralRisk } from '../scores/astral.ts';
import { exactNumber } from '../scores/case-values.ts';
import { inputsFromCase } from '../scores/from-case.ts';
import { scoreNamed } from '../scores/index.ts';
import { pointsOf, runComplete } from '../scores/item-range.ts';
import type { InputValues } from '../scores/item-range.ts';
import type { AgeAndSeverity } from './baseline.ts';
import type { PrognosisCounterfactual, PrognosisScore } from './result.ts';
import { trialControlRisk } from './trial-controls.ts';

/** Whole mg/dL just inside 3.7 to 7.3 mmol/L, where glucose gives no point. */
const GLUCOSE_LOW = 67;
const GLUCOSE_HIGH = 131;
/** A step of the NIHSS that studies count as a clinical change. */
const NIHSS_STEP = 4;

/** NIHSS by the central reading; glucose by ASTRAL, whose item it is, and only where every item of ASTRAL is known. */
export function counterfactualsOf(
  astral: PrognosisScore,
  likeTrials: AgeAndSeverity | null,
  stroke: StrokeCase,
  at: Instant,
): readonly PrognosisCounterfactual[] {
  const inputs = inputsFromCase('ASTRAL', stroke, at);
  const independent: ByAstral | null =
    astral.state === 'computed'
      ? (changed) => 1 - astralRisk(pointsOf(runComplete(scoreNamed('ASTRAL'), { ...inputs, ...changed })).low)
      : null;
  return [...nihss(likeTrials, inputs['nihss'], independent), ...glucose(stroke, independent)];
}

type ByAstral = (changed: InputValues) => number;

function nihss(
  likeTrials: AgeAndSeverity | null,
  recorded: unknown,
  byAstral: ByAstral | null,
): readonly PrognosisCounterfactual[] {
  if (typeof recorded !== 'number' || recorded === 0) return [];
  const to = Math.max(recorded - NIHSS_STEP, 0);
  const common = { item: 'nihss', from: recorded, to, unit: '{score}' } as const;
  if (likeTrials !== null) {
    if (likeTrials.nihss.low !== likeTrials.nihss.high) return [];
    const at = (points: number): number => 1 - trialControlRisk(likeTrials.age, points);
    return [{ ...common, reading: 'trial-controls', independentNow: at(recorded), independent: at(to) }];
  }
  if (byAstral === null) return [];
  return [{ ...common, reading: 'astral-curve', independentNow: byAstral({}), independent: byAstral({ nihss: to }) }];
}

function glucose({ facts }: StrokeCase, byAstral: ByAstral | null): readonly PrognosisCounterfactual[] {
  const from = exactNumber(facts.glucose);
  if (from === undefined || byAstral === null) return [];
  const to = Math.min(Math.max(from, GLUCOSE_LOW), GLUCOSE_HIGH);
  const [independentNow, independent] = [byAstral({}), byAstral({ glucose_mg_dl: to })];
  // Between the whole numbers and the cuts in mmol/L lies a hair: no difference, nothing to say.
  if (independent === independentNow) return [];
  return [{ item: 'glucose', reading: 'astral-curve', from, to, unit: 'mg/dL', independentNow, independent }];
}
