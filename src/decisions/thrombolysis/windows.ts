/** The time windows as rows: from which clock, from when to when, and what imaging they need. */
import { awaitsReader, holds, not } from '../../case/index.ts';
import type { Fact, FactKey, OcclusionSite, StrokeCase, StrokeFacts } from '../../case/index.ts';
import type { Citation, Message, Verdict } from '../evaluation.ts';
import { and, or } from '../three-valued.ts';
import { clockInstants, clockTimesContradict, edges, isWithinHours, midpointOfSleep, spanOf } from '../time-windows.ts';
import { isNihssAtLeast } from './deficit.ts';
import type { Borderline } from '../borderline.ts';
import { borderlineOf, hasMismatch } from './perfusion.ts';
import type { MismatchRule } from './perfusion.ts';
import type { ThrombolysisContext, ThrombolysisRule, WindowTiming, Yes } from './rule.ts';
import { NOT_APPLICABLE, NOT_MET, changing, openFacts, verdict } from './verdict.ts';

const STANDARD_WINDOW_HOURS = 4.5;
const CLOCK: readonly FactKey[] = ['lastKnownWell', 'witnessedOnset'];

export interface WindowSpecification {
  readonly id: string;
  readonly citation: Citation;
  readonly conclusion: Yes;
  readonly fromHours: number;
  readonly toHours: number;
}

type Timing = (stroke: StrokeCase, context: ThrombolysisContext) => WindowTiming | undefined;

/** 'Onset or last known well': the clock that the whole case is timed by. */
const sinceOnset =
  ({ fromHours, toHours }: WindowSpecification): Timing =>
  (_stroke, { clock }) =>
    clock.status === 'known' ? { basis: clock.basis, since: clock.since, fromHours, toHours } : undefined;

/** A window that needs no imaging beyond the exclusion of hemorrhage. */
export function plainWindow(specification: WindowSpecification): ThrombolysisRule {
  const timing = sinceOnset(specification);
  const { id, citation, conclusion, fromHours, toHours } = specification;
  return {
    id,
    class: 'window',
    data: CLOCK,
    citation,
    effect: { kind: 'opens', conclusion, needsImaging: false, timing },
    evaluate: (stroke, at, context) => {
      const since = timing(stroke, context)?.since;
      if (since === undefined) return verdict(undefined, missingClock(context));
      const notYet = fromHours > 0 && isWithinHours(since, at, fromHours) === true;
      const answer = isWithinHours(since, at, toHours);
      const note = answer === undefined ? { key: 'onset-time-not-exact' } : undefined;
      const open: Verdict = notYet ? NOT_APPLICABLE : verdict(answer, missingClock(context), note);
      return changing(open, edges(since, fromHours, toHours), at);
    },
  };
}

const missingClock = ({ clock }: ThrombolysisContext): readonly FactKey[] =>
  clock.status === 'known' && clock.basis === 'witnessed-onset' ? ['witnessedOnset'] : ['lastKnownWell'];

interface ImagingWindow {
  readonly specification: WindowSpecification;
  readonly data: readonly FactKey[];
  readonly timing: Timing;
  /** The facts that the clock of this window needs. */
  readonly timingFacts: readonly FactKey[];
  /** False when the row is not written for this patient (no wake-up, witnessed onset). */
  readonly applies: (stroke: StrokeCase) => boolean | undefined;
  readonly appliesFacts: readonly FactKey[];
  readonly imaging: (stroke: StrokeCase, context: ThrombolysisContext) => boolean | undefined;
  readonly imagingFacts: readonly FactKey[];
  /** Measured values that leave the imaging open. */
  readonly borderline?: (stroke: StrokeCase) => readonly Borderline[];
  /** Why the imaging is open where the record holds no usable value; and computed facts that wait for a reader. */
  readonly whyOpen?: (
    stroke: StrokeCase,
    context: ThrombolysisContext,
  ) => { readonly facts: readonly FactKey[]; readonly note: Message } | undefined;
  /** True where another treatment takes the place of looking for this imaging. */
  readonly isPassedOver?: (stroke: StrokeCase, context: ThrombolysisContext) => boolean | undefined;
  /** True where the imaging is as it should be and only thrombectomy, which can be had, stands against the row. */
  readonly yieldsToThrombectomy?: (stroke: StrokeCase, context: ThrombolysisContext) => boolean;
}

