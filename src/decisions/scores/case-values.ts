/** Reads score inputs from the facts of a case. Undefined means: not known well enough for a number. */
import { candidates, DAY, HOUR, holds, plus } from '../../case/index.ts';
import type {
  ClinicalEvent,
  DrugExposure,
  Fact,
  FactKey,
  Instant,
  NihssItem,
  NihssTotal,
  Quantity,
  StrokeCase,
  TimeSpan,
} from '../../case/index.ts';

/** The value when every source gives the same and neither a comparator ('<') nor an interval blurs it. */
export function exactNumber(fact: Fact<Quantity>): number | undefined {
  const values = candidates(fact).map(({ value: { value, comparator, interval } }) =>
    comparator === undefined && (interval === undefined || interval.low === interval.high) ? value : undefined,
  );
  const first = values[0];
  return values.length > 0 && values.every((v) => v === first) ? first : undefined;
}

export function agreed<T extends string | number | boolean>(fact: Fact<T>): T | undefined {
  const values = candidates(fact).map(({ value }) => value);
  const first = values[0];
  return first !== undefined && values.every((v) => v === first) ? first : undefined;
}

/** @returns the total when the sources agree; `isLowerBound` when an item was untestable in any of them */
export function agreedNihss(fact: Fact<NihssTotal>): NihssTotal | undefined {
  const totals = candidates(fact).map(({ value }) => value);
  const first = totals[0];
  if (first === undefined || totals.some(({ total }) => total !== first.total)) return undefined;
  return { total: first.total, isLowerBound: totals.some(({ isLowerBound }) => isLowerBound) };
}

/** A list that was read and holds nothing, which nobody has denied either. */
export const isNotRecorded = (fact: Fact<unknown>): boolean => fact.status === 'known' && fact.basis === 'not-recorded';

/** Does the history hold such an event? A suspected one leaves it open. */
export function hasHistory(fact: Fact<readonly ClinicalEvent[]>): boolean | undefined {
  return holds(fact, (events) => {
    if (events.some((event) => event.certainty === 'confirmed')) return true;
    return events.length === 0 ? false : undefined;
  });
}

/** How long after its last intake a stopped drug still counts as taken. */
const STILL_COUNTS = { 'vitamin-k-antagonist': 5 * DAY, other: 2 * DAY } as const;

/** Is the drug taken now, or was it taken recently enough to act? Undefined when it was stopped at an unknown time. */
export function takenNow(drug: DrugExposure, at: Instant): boolean | undefined {
  if (drug.active) return true;
  const span = drug.class === 'vitamin-k-antagonist' ? STILL_COUNTS['vitamin-k-antagonist'] : STILL_COUNTS.other;
  return holds(drug.lastIntake, (when) => when.latest >= plus(at, -span));
}

export function takesAny(
  fact: Fact<readonly DrugExposure[]>,
  at: Instant,
  counts: (drug: DrugExposure) => boolean = () => true,
): boolean | undefined {
  return holds(fact, (drugs) => {
    const answers = drugs.filter(counts).map((drug) => takenNow(drug, at));
    if (answers.includes(true)) return true;
    return answers.includes(undefined) ? undefined : false;
  });
}

/** An NIHSS item's points when tested and agreed. */
export function nihssItem(stroke: StrokeCase, item: NihssItem): number | undefined {
  const values = candidates(stroke.facts.nihssItems).map(({ value }) => value[item]);
  const first = values[0];
  return typeof first === 'number' && values.every((v) => v === first) ? first : undefined;
}

/** Least and most hours; both ends are possible. */
export interface HourRange {
  readonly least: number;
  readonly most: number;
}

export const ONSET_FACTS: readonly FactKey[] = ['witnessedOnset', 'lastKnownWell', 'symptomRecognition'];

/** When the stroke began: witnessed, else between last known well and recognition. Open ends stay open. */
export function onsetRange(stroke: StrokeCase): { readonly earliest?: Instant; readonly latest?: Instant } {
  const { witnessedOnset, lastKnownWell, symptomRecognition } = stroke.facts;
  const witnessed = soleSpan(witnessedOnset);
  if (witnessed !== undefined) return witnessed;
  const well = soleSpan(lastKnownWell);
  const recognized = soleSpan(symptomRecognition);
  return {
    ...(well === undefined ? {} : { earliest: well.earliest }),
    ...(recognized === undefined ? {} : { latest: recognized.latest }),
  };
}

const soleSpan = (fact: Fact<TimeSpan>): TimeSpan | undefined => (fact.status === 'known' ? fact.value : undefined);

/** Hours from onset to a moment; an unknown end of the onset gives 0 or infinity. Undefined when the order is impossible. */
export function hoursSinceOnset(stroke: StrokeCase, moment: TimeSpan): HourRange | undefined {
  const { earliest, latest } = onsetRange(stroke);
  if (earliest === undefined && latest === undefined) return undefined;
  if (earliest !== undefined && moment.latest < earliest) return undefined;
  const least = latest === undefined ? 0 : Math.max((moment.earliest - latest) / HOUR, 0);
  const most = earliest === undefined ? Number.POSITIVE_INFINITY : (moment.latest - earliest) / HOUR;
  return { least, most };
}

/** Yes when even the worst end lies below the limit (h), no when even the best does not. */
export function hoursBelow(range: HourRange | undefined, limit: number): boolean | undefined {
  if (range === undefined) return undefined;
  if (range.most < limit) return true;
  return range.least >= limit ? false : undefined;
}

/** Yes when even the least exceeds the limit (h). */
export function hoursAbove(range: HourRange | undefined, limit: number): boolean | undefined {
  if (range === undefined) return undefined;
  if (range.least > limit) return true;
  return range.most <= limit ? false : undefined;
}

/** The first CT without contrast of this episode that has images; undefined when its time or the list is not known. */
export function firstCt(stroke: StrokeCase): TimeSpan | undefined {
  const { brainImaging } = stroke.facts;
  if (brainImaging.status !== 'known') return undefined;
  const { earliest } = onsetRange(stroke);
  const exams = brainImaging.value.filter(({ modality, state }) => modality === 'CT' && state !== 'registered');
  if (exams.some(({ at }) => at === null)) return undefined;
  return exams
    .flatMap(({ at }) => (at === null || (earliest !== undefined && at.latest < earliest) ? [] : [at]))
    .sort((a, b) => a.earliest - b.earliest)[0];
}
