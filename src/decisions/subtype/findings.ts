/**
 * The findings that the classifications reason with, one table: name, facts, source, and how the facts answer it.
 * 'No' to a cause means that it was looked for; an empty list alone excludes none.
 */
import { DAY, holds, isAbove, isAtLeast, isBelow, plus } from '../../case/index.ts';
import type { ClinicalEvent, Fact, FactKey, Instant, Quantity, StrokeCase, SupplyingArtery } from '../../case/index.ts';
import type { Citation, Message } from '../evaluation.ts';
import { and, or } from '../three-valued.ts';
import { CARDIAC_FACTS, cardiacSource, lowEjectionFraction } from './cardiac-sources.ts';
import { CCS_EVIDENCE, CISS_DETAILS, CISS_MECHANISM, ESUS, OCSP, TOAST, TOAST_SOURCES } from './citations.ts';
import {
  computedPattern,
  narrowerThan,
  PATTERN_FACTS,
  patternIs,
  SIZE_FACTS,
  territoriesOf,
  TERRITORY_FACTS,
  widerThan,
} from './infarct.ts';
import { classifyOcsp } from './ocsp.ts';
import { mainArteryOccluded, occlusionUnexplained, relevantStenosis, STENOSIS_FACTS } from './relevant-arteries.ts';
import { archExamined, heartExamined, searchComplete, WORK_UP_FACTS } from './work-up.ts';

/** Undefined: not known. */
export type Answer = boolean | undefined;

export interface FindingDefinition {
  /** Text key `criterion.<id>`; the finding as a statement that is met or not. */
  readonly id: string;
  readonly data: readonly FactKey[];
  readonly citation: Citation;
  readonly holds: (stroke: StrokeCase, at: Instant) => Answer;
  /** Why it is open although its facts are there. */
  readonly openBecause?: (stroke: StrokeCase) => Message | undefined;
}

const CARDIAC: readonly FactKey[] = [...CARDIAC_FACTS, ...WORK_UP_FACTS];
const INFARCT: readonly FactKey[] = [...PATTERN_FACTS, ...SIZE_FACTS.slice(0, 1)];

/** An empty list is a 'no' only after the heart was examined. */
const afterLooking = (stroke: StrokeCase, listed: Answer): Answer =>
  listed === false && heartExamined(stroke.facts) !== true ? undefined : listed;

const stenosisOpen = ({ facts }: StrokeCase): Message | undefined => {
  if (occlusionUnexplained(facts)) return { key: 'acute-occlusion-of-unknown-origin' };
  if (facts.arterialStenosis.status !== 'known') return undefined;
  return territoriesOf(facts) === undefined ? { key: 'side-of-infarct-unknown' } : { key: 'arteries-not-all-examined' };
};

const confirmed = (fact: Fact<readonly ClinicalEvent[]>): Answer =>
  holds(fact, (events) => (events.length === 0 ? false : events.some((e) => e.certainty === 'confirmed') || undefined));

/** Confirmed, and begun within the days before the decision; a date that only says 'by then' leaves it open. */
const recent = (fact: Fact<readonly ClinicalEvent[]>, days: number, at: Instant): Answer =>
  holds(fact, (events) =>
    or(
      false,
      ...events.map(({ when, certainty }): Answer => {
        if (when === null) return undefined;
        const since = plus(at, -days * DAY);
        if (when.latest <= since) return false;
        return when.earliest > since && certainty === 'confirmed' ? true : undefined;
      }),
    ),
  );

const lacunarSyndrome = ({ facts }: StrokeCase): Answer => {
  const { class: syndrome, possible } = classifyOcsp(facts);
  return syndrome === 'lacunar' ? true : possible.includes('lacunar') ? undefined : false;
};

const mild = (q: Quantity): Answer => and(isAbove(q, 0), isBelow(q, 50));
const PENETRATORS_LEAVE: ReadonlySet<SupplyingArtery> = new Set<SupplyingArtery>([
  'middle-cerebral',
  'intracranial-carotid',
  'basilar',
  'vertebral',
  'posterior-cerebral',
]);

const OTHER_CAUSES = [
  'cervicalArteryDissection',
  'intracranialArteryDissection',
  'aorticDissection',
  'moyamoya',
  'otherStrokeCause',
] as const satisfies readonly FactKey[];
const DISSECTIONS = OTHER_CAUSES.slice(0, 3);