/** A window that opens after the standard one and needs imaging. */
function imagingWindow(row: ImagingWindow): ThrombolysisRule {
  const { specification, timing, imagingFacts } = row;
  const { id, citation, conclusion, fromHours, toHours } = specification;
  const evaluate: ThrombolysisRule['evaluate'] = (stroke, at, context) => {
    const { clock } = context;
    const since = timing(stroke, context)?.since;
    const instants = [
      ...(clock.status === 'known' ? edges(clock.since, STANDARD_WINDOW_HOURS) : []),
      ...(since === undefined ? [] : edges(since, fromHours, toHours)),
    ];
    return changing(judge(stroke, at, context, since), instants, at);
  };
  const judge = (
    stroke: StrokeCase,
    at: Parameters<ThrombolysisRule['evaluate']>[1],
    context: ThrombolysisContext,
    since: WindowTiming['since'] | undefined,
  ): Verdict => {
    const { clock } = context;
    // the standard window needs none of this imaging
    if (clock.status === 'known' && isWithinHours(clock.since, at, STANDARD_WINDOW_HOURS) === true) {
      return NOT_APPLICABLE;
    }
    const applies = row.applies(stroke);
    if (applies === false) return NOT_APPLICABLE;
    const passedOver = row.isPassedOver === undefined ? false : row.isPassedOver(stroke, context);
    if (passedOver === true) return NOT_APPLICABLE;
    if (passedOver === undefined) return { status: 'unknown', missing: ['thrombectomyAccess'] };
    const inTime = since === undefined ? undefined : isWithinHours(since, at, toHours);
    const notYet = since !== undefined && fromHours > 0 && isWithinHours(since, at, fromHours) === true;
    if (notYet) return NOT_APPLICABLE;
    const selected = row.imaging(stroke, context);
    const answer = and(applies, inTime, selected);
    if (answer !== undefined) {
      const hasThrombectomy =
        inTime === true && applies === true && row.yieldsToThrombectomy?.(stroke, context) === true;
      return verdict(answer, [], hasThrombectomy ? THROMBECTOMY_AVAILABLE : note(answer, inTime));
    }
    const borderline = selected === undefined ? (row.borderline?.(stroke) ?? []) : [];
    const whyOpen = selected === undefined ? row.whyOpen?.(stroke, context) : undefined;
    const missing = [
      ...(applies === undefined ? openFacts(stroke.facts, row.appliesFacts) : []),
      ...(inTime === undefined ? openOrAll(stroke, row.timingFacts) : []),
      ...(selected === undefined ? openFacts(stroke.facts, imagingFacts) : []),
      ...borderline.flatMap(({ facts }) => facts),
      ...(whyOpen?.facts ?? []),
    ];
    const open = verdict(undefined, [...new Set(missing)], whyOpen?.note);
    return borderline.length === 0 ? open : { ...open, borderline };
  };
  const data = [...new Set([...CLOCK, ...row.data, ...row.timingFacts, ...row.appliesFacts, ...imagingFacts])];
  return {
    id,
    class: 'window',
    data,
    citation,
    effect: { kind: 'opens', conclusion, needsImaging: true, timing },
    evaluate,
  };
}

const THROMBECTOMY_AVAILABLE: Message = { key: 'window-thrombectomy-available' };

/** Is it thrombectomy, and neither time nor imaging, that closes one of these windows? */
export const yieldsToThrombectomy = (rows: readonly Pick<Verdict, 'note'>[]): boolean =>
  rows.some(({ note }) => note?.key === THROMBECTOMY_AVAILABLE.key);

