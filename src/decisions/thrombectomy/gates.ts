/** What comes before the table: is there a vessel to open, is it a bleed, was it done already. */
import { hemorrhageDoubt, holds, isBelow } from '../../case/index.ts';
import type { ClinicalEvent, Fact, FactKey, Instant, StrokeCase } from '../../case/index.ts';
import { computedHemorrhageNote } from '../computed-hemorrhage-note.ts';
import type { Citation, Criterion, Verdict } from '../evaluation.ts';
import { hoursAfterZero } from '../stroke-state/clock.ts';
import type { StrokeClock } from '../stroke-state/clock.ts';
import { or } from '../three-valued.ts';
import { aha2026, VESSEL_IMAGING } from './citations.ts';
import { reaches } from './parts.ts';

const PRODUCT_RULE: Citation = { source: 'product safety rule', grade: 'V1' };

function verdict(answer: boolean | undefined, missing: readonly FactKey[]): Verdict {
  if (answer === undefined) return { status: 'unknown', missing };
  return { status: answer ? 'met' : 'notMet' };
}

const isOpen = (fact: Fact<unknown>): boolean => fact.status !== 'known';

/** Confirmed events count; a suspicion that imaging did not confirm does not exclude. */
const confirmed = (events: readonly ClinicalEvent[]): boolean =>
  events.some((event) => event.active && event.certainty === 'confirmed');

/** Blood that only the software sees, on images that nobody has reported, leaves it open, as for thrombolysis. */
function hemorrhage(stroke: StrokeCase): Verdict {
  const { facts } = stroke;
  const answer = or(
    holds(facts.hemorrhageOnImaging, (present) => present),
    holds(facts.acuteIntracranialHemorrhage, confirmed),
  );
  const doubt = answer === true ? null : hemorrhageDoubt(stroke);
  const note = doubt === null ? {} : { note: computedHemorrhageNote(doubt) };
  if (doubt?.kind === 'unreported') return { ...verdict(undefined, ['hemorrhageOnImaging']), ...note };
  const open: FactKey[] = [];
  if (isOpen(facts.hemorrhageOnImaging)) open.push('hemorrhageOnImaging');
  if (isOpen(facts.acuteIntracranialHemorrhage)) open.push('acuteIntracranialHemorrhage');
  return { ...verdict(answer, open), ...note };
}

/** A thrombectomy before this stroke began is history; an undated one may be either. */
export function thrombectomyAlreadyDone(
  { facts }: StrokeCase,
  clock: StrokeClock,
  { orInProgress }: { readonly orInProgress: boolean },
): Verdict {
  const inThisEpisode = ({ when, active }: ClinicalEvent): boolean | undefined => {
    if (active && !orInProgress) return false;
    if (when === null) return undefined;
    return clock.status === 'unknown' || when.latest >= clock.since.earliest;
  };
  const answer = holds(facts.thrombectomyDone, (events) => or(...events.map(inThisEpisode)));
  return verdict(answer, ['thrombectomyDone']);
}

/**
 * The vessel decides, and nobody has looked. Asked for where the table could offer thrombectomy or the deficit disables,
 * within the 24 h for which vascular imaging is recommended.
 */
function vesselImagingMissing({ facts }: StrokeCase, at: Instant, clock: StrokeClock): Verdict {
  if (facts.occlusionSite.status === 'known') return { status: 'notMet' };
  const end = hoursAfterZero(clock, 24);
  if (end !== null && at > end) return { status: 'notMet' };
  return { ...severeEnough({ facts }), ...(end === null ? {} : { changesAt: [end] }) };
}

function severeEnough({ facts }: Pick<StrokeCase, 'facts'>): Verdict {
  const severe = or(
    holds(facts.nihss, reaches(6)),
    holds(facts.disablingDeficit, (disabling) => disabling),
  );
  if (severe === true) return { status: 'met', missing: ['occlusionSite'] };
  return facts.nihss.status === 'known' && !facts.nihss.value.isLowerBound
    ? { status: 'notMet' }
    : { status: 'unknown', missing: ['nihss', 'occlusionSite'] };
}

/** The rows and their trials are those of adults: below it none of them is a recommendation. */
const ADULT = 18;
export const AGE_BELOW_18 = 'thrombectomy-age-below-18';

export interface GateContext {
  readonly clock: StrokeClock;
  /** The site's own answer on access to thrombectomy, where the record gives none. */
  readonly siteAccess: boolean | null;
}

export const GATE_CRITERIA: readonly Criterion<GateContext>[] = [
  {
    id: 'hemorrhage-excludes-thrombectomy',
    class: 'absolute',
    data: ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage'],
    citation: aha2026('4.7.2'),
    evaluate: hemorrhage,
  },
  {
    id: 'no-vessel-occlusion',
    class: 'absolute',
    data: ['occlusionSite'],
    citation: aha2026('4.7.2'),
    evaluate: ({ facts }) =>
      verdict(
        holds(facts.occlusionSite, (site) => site === 'none'),
        ['occlusionSite'],
      ),
  },
  {
    id: 'thrombectomy-already-done',
    class: 'absolute',
    data: ['thrombectomyDone', 'lastKnownWell', 'witnessedOnset', 'wakeUpStroke'],
    citation: PRODUCT_RULE,
    evaluate: (stroke, _at, { clock }) => thrombectomyAlreadyDone(stroke, clock, { orInProgress: true }),
  },
  {
    id: AGE_BELOW_18,
    class: 'gate',
    data: ['age'],
    citation: PRODUCT_RULE,
    evaluate: ({ facts }) =>
      verdict(
        holds(facts.age, (age) => isBelow(age, ADULT)),
        ['age'],
      ),
  },
  {
    id: 'vessel-imaging-missing',
    class: 'gate',
    data: ['occlusionSite', 'nihss', 'disablingDeficit', 'lastKnownWell', 'witnessedOnset', 'wakeUpStroke'],
    citation: VESSEL_IMAGING,
    evaluate: (stroke, at, { clock }) => vesselImagingMissing(stroke, at, clock),
  },
  {
    id: 'thrombectomy-access',
    class: 'gate',
    data: ['thrombectomyAccess'],
    citation: PRODUCT_RULE,
    evaluate: ({ facts }, _at, { siteAccess }) =>
      verdict(holds(facts.thrombectomyAccess, (access) => access) ?? siteAccess ?? undefined, ['thrombectomyAccess']),
  },
];
