/**
 * Does heparin still act? Protamine binds only what is still in the blood. Section 5.2, as far as it was seen, gives no
 * times: the limits are from the half-lives on the labels and are not yet checked against the source.
 */
import { candidates, holds, HOUR, isAbove, plus } from '../../case/index.ts';
import type { DrugExposure, Instant, StrokeCase } from '../../case/index.ts';
import type { Criterion, Message, RequiredAction } from '../evaluation.ts';
import { takenNow } from '../scores/case-values.ts';
import { aha2022, STOP } from './citations.ts';

/** aPTT (s) from which heparin acts whatever the time and dose. */
const APTT_PROLONGED = 40;

interface Heparin {
  readonly list: 'unfractionatedHeparin' | 'lowMolecularWeightHeparin';
  /** Criterion: a dose that may still act. */
  readonly id: string;
  readonly actsFor: number;
  readonly name: 'heparin' | 'lmwh';
}

const HEPARINS: readonly Heparin[] = [
  { list: 'unfractionatedHeparin', id: 'unfractionated-heparin-may-act', actsFor: 4 * HOUR, name: 'heparin' },
  { list: 'lowMolecularWeightHeparin', id: 'low-molecular-weight-heparin-may-act', actsFor: 12 * HOUR, name: 'lmwh' },
];

const STATES = ['acts', 'time-unknown', 'prophylactic', 'worn-off'] as const;

interface Dose {
  readonly state: (typeof STATES)[number];
  readonly last: Instant | null;
}

function doseOf({ lastIntake, intent }: DrugExposure, at: Instant, actsFor: number): Dose {
  const times = candidates(lastIntake).map(({ value }) => value.latest);
  if (times.length === 0) return { state: 'time-unknown', last: null };
  const last = times.reduce((a, b) => (a > b ? a : b));
  if (last < plus(at, -actsFor)) return { state: 'worn-off', last };
  return { state: intent === 'prophylactic' ? 'prophylactic' : 'acts', last };
}

/** The dose that acts most; null when none was given. */
function strongest({ list, actsFor }: Heparin, { facts }: StrokeCase, at: Instant): Dose | null {
  const doses = candidates(facts[list])
    .flatMap(({ value }) => value.filter((drug) => takenNow(drug, at) !== false))
    .map((drug) => doseOf(drug, at, actsFor));
  const isProlonged = holds(facts.aptt, (aptt) => isAbove(aptt, APTT_PROLONGED)) === true;
  const [first] = doses.toSorted((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  if (first === undefined) return null;
  return list === 'unfractionatedHeparin' && isProlonged ? { ...first, state: 'acts' } : first;
}

export const HEPARIN_CRITERIA: readonly Criterion[] = HEPARINS.map((heparin) => ({
  id: heparin.id,
  class: 'window',
  data: [heparin.list, ...(heparin.name === 'heparin' ? (['aptt'] as const) : [])],
  citation: aha2022('5.2', undefined, undefined, 'R'),
  evaluate: (stroke, at) => {
    if (stroke.facts[heparin.list].status === 'unknown') return { status: 'unknown', missing: [heparin.list] };
    const dose = strongest(heparin, stroke, at);
    if (dose?.state === 'time-unknown') return { status: 'unknown', missing: [heparin.list] };
    if (dose?.state !== 'acts') return { status: 'notMet' };
    const ends = dose.last === null ? null : plus(dose.last, heparin.actsFor);
    return { status: 'met', ...(ends === null || ends < at ? {} : { changesAt: [ends] }) };
  },
}));

/** For heparin that no longer acts, prevents only, or was given nobody knows when: to be stopped, and what decides. */
export function heparinWithoutProtamine(stroke: StrokeCase, at: Instant): readonly RequiredAction[] {
  return HEPARINS.flatMap((heparin): readonly RequiredAction[] => {
    const dose = strongest(heparin, stroke, at);
    if (dose === null || dose.state === 'acts') return [];
    const message: Message = {
      key: `${heparin.name}-${dose.state}`,
      ...(dose.last === null ? {} : { params: { at: { instant: dose.last } } }),
    };
    const because = [heparin.list];
    return [
      { key: 'stop-anticoagulant', because, citation: STOP },
      { ...message, because, citation: aha2022('5.2', undefined, undefined, 'R') },
    ];
  });
}