/** Known but not exact: then all of them are to be made more exact. */
function openOrAll({ facts }: StrokeCase, keys: readonly FactKey[]): readonly FactKey[] {
  const open = openFacts(facts, keys);
  return open.length > 0 ? open : keys;
}

function note(answer: boolean, inTime: boolean | undefined): Verdict['note'] {
  if (answer) return undefined;
  return inTime === false ? { key: 'window-closed' } : { key: 'window-imaging-not-fulfilled' };
}

/** A witnessed onset settles that nobody woke with it. */
const isUnwitnessed = ({ facts }: StrokeCase): boolean => facts.witnessedOnset.status === 'unknown';
const wokeWithSymptoms = ({ facts }: StrokeCase): boolean | undefined => holds(facts.wakeUpStroke, (woke) => woke);

const DWI_FLAIR = ['dwiFlairMismatch', 'dwiLesionUnderOneThirdMca'] as const satisfies readonly FactKey[];
/** What only software computed opens the window as little as it closes it. */
const read = (facts: StrokeFacts, key: (typeof DWI_FLAIR)[number]): boolean | undefined =>
  awaitsReader(key, facts) ? undefined : holds(facts[key], (present) => present);
const dwiFlair = ({ facts }: StrokeCase): boolean | undefined => and(...DWI_FLAIR.map((key) => read(facts, key)));

const COMPUTED_NOTES = {
  dwiFlairMismatch: ['dwi-flair-mismatch-computed', 'no-dwi-flair-mismatch-computed'],
  dwiLesionUnderOneThirdMca: ['dwi-lesion-under-one-third-computed', 'dwi-lesion-over-one-third-computed'],
} as const;

/** The mismatch is told before the extent of the lesion. */
const computedDwiFlair: NonNullable<ImagingWindow['whyOpen']> = ({ facts }) => {
  const unread = DWI_FLAIR.filter((key) => awaitsReader(key, facts));
  const [first] = unread;
  if (first === undefined) return undefined;
  const [ifTrue, ifFalse] = COMPUTED_NOTES[first];
  return { facts: unread, note: { key: holds(facts[first], (present) => present) === true ? ifTrue : ifFalse } };
};
const PERFUSION: readonly FactKey[] = ['coreVolume', 'hypoperfusionVolume'];

/** Unwitnessed onset, counted from recognition, selected by DWI-FLAIR mismatch. */
export function dwiFlairWindow(
  specification: WindowSpecification,
  more: { readonly wakeUpOnly?: boolean; readonly withoutThrombectomy?: boolean } = {},
): ThrombolysisRule {
  const { fromHours, toHours } = specification;
  return imagingWindow({
    specification,
    data: ['witnessedOnset', ...PASSED_OVER_FACTS],
    timing: ({ facts }) => {
      const since = spanOf(facts.symptomRecognition);
      return since === undefined ? undefined : { basis: 'symptom-recognition', since, fromHours, toHours };
    },
    timingFacts: ['symptomRecognition'],
    applies: (stroke) => and(isUnwitnessed(stroke), more.wakeUpOnly === true ? wokeWithSymptoms(stroke) : true),
    appliesFacts: more.wakeUpOnly === true ? ['wakeUpStroke'] : [],
    imaging: (stroke, context) =>
      and(dwiFlair(stroke), more.withoutThrombectomy === true ? noThrombectomyPlanned(stroke, context) : true),
    imagingFacts: more.withoutThrombectomy === true ? [...DWI_FLAIR, ...THROMBECTOMY_PLAN] : DWI_FLAIR,
    whyOpen: computedDwiFlair,
    ...(more.withoutThrombectomy === true ? yieldingToThrombectomy(dwiFlair) : {}),
    isPassedOver: thrombectomyInstead(['symptomRecognition', ...DWI_FLAIR]),
  });
}

