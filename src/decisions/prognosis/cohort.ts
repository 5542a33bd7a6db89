/** What sets the patient apart from those in whom a score was derived. An unknown time is named, not passed over. */
import { candidates, holds } from '../../case/index.ts';
import type { StrokeCase } from '../../case/index.ts';
import { exactNumber, hasHistory, hoursSinceOnset } from '../scores/case-values.ts';
import { mayBeBasilar, possibleOcclusions } from './occlusion.ts';
import type { OutsidePrognosisCohort, PrognosisScoreName, Span } from './result.ts';

type Flags = readonly OutsidePrognosisCohort[];
const when = (applies: boolean, flag: OutsidePrognosisCohort): Flags => (applies ? [flag] : []);

/** What was done, and when: the cohorts differ by it. */
export interface Given {
  readonly thrombolysis: boolean;
  /** To thrombolysis, or until now. */
  readonly minutes: Span | null;
}

export function outsideCohort(score: PrognosisScoreName, stroke: StrokeCase, given: Given): Flags {
  const age = exactNumber(stroke.facts.age);
  return [...when(age !== undefined && age < 18, 'age-below-18'), ...OUTSIDE[score](stroke, given)];
}

const OUTSIDE: Readonly<Record<PrognosisScoreName, (stroke: StrokeCase, given: Given) => Flags>> = {
  ASTRAL: (stroke) => [
    ...when(dependentBefore(stroke), 'dependent-before-stroke'),
    ...when(admittedAfter24Hours(stroke), 'admitted-after-24-hours'),
  ],
  DRAGON: (stroke, given) => [...ofThrombolysis(given, 270), ...when(mayBeBasilar(stroke), 'basilar-occlusion')],
  THRIVE: ofThrombectomy,
  PLAN: () => [],
  HIAT2: (stroke) => [...ofThrombectomy(stroke), ...when(mayBeBasilar(stroke), 'basilar-occlusion')],
  'SPAN-100': (_stroke, given) => ofThrombolysis(given, 180),
};

/** ASTRAL was derived in previously independent patients. */
function dependentBefore({ facts }: StrokeCase): boolean {
  return candidates(facts.preStrokeMrs).some(({ value }) => value > 2);
}

function admittedAfter24Hours(stroke: StrokeCase): boolean {
  const { arrival } = stroke.facts;
  if (arrival.status !== 'known') return false;
  const range = hoursSinceOnset(stroke, arrival.value);
  return range !== undefined && Number.isFinite(range.most) && range.most > 24;
}

function ofThrombolysis({ thrombolysis, minutes }: Given, latest: 180 | 270): Flags {
  const late = latest === 180 ? 'onset-to-treatment-over-3-hours' : 'onset-to-treatment-over-4-5-hours';
  return [
    ...when(!thrombolysis, 'not-treated-so'),
    ...when(minutes === null, 'onset-time-unknown'),
    ...when(minutes !== null && minutes.high > latest, late),
  ];
}

function ofThrombectomy(stroke: StrokeCase): Flags {
  const occlusions = possibleOcclusions(stroke);
  return [
    ...when(hasHistory(stroke.facts.thrombectomyDone) !== true, 'not-treated-so'),
    ...when(occlusions.length > 1, 'occlusion-unknown'),
    ...when(
      occlusions.length === 1 &&
        holds(stroke.facts.occlusionSite, () => true) === true &&
        !occlusions.includes('large-vessel'),
      'no-large-vessel-occlusion',
    ),
  ];
}
