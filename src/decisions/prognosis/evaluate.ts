/** The 90-day outlook of one case at one instant, from published evidence. */
import { candidates, DAY, holds } from '../../case/index.ts';
import type { FactKey, Instant, StrokeCase, TimeSpan } from '../../case/index.ts';
import { activePrediction } from '../active-prediction.ts';
import { thrombolysisGiven } from '../complications/thrombolytic-given.ts';
import { caseAtTreatment } from '../hemorrhagic-transformation/at-treatment.ts';
import { hemorrhagePresent } from '../intracerebral-hemorrhage/presence.ts';
import type { CasePredictions } from '../prediction.ts';
import { agreed, agreedNihss, exactNumber } from '../scores/case-values.ts';
import { UNTREATED } from '../scores/samuel-distributions.ts';
import { baselineReadings, baselineRisk } from './baseline.ts';
import type { AgeAndSeverity } from './baseline.ts';
import { counterfactualsOf } from './counterfactuals.ts';
import type { Floor } from './distribution.ts';
import { explanationOf } from './explanation.ts';
import { notesOf } from './notes.ts';
import { possibleOcclusions, REFERENCES } from './occlusion.ts';
import { outlookOf } from './outlook.ts';
import type { Individual } from './outlook.ts';
import { PROGNOSIS_SCORES } from './result.ts';
import type { BaselineReading, Prognosis, PrognosisScore, PrognosisStatus, Span } from './result.ts';
import { evaluateScore } from './score.ts';
import { minutesFromOnset, minutesUntilNow, nextStep } from './timing.ts';
import { LATEST_WITHOUT_IMAGING_MIN } from './treatment.ts';
import { asTreated, treatmentOutlooks } from './treatments.ts';
import type { Conclusions } from './treatments.ts';

/** Read by the scores here, beside those that the transformation scores read. */
const READ_BEFORE_TREATMENT = ['nihssItems', 'aspects'] as const;
/** Of the transformation scores alone. */
const NOT_READ: ReadonlySet<FactKey> = new Set(['bloodPressure', 'hypodensityExtent']);
/** Statements made on admission do not describe a patient a week later. */
const ACUTE_DAYS = 7;

/**
 * @param at the instant of the decision; counts as the time of a treatment that was not given yet
 * @param conclusions of the treatment decisions; a treatment that they exclude is credited with nothing
 * @param predictions what trained models said: carried beside, never mixed in; a shadow prediction is never taken
 */
export function evaluatePrognosis(
  stroke: StrokeCase,
  at: Instant,
  conclusions: Conclusions,
  predictions?: CasePredictions,
): Prognosis {
  const thrombolysis = thrombolysisGiven(stroke, at);
  const reperfusedAt = thrombolysis?.at ?? thrombectomyAt(stroke);
  const { stroke: baseline, measuredAfter } =
    reperfusedAt === null
      ? { stroke, measuredAfter: [] as const }
      : caseAtTreatment(stroke, reperfusedAt, READ_BEFORE_TREATMENT);
  const toThrombolysis =
    thrombolysis === null ? minutesUntilNow(stroke, at) : minutesFromOnset(stroke, thrombolysis.at, at);
  const given = { thrombolysis: thrombolysis !== null, minutes: toThrombolysis };
  const occlusions = possibleOcclusions(stroke);

  const status = statusOf(stroke, baseline, at);
  const applies = status === 'estimated' || status === 'insufficient-data';
  const scores = applies ? PROGNOSIS_SCORES.map((name) => evaluateScore(name, baseline, at, given)) : [];
  const astral = scoreOf(scores, 'ASTRAL');
  const likeTrials = likeTrialPatients(baseline);
  const readings = status === 'estimated' ? readingsOf(scores, likeTrials, occlusions, toThrombolysis) : [];
  const common = {
    decision: 'prognosis' as const,
    assumesIschemic: applies && hemorrhagePresent(stroke) !== false,
    assumesIndependentBefore: applies && floorOf(stroke) === null,
    occlusion: occlusions.length === 1 && occlusions[0] !== undefined ? occlusions[0] : ('unknown' as const),
    scores,
    readings,
    discharge: applies ? (activePrediction(predictions, 'discharge-mrs') ?? null) : null,
    siteModel: applies ? (activePrediction(predictions, 'mrs-90-days') ?? null) : null,
    measuredAfterTreatment: applies ? measuredAfter.filter((key) => !NOT_READ.has(key)) : [],
    missing: [...new Set(scores.flatMap(({ missing }) => missing))],
  };
  if (astral === undefined || readings.length === 0) {
    return {
      ...common,
      status: status === 'estimated' ? 'insufficient-data' : status,
      untreated: null,
      treatments: [],
      asTreated: null,
      explanation: null,
      counterfactuals: [],
      notes: [],
      validUntil: null,
    };
  }
  const individual: Individual = {
    risk: baselineRisk(astral, likeTrials, readings),
    occlusions,
    before: floorOf(stroke),
  };
  const treatments = treatmentOutlooks(individual, stroke, at, conclusions);
  const prognosis: Omit<Prognosis, 'notes'> = {
    ...common,
    status: 'estimated',
    untreated: outlookOf(individual, (occlusion) => UNTREATED[REFERENCES[occlusion].untreated]),
    treatments,
    asTreated: asTreated(individual, treatments),
    explanation: explanationOf(astral, likeTrials),
    counterfactuals: counterfactualsOf(astral, likeTrials, baseline, at),
    validUntil: validUntil(treatments, at),
  };
  return { ...prognosis, notes: notesOf(prognosis, stroke) };
}

