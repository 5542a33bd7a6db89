/** Where the case stands, as data: the clock, the deficit, the values that decide with their age, the images, what failed. */
import { candidates, MINUTE } from '../../case/index.ts';
import type {
  Degradation,
  Fact,
  FactKey,
  Instant,
  NihssTotal,
  StrokeCase,
  StrokeIndication,
  UnknownReason,
} from '../../case/index.ts';
import type { SitePolicy } from '../evaluation.ts';
import { thrombolyticAlreadyGiven } from '../complications/thrombolytic-given.ts';
import { clockState } from './clock-state.ts';
import type { ClockState } from './clock-state.ts';
import { imagingDisagreements } from './imaging-disagreement.ts';
import type { ImagingDisagreement } from './imaging-disagreement.ts';
import { imagingState } from './imaging-state.ts';
import type { ImagingGroupState } from './imaging-state.ts';
import { sideDisagreement } from './side-disagreement.ts';
import type { SideDisagreement } from './side-disagreement.ts';

export { hoursAfterZero, strokeClock } from './clock.ts';
export type { StrokeClock } from './clock.ts';
export type { ClockFact, ClockState, ClockTime, WindowEdge, WindowEdgeId } from './clock-state.ts';
export type { ImagingDisagreement } from './imaging-disagreement.ts';
export type { ImagingGroup, ImagingGroupState } from './imaging-state.ts';
export { sideDisagreement } from './side-disagreement.ts';
export type { DeficitSide, ImageSide, SideDisagreement } from './side-disagreement.ts';

/** The values a clinician looks at first, in that order. */
export const KEY_FACTS = [
  'nihss',
  'bloodPressure',
  'glucose',
  'age',
  'weight',
  'preStrokeMrs',
  'platelets',
  'inr',
  'aptt',
  'prothrombinTime',
  'creatinine',
] as const satisfies readonly FactKey[];

export interface KeyValueState {
  readonly fact: FactKey;
  readonly status: Fact<unknown>['status'];
  readonly why: UnknownReason | null;
  /** Whole minutes since the newest value was taken; null when unknown or undated. */
  readonly ageMinutes: number | null;
}

export interface DeficitState {
  readonly nihss: Fact<NihssTotal>;
  readonly disabling: Fact<boolean>;
  /** Newest total minus the one before; null with fewer than two exact totals. */
  readonly nihssChange: number | null;
}

export interface StrokeState {
  readonly at: Instant;
  readonly timeZone: string;
  readonly indications: readonly StrokeIndication[];
  readonly clock: ClockState;
  readonly deficit: DeficitState;
  readonly values: readonly KeyValueState[];
  readonly imaging: readonly ImagingGroupState[];
  /** Where a report and a computed value disagree. */
  readonly imagingDisagreements: readonly ImagingDisagreement[];
  /** The images show another side than the deficit; null where they fit or the side is not clear. */
  readonly sideDisagreement: SideDisagreement | null;
  /** Null: the record does not say. */
  readonly thrombolyticGiven: boolean | null;
  readonly conflicts: readonly FactKey[];
  readonly degradations: readonly Degradation[];
}

export function summarizeStrokeState(stroke: StrokeCase, at: Instant, policy: SitePolicy): StrokeState {
  const clock = clockState(stroke, at);
  return {
    at,
    timeZone: policy.timeZone,
    indications: stroke.indications,
    clock,
    deficit: deficitState(stroke),
    values: KEY_FACTS.map((key) => keyValue(stroke, key, at)),
    imaging: imagingState(stroke, at, clock.zero),
    imagingDisagreements: imagingDisagreements(stroke),
    sideDisagreement: sideDisagreement(stroke),
    thrombolyticGiven: thrombolyticAlreadyGiven(stroke, at) ?? null,
    conflicts: conflictingFacts(stroke),
    degradations: stroke.degradations,
  };
}

/** Facts on which two sources of equal rank disagree. */
export function conflictingFacts(stroke: StrokeCase): FactKey[] {
  return factKeys(stroke).filter((key) => stroke.facts[key].status === 'conflicting');
}

export function factKeys(stroke: StrokeCase): FactKey[] {
  return Object.keys(stroke.facts) as FactKey[];
}

function deficitState({ facts }: StrokeCase): DeficitState {
  const course = facts.nihssCourse.status === 'known' ? facts.nihssCourse.value.map(({ value }) => value) : [];
  const [newest, before] = course.toReversed();
  const comparable = newest !== undefined && before !== undefined && !newest.isLowerBound && !before.isLowerBound;
  return {
    nihss: facts.nihss,
    disabling: facts.disablingDeficit,
    nihssChange: comparable ? newest.total - before.total : null,
  };
}

function keyValue(stroke: StrokeCase, key: FactKey, at: Instant): KeyValueState {
  const fact: Fact<unknown> = stroke.facts[key];
  const taken = candidates(fact).flatMap((known) => (known.at === null ? [] : [known.at.latest]));
  return {
    fact: key,
    status: fact.status,
    why: fact.status === 'unknown' ? fact.why : null,
    ageMinutes: taken.length === 0 ? null : Math.max(0, Math.floor((at - Math.max(...taken)) / MINUTE)),
  };
}