const PASSED_OVER_FACTS: readonly FactKey[] = ['wakeUpStroke', 'nihss', 'occlusionSite', 'thrombectomyAccess'];
/** Sites for which the guidelines offer thrombectomy. */
const TARGET: readonly OcclusionSite[] = ['internal-carotid', 'M1', 'M2-dominant-proximal', 'basilar'];
const isNotRecorded = (fact: Fact<unknown>): boolean => fact.status === 'unknown' && fact.why === 'not-recorded';

/**
 * Late, with a vessel to open and a deficit to open it for, and nothing in the record that points to an unknown onset
 * (no waking, none of the `hints`): then thrombectomy is the way, and nobody waits for an MRI or a perfusion scan.
 * True where thrombectomy can be had, open where that is not known, false where the imaging is the way to go.
 */
function thrombectomyInstead(hints: readonly FactKey[]): NonNullable<ImagingWindow['isPassedOver']> {
  return (stroke, context) => {
    const { facts } = stroke;
    const mayHaveWoken = !isNotRecorded(facts.wakeUpStroke) && holds(facts.wakeUpStroke, (woke) => woke) !== false;
    if (mayHaveWoken || !hints.every((key) => isNotRecorded(facts[key]))) return false;
    const hasTarget =
      holds(facts.occlusionSite, (site) => TARGET.includes(site)) === true &&
      holds(facts.nihss, isNihssAtLeast(6)) === true;
    return hasTarget && not(noAccess(stroke, context));
  };
}

interface PenumbraRequirements {
  readonly mismatch: MismatchRule;
  readonly withoutThrombectomy: boolean;
}

const penumbra =
  ({ mismatch, withoutThrombectomy }: PenumbraRequirements): ImagingWindow['imaging'] =>
  (stroke, context) =>
    and(hasMismatch(stroke, mismatch), withoutThrombectomy ? noThrombectomyPlanned(stroke, context) : true);

/** Figures in the record count wherever they were computed; a site without the software is told where they are to come from. */
const noSoftware: NonNullable<ImagingWindow['whyOpen']> = ({ facts }, { policy }) =>
  policy.automatedPerfusion || openFacts(facts, PERFUSION).length === 0
    ? undefined
    : { facts: [], note: { key: 'automated-perfusion-not-at-site' } };

/** The note of a row for patients without thrombectomy, where the imaging would allow it. */
function yieldingToThrombectomy(
  selected: (stroke: StrokeCase) => boolean | undefined,
): Pick<ImagingWindow, 'yieldsToThrombectomy'> {
  return {
    yieldsToThrombectomy: (stroke, context) =>
      selected(stroke) !== false && noThrombectomyPlanned(stroke, context) === false,
  };
}

/** What the rows on perfusion mismatch share. */
function penumbraImaging(
  needs: PenumbraRequirements,
): Pick<ImagingWindow, 'imaging' | 'imagingFacts' | 'borderline' | 'whyOpen' | 'yieldsToThrombectomy'> {
  return {
    imaging: penumbra(needs),
    imagingFacts: penumbraFacts(needs),
    borderline: (stroke) => borderlineOf(stroke, needs.mismatch),
    whyOpen: noSoftware,
    ...(needs.withoutThrombectomy ? yieldingToThrombectomy((stroke) => hasMismatch(stroke, needs.mismatch)) : {}),
  };
}

const penumbraFacts = ({ withoutThrombectomy }: PenumbraRequirements): readonly FactKey[] =>
  withoutThrombectomy ? [...PERFUSION, ...THROMBECTOMY_PLAN] : PERFUSION;

/** Counted from onset or last known well, selected by perfusion mismatch. */
export function penumbraWindow(specification: WindowSpecification, needs: PenumbraRequirements): ThrombolysisRule {
  return imagingWindow({
    specification,
    data: [],
    timing: sinceOnset(specification),
    timingFacts: CLOCK,
    applies: () => true,
    appliesFacts: [],
    ...penumbraImaging(needs),
  });
}