export const FINDINGS = [
  // --- the arteries that supply the infarct
  {
    id: 'relevant-stenosis-over-50',
    data: STENOSIS_FACTS,
    citation: TOAST,
    holds: ({ facts }) => relevantStenosis(facts, (q) => isAbove(q, 50)),
    openBecause: stenosisOpen,
  },
  {
    id: 'relevant-stenosis-at-least-50',
    data: STENOSIS_FACTS,
    citation: CCS_EVIDENCE,
    holds: ({ facts }) => relevantStenosis(facts, (q) => isAtLeast(q, 50)),
    openBecause: stenosisOpen,
  },
  {
    // NASCET's near-occlusion; vertebral arteries do not count.
    id: 'relevant-near-occlusion',
    data: STENOSIS_FACTS,
    citation: CCS_EVIDENCE,
    holds: ({ facts }) =>
      relevantStenosis(
        facts,
        (q) => isAtLeast(q, 95),
        ({ artery }) => artery !== 'vertebral',
      ),
    openBecause: stenosisOpen,
  },
  {
    id: 'relevant-plaque-below-50',
    data: STENOSIS_FACTS,
    citation: CCS_EVIDENCE,
    holds: ({ facts }) => relevantStenosis(facts, mild),
    openBecause: stenosisOpen,
  },
  {
    id: 'vulnerable-plaque',
    data: ['vulnerablePlaque', ...STENOSIS_FACTS],
    citation: CCS_EVIDENCE,
    // Arteries without any narrowing carry no plaque that could have been called so.
    holds: ({ facts }) =>
      holds(facts.vulnerablePlaque, (there) => there) ??
      (facts.vulnerablePlaque.status === 'unknown' && relevantStenosis(facts, (q) => isAbove(q, 0)) === false
        ? false
        : undefined),
  },
  {
    id: 'parent-artery-plaque',
    data: ['parentArteryPlaque'],
    citation: CISS_DETAILS,
    holds: ({ facts }) => holds(facts.parentArteryPlaque, (there) => there),
  },
  {
    id: 'parent-artery-narrowed',
    data: STENOSIS_FACTS,
    citation: CISS_DETAILS,
    holds: ({ facts }) =>
      relevantStenosis(
        facts,
        (q) => isAbove(q, 0),
        ({ artery }) => PENETRATORS_LEAVE.has(artery),
      ),
    openBecause: stenosisOpen,
  },
  {
    id: 'main-artery-occluded',
    data: ['occlusionSite'],
    citation: TOAST,
    holds: ({ facts }) => mainArteryOccluded(facts),
  },
  {
    id: 'arch-plaque-over-4-mm',
    data: ['aorticArchPlaque', 'aorticArchThrombus'],
    citation: CISS_DETAILS,
    holds: ({ facts }) =>
      or(
        holds(facts.aorticArchPlaque, (q) => isAbove(q, 4)),
        holds(facts.aorticArchThrombus, (there) => there) ??
          (facts.aorticArchPlaque.status === 'known' ? false : undefined),
      ),
  },
  {
    id: 'aortic-arch-examined',
    data: ['aorticArchPlaque', 'aorticArchThrombus', 'strokeInvestigation'],
    citation: CISS_DETAILS,
    holds: ({ facts }) => archExamined(facts),
  },
  {
    id: 'microembolic-signals',
    data: ['microembolicSignals'],
    citation: CISS_MECHANISM,
    holds: ({ facts }) => holds(facts.microembolicSignals, (there) => there),
  },

  // --- the heart
  {
    id: 'high-risk-cardiac-source',
    data: CARDIAC,
    citation: TOAST_SOURCES,
    holds: (stroke, at) =>
      afterLooking(
        stroke,
        cardiacSource(stroke, at, ({ toast }) => toast === 'high'),
      ),
  },
  {
    id: 'medium-risk-cardiac-source',
    data: CARDIAC,
    citation: TOAST_SOURCES,
    holds: (stroke, at) =>
      afterLooking(
        stroke,
        cardiacSource(stroke, at, ({ toast }) => toast === 'medium'),
      ),
  },
  {
    id: 'cardiac-source-above-2-percent',
    data: CARDIAC,
    citation: CCS_EVIDENCE,
    holds: (stroke, at) =>
      afterLooking(
        stroke,
        cardiacSource(stroke, at, ({ ccs }) => ccs === 'high'),
      ),
  },
  {
    id: 'cardiac-source-low-or-uncertain',
    data: CARDIAC,
    citation: CCS_EVIDENCE,
    holds: (stroke, at) =>
      afterLooking(
        stroke,
        cardiacSource(stroke, at, ({ ccs }) => ccs === 'low'),
      ),
  },
  {
    id: 'potential-cardiogenic-cause',
    data: CARDIAC,
    citation: CISS_DETAILS,
    holds: (stroke, at) => {
      // No echocardiography without an ejection fraction: where none is recorded the list decides.
      const weak = stroke.facts.ejectionFraction.status === 'unknown' ? false : lowEjectionFraction(stroke);
      return afterLooking(
        stroke,
        or(
          cardiacSource(stroke, at, ({ ciss }) => ciss),
          weak,
        ),
      );
    },
  },

  // --- other causes
  {
    id: 'other-cause-of-stroke',
    data: OTHER_CAUSES,
    citation: TOAST,
    holds: ({ facts }) => or(...OTHER_CAUSES.map((key) => confirmed(facts[key]))),
  },
  {
    id: 'dissection-within-four-weeks',
    data: DISSECTIONS,
    citation: CCS_EVIDENCE,
    holds: ({ facts }, at) => or(...DISSECTIONS.map((key) => recent(facts[key], 28, at))),
  },

  // --- the infarct
  {
    id: 'infarct-cortical-or-over-15-mm',
    data: INFARCT,
    citation: TOAST,
    holds: ({ facts }) => {
      const elsewhere = patternIs(
        facts,
        'single-territorial',
        'border-zone',
        'multiple-one-territory',
        'scattered-cortical',
        'multiple-territories',
      );
      return or(elsewhere, and(patternIs(facts, 'single-penetrating-artery'), widerThan(facts, 15)));
    },
  },
  {
    id: 'penetrating-artery-infarct-below-15-mm',
    data: INFARCT,
    citation: TOAST,
    holds: ({ facts }) => and(patternIs(facts, 'single-penetrating-artery'), narrowerThan(facts, 15)),
  },
  {
    id: 'penetrating-artery-infarct-below-20-mm',
    data: INFARCT,
    citation: CCS_EVIDENCE,
    holds: ({ facts }) => and(patternIs(facts, 'single-penetrating-artery'), narrowerThan(facts, 20)),
  },
  {
    id: 'penetrating-artery-infarct',
    data: PATTERN_FACTS,
    citation: CISS_DETAILS,
    holds: ({ facts }) => patternIs(facts, 'single-penetrating-artery'),
  },
  {
    id: 'single-territorial-infarct',
    data: PATTERN_FACTS,
    citation: CISS_MECHANISM,
    holds: ({ facts }) => patternIs(facts, 'single-territorial'),
  },
  {
    id: 'no-infarct-visible',
    data: PATTERN_FACTS,
    citation: TOAST,
    holds: ({ facts }) => patternIs(facts, 'none-visible'),
  },
  {
    id: 'infarcts-in-several-territories',
    data: [...PATTERN_FACTS, ...TERRITORY_FACTS.slice(0, 1)],
    citation: CISS_DETAILS,
    // A pattern and a list of territories that contradict each other leave it open.
    holds: ({ facts }) => {
      const pattern = patternIs(facts, 'multiple-territories');
      const territories = territoriesOf(facts);
      const several = territories === undefined ? undefined : territories.length > 1;
      return pattern === undefined || several === undefined || pattern === several ? (pattern ?? several) : undefined;
    },
  },
  {
    id: 'several-infarcts-in-one-territory',
    data: PATTERN_FACTS,
    citation: CCS_EVIDENCE,
    holds: ({ facts }) => patternIs(facts, 'multiple-one-territory', 'scattered-cortical'),
  },
  {
    id: 'border-zone-infarcts',
    data: PATTERN_FACTS,
    citation: CCS_EVIDENCE,
    holds: ({ facts }) => patternIs(facts, 'border-zone'),
    openBecause: ({ facts }) =>
      computedPattern(facts) === 'border-zone' ? { key: 'border-zone-infarcts-computed' } : undefined,
  },

  // --- the patient
  {
    id: 'lacunar-syndrome',
    data: ['nihssItems'],
    citation: OCSP,
    holds: lacunarSyndrome,
  },
  {
    id: 'tia-or-stroke-within-one-month',
    data: ['transientIschemicAttack', 'priorIschemicStroke'],
    citation: CCS_EVIDENCE,
    holds: ({ facts }, at) =>
      or(recent(facts.transientIschemicAttack, 30, at), recent(facts.priorIschemicStroke, 30, at)),
  },

  // --- the search for the cause
  {
    id: 'search-for-cause-complete',
    data: ['strokeInvestigation', 'arterialStenosis'],
    citation: ESUS,
    holds: ({ facts }) => searchComplete(facts),
  },
] as const satisfies readonly FindingDefinition[];

export type FindingId = (typeof FINDINGS)[number]['id'];
/** What is known of every finding. */
export type Answers = Readonly<Record<FindingId, Answer>>;

export function answersOf(stroke: StrokeCase, at: Instant): Answers {
  const entries = FINDINGS.map((finding) => [finding.id, finding.holds(stroke, at)] as const);
  return Object.fromEntries(entries) as Record<FindingId, Answer>;
}