const scoreOf = (scores: readonly PrognosisScore[], name: PrognosisScore['score']): PrognosisScore | undefined =>
  scores.find(({ score }) => score === name);

function statusOf(stroke: StrokeCase, baseline: StrokeCase, at: Instant): PrognosisStatus {
  if (hemorrhagePresent(stroke) === true) {
    const isTreated = thrombolysisGiven(stroke, at) !== null || thrombectomyDone(stroke);
    return isTreated ? 'hemorrhage-after-treatment' : 'hemorrhagic-stroke';
  }
  const minutes = minutesUntilNow(stroke, at);
  if (minutes !== null && minutes.low > (ACUTE_DAYS * DAY) / 60_000) return 'past-acute-phase';
  const { facts } = baseline;
  const isKnown = exactNumber(facts.age) !== undefined && agreedNihss(facts.nihss) !== undefined;
  return isKnown ? 'estimated' : 'insufficient-data';
}

const thrombectomyDone = ({ facts }: StrokeCase): boolean =>
  holds(facts.thrombectomyDone, (events) => events.length > 0) === true;

function thrombectomyAt({ facts }: StrokeCase): TimeSpan | null {
  return candidates(facts.thrombectomyDone).flatMap(({ value }) => value)[0]?.when ?? null;
}

/** The state before the stroke bounds the outcome; someone recorded as dead before is a mistake and bounds nothing. */
function floorOf({ facts }: StrokeCase): Floor | null {
  const grade = agreed(facts.preStrokeMrs);
  return grade === undefined || grade === 6 ? null : grade;
}

function readingsOf(
  scores: readonly PrognosisScore[],
  likeTrials: AgeAndSeverity | null,
  occlusions: Individual['occlusions'],
  minutes: Span | null,
): readonly BaselineReading[] {
  const astral = scoreOf(scores, 'ASTRAL');
  const dragon = scoreOf(scores, 'DRAGON');
  if (astral === undefined || dragon === undefined) return [];
  const covered = minutes !== null && minutes.high <= LATEST_WITHOUT_IMAGING_MIN.thrombolysis ? minutes : null;
  return baselineReadings(astral, dragon, likeTrials, occlusions, covered);
}

const MOST_NIHSS = 42;

/** The trials enrolled disabling strokes; with 0 points there was none to enroll. */
function likeTrialPatients({ facts }: StrokeCase): AgeAndSeverity | null {
  const age = exactNumber(facts.age);
  const nihss = agreedNihss(facts.nihss);
  if (age === undefined || nihss === undefined) return null;
  if (nihss.total === 0 && !nihss.isLowerBound) return null;
  if (holds(facts.disablingDeficit, (disabling) => !disabling) === true) return null;
  return { age, nihss: { low: nihss.total, high: nihss.isLowerBound ? MOST_NIHSS : nihss.total } };
}

/** The figures of a treatment that can still be given move with every quarter of an hour. */
function validUntil(treatments: Prognosis['treatments'], at: Instant): Instant | null {
  const waiting = treatments.find(({ state, effects }) => state !== 'given' && effects.length > 0);
  return waiting?.minutesFromOnset == null ? null : nextStep(waiting.minutesFromOnset, at);
}