/** Woke with symptoms, counted from the midpoint of sleep, selected by perfusion mismatch. */
export function wakeUpPenumbraWindow(
  specification: WindowSpecification,
  needs: PenumbraRequirements,
): ThrombolysisRule {
  const { fromHours, toHours } = specification;
  return imagingWindow({
    specification,
    data: ['bedtime', 'lastKnownWell', 'symptomRecognition', ...PASSED_OVER_FACTS],
    timing: (stroke) => {
      const since = midpointOfSleep(stroke);
      return since === undefined ? undefined : { basis: 'midpoint-of-sleep', since, fromHours, toHours };
    },
    timingFacts: ['bedtime', 'wakeTime'],
    applies: (stroke) => and(isUnwitnessed(stroke), wokeWithSymptoms(stroke)),
    appliesFacts: ['wakeUpStroke'],
    ...penumbraImaging(needs),
    isPassedOver: thrombectomyInstead(['wakeTime', 'symptomRecognition']),
  });
}

/** Large-vessel occlusion in the anterior circulation, as the trials of the late window enrolled it most. */
const LARGE_VESSEL: readonly OcclusionSite[] = ['internal-carotid', 'M1'];

export function largeVesselWindow(specification: WindowSpecification, mismatch: MismatchRule): ThrombolysisRule {
  return imagingWindow({
    specification,
    data: [],
    timing: sinceOnset(specification),
    timingFacts: CLOCK,
    applies: ({ facts }) => holds(facts.occlusionSite, (site) => LARGE_VESSEL.includes(site)),
    appliesFacts: ['occlusionSite'],
    imaging: (stroke, context) => and(hasMismatch(stroke, mismatch), noAccess(stroke, context)),
    yieldsToThrombectomy: (stroke, context) =>
      hasMismatch(stroke, mismatch) !== false && noAccess(stroke, context) === false,
    imagingFacts: [...PERFUSION, 'thrombectomyAccess'],
    borderline: (stroke) => borderlineOf(stroke, mismatch),
    whyOpen: noSoftware,
  });
}

const THROMBECTOMY_PLAN: readonly FactKey[] = ['occlusionSite', 'thrombectomyAccess'];
/** Sites for which the guidelines do not offer thrombectomy. */
const NO_TARGET: readonly OcclusionSite[] = ['none', 'M2-other', 'distal-MCA', 'ACA', 'PCA'];

/** The record's word on access, else the site's configuration. */
function noAccess({ facts }: StrokeCase, { policy }: ThrombolysisContext): boolean | undefined {
  const access = holds(facts.thrombectomyAccess, (reachable) => reachable);
  if (access !== undefined) return !access;
  return facts.thrombectomyAccess.status === 'unknown' && policy.thrombectomyAccess !== null
    ? !policy.thrombectomyAccess
    : undefined;
}

/** 'Thrombectomy is not planned': there is no vessel to open, or no way to a center. */
function noThrombectomyPlanned(stroke: StrokeCase, context: ThrombolysisContext): boolean | undefined {
  return or(
    holds(stroke.facts.occlusionSite, (site) => NO_TARGET.includes(site)),
    noAccess(stroke, context),
  );
}

/** A record whose times cannot all be right carries no window. */
export function contradictoryClocks(citation: Citation): ThrombolysisRule {
  return {
    id: 'clock-times-contradict',
    class: 'gate',
    data: ['lastKnownWell', 'witnessedOnset', 'symptomRecognition', 'wakeUpStroke', 'bedtime', 'wakeTime'],
    citation,
    effect: { kind: 'contradiction' },
    evaluate: (stroke, at) =>
      changing(
        clockTimesContradict(stroke, at) ? { status: 'met', missing: ['lastKnownWell', 'witnessedOnset'] } : NOT_MET,
        clockInstants(stroke),
        at,
      ),
  };
}
