/**
 * Cardiac sources of embolism and what each system makes of them. TOAST: high and medium risk (Adams 1993, recalled);
 * CCS: high, or low and uncertain, split at a primary stroke risk of 2 % a year (Ay 2005); CISS: potential cardiogenic
 * cause or not (as the A-S-C-O list that it follows prints it). Grades: TOAST's list R, CCS' V1, CISS' V1.
 */
import { DAY, holds, isBelow, plus } from '../../case/index.ts';
import type { ClinicalEvent, FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { and, or } from '../three-valued.ts';

type EventFact =
  | 'atrialFibrillation'
  | 'cardiacThrombus'
  | 'myocardialInfarction'
  | 'infectiveEndocarditis'
  | 'heartFailure'
  | 'highRiskCardiacSource'
  | 'mediumRiskCardiacSource';

interface CardiacSource {
  readonly fact: EventFact;
  /** Kinds of the event list; undefined = any. */
  readonly kinds?: readonly string[];
  /** When it must have happened, in days before the decision: [from, to). */
  readonly within?: readonly [from: number, to: number];
  /** Ejection fraction below this, beside the event, %. */
  readonly ejectionFractionBelow?: number;
  readonly toast: 'high' | 'medium' | null;
  readonly ccs: 'high' | 'low' | null;
  readonly ciss: boolean;
}

/** Four weeks, six months. */
const RECENT = 28;
const HALF_YEAR = 183;

export const CARDIAC_SOURCES: readonly CardiacSource[] = [
  // Lone fibrillation and flutter are of medium risk in TOAST; records code them together with fibrillation.
  { fact: 'atrialFibrillation', toast: 'high', ccs: 'high', ciss: true },
  { fact: 'cardiacThrombus', toast: 'high', ccs: 'high', ciss: true },
  { fact: 'infectiveEndocarditis', toast: 'high', ccs: 'high', ciss: true },
  { fact: 'myocardialInfarction', within: [0, RECENT], toast: 'high', ccs: 'high', ciss: true },
  { fact: 'myocardialInfarction', within: [RECENT, HALF_YEAR], toast: 'medium', ccs: null, ciss: false },
  { fact: 'myocardialInfarction', ejectionFractionBelow: 28, toast: null, ccs: 'high', ciss: false },
  { fact: 'heartFailure', toast: 'medium', ccs: null, ciss: false },
  { fact: 'heartFailure', ejectionFractionBelow: 30, toast: 'medium', ccs: 'high', ciss: true },
  { fact: 'highRiskCardiacSource', kinds: ['mechanical-heart-valve'], toast: 'high', ccs: 'high', ciss: true },
  { fact: 'highRiskCardiacSource', kinds: ['sick-sinus-syndrome'], toast: 'high', ccs: 'high', ciss: true },
  { fact: 'highRiskCardiacSource', kinds: ['dilated-cardiomyopathy'], toast: 'high', ccs: 'high', ciss: true },
  { fact: 'highRiskCardiacSource', kinds: ['cardiac-myxoma'], toast: 'high', ccs: 'high', ciss: true },
  { fact: 'highRiskCardiacSource', kinds: ['akinetic-left-ventricle'], toast: 'high', ccs: 'low', ciss: true },
  // With fibrillation it is of high risk, which the fibrillation already says.
  { fact: 'highRiskCardiacSource', kinds: ['mitral-stenosis'], toast: 'medium', ccs: 'high', ciss: true },
  { fact: 'mediumRiskCardiacSource', kinds: ['bioprosthetic-heart-valve'], toast: 'medium', ccs: 'high', ciss: true },
  { fact: 'mediumRiskCardiacSource', kinds: ['heart-valve-prosthesis'], toast: 'medium', ccs: 'high', ciss: true },
  {
    fact: 'mediumRiskCardiacSource',
    kinds: ['nonbacterial-thrombotic-endocarditis'],
    toast: 'medium',
    ccs: 'high',
    ciss: true,
  },
  {
    fact: 'mediumRiskCardiacSource',
    kinds: [
      'patent-foramen-ovale',
      'atrial-septal-aneurysm',
      'mitral-annular-calcification',
      'left-atrial-turbulence',
      'hypokinetic-left-ventricle',
      'mitral-valve-prolapse',
    ],
    toast: 'medium',
    ccs: 'low',
    ciss: false,
  },
];

export const CARDIAC_FACTS: readonly FactKey[] = [
  'atrialFibrillation',
  'cardiacThrombus',
  'myocardialInfarction',
  'infectiveEndocarditis',
  'heartFailure',
  'highRiskCardiacSource',
  'mediumRiskCardiacSource',
  'ejectionFraction',
];

/** Did the event fall into the span? A date that only says 'by then' leaves it open. */
function fallsInto({ when }: ClinicalEvent, [from, to]: readonly [number, number], at: Instant): boolean | undefined {
  if (when === null) return undefined;
  const begins = plus(at, -to * DAY);
  const ends = plus(at, -from * DAY);
  if (when.earliest > begins && when.latest <= ends) return true;
  return when.latest <= begins || when.earliest > ends ? false : undefined;
}

function matches(event: ClinicalEvent, source: CardiacSource, at: Instant): boolean | undefined {
  if (source.kinds !== undefined && !source.kinds.includes(event.kind)) return false;
  const inTime = source.within === undefined ? true : fallsInto(event, source.within, at);
  return and(event.certainty === 'confirmed' ? true : undefined, inTime);
}

function present({ facts }: StrokeCase, source: CardiacSource, at: Instant): boolean | undefined {
  const event = holds(facts[source.fact], (events) => or(false, ...events.map((one) => matches(one, source, at))));
  const limit = source.ejectionFractionBelow;
  return limit === undefined
    ? event
    : and(
        event,
        holds(facts.ejectionFraction, (q) => isBelow(q, limit)),
      );
}

/** An ejection fraction below 35 % is a potential cause of its own in CISS. */
const CISS_EJECTION_FRACTION = 35;

/** Is there a source that the system counts so? Known from the record alone: 'no' does not say that it was looked for. */
export function cardiacSource(
  stroke: StrokeCase,
  at: Instant,
  counts: (source: CardiacSource) => boolean,
): boolean | undefined {
  return or(...CARDIAC_SOURCES.filter(counts).map((source) => present(stroke, source, at)));
}

export function lowEjectionFraction({ facts }: StrokeCase): boolean | undefined {
  return holds(facts.ejectionFraction, (q) => isBelow(q, CISS_EJECTION_FRACTION));
}
