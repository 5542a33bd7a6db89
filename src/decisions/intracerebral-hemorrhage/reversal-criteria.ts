/** Anticoagulants that call for reversal (AHA/ASA 2022 section 5.2). */
import { holds, HOUR, isAtLeast, isBelow, plus } from '../../case/index.ts';
import type { DrugExposure, FactKey, Instant, StrokeCase } from '../../case/index.ts';
import type { Citation, Criterion, Message } from '../evaluation.ts';
import { takesAny } from '../scores/case-values.ts';
import { isAspirin } from '../scores/case-inputs.ts';
import { and } from '../three-valued.ts';
import { aha2022, PLATELETS_HARM, REVERSE } from './citations.ts';
import { HEPARIN_CRITERIA } from './heparin.ts';
import { verdict } from './verdicts.ts';

/** INR from which a vitamin K antagonist is reversed. */
const LOWEST_TO_REVERSE = 1.3;
const CHARCOAL_WINDOW = 2 * HOUR;

type DrugList =
  | 'vitaminKAntagonist'
  | 'directOralAnticoagulant'
  | 'unfractionatedHeparin'
  | 'lowMolecularWeightHeparin'
  | 'otherAnticoagulant'
  | 'antiplatelet';

function reversalNote({ facts }: StrokeCase): { readonly note?: Message } {
  const isGiven = holds(facts.anticoagulantReversal, (drugs) => drugs.length > 0);
  return isGiven === true ? { note: { key: 'reversal-already-recorded' } } : {};
}

const taken = (
  id: string,
  list: DrugList,
  citation: Citation,
  counts: (drug: DrugExposure) => boolean = () => true,
): Criterion => ({
  id,
  class: 'gate',
  data: [list, 'anticoagulantReversal'],
  citation,
  evaluate: (stroke, at) =>
    verdict(
      stroke,
      [list],
      takesAny(stroke.facts[list], at, counts),
      list === 'antiplatelet' ? {} : reversalNote(stroke),
    ),
});

const vitaminKAntagonist = (
  id: string,
  citation: Citation,
  inr: (stroke: StrokeCase) => boolean | undefined,
): Criterion => {
  const keys: readonly FactKey[] = ['vitaminKAntagonist', 'inr'];
  return {
    id,
    class: 'gate',
    data: [...keys, 'anticoagulantReversal'],
    citation,
    evaluate: (stroke, at) =>
      verdict(stroke, keys, and(takesAny(stroke.facts.vitaminKAntagonist, at), inr(stroke)), reversalNote(stroke)),
  };
};

function withinCharcoalWindow(
  stroke: StrokeCase,
  at: Instant,
): { answer: boolean | undefined; ends: readonly Instant[] } {
  const { directOralAnticoagulant } = stroke.facts;
  const ends: Instant[] = [];
  const answer = holds(directOralAnticoagulant, (drugs) => {
    const each = drugs.map((drug) =>
      holds(drug.lastIntake, ({ earliest, latest }) => {
        // The worse end: the charcoal is only 'in time' when the earliest possible intake is.
        const end = plus(earliest, CHARCOAL_WINDOW);
        if (earliest > at) return undefined;
        if (at <= end) {
          ends.push(end);
          return true;
        }
        const surelyOver = plus(latest, CHARCOAL_WINDOW);
        if (at > surelyOver) return false;
        ends.push(surelyOver);
        return undefined;
      }),
    );
    if (each.includes(true)) return true;
    return each.includes(undefined) ? undefined : false;
  });
  return { answer, ends };
}

export const REVERSAL_CRITERIA: readonly Criterion[] = [
  vitaminKAntagonist('vitamin-k-antagonist-inr-2-or-above', aha2022('5.2', '1', 'B-R'), ({ facts }) =>
    holds(facts.inr, (inr) => isAtLeast(inr, 2)),
  ),
  vitaminKAntagonist('vitamin-k-antagonist-inr-1-3-to-1-9', aha2022('5.2', '2b'), ({ facts }) =>
    // 1.9 as printed to one decimal: everything below 2.0.
    holds(facts.inr, (inr) => and(isAtLeast(inr, LOWEST_TO_REVERSE), isBelow(inr, 2))),
  ),
  taken(
    'dabigatran-taken',
    'directOralAnticoagulant',
    aha2022('5.2', '2a', 'B-NR'),
    (d) => d.class === 'direct-thrombin-inhibitor',
  ),
  taken(
    'factor-xa-inhibitor-taken',
    'directOralAnticoagulant',
    aha2022('5.2', '2a', 'B-NR'),
    (d) => d.class === 'factor-xa-inhibitor',
  ),
  {
    id: 'doac-within-2-hours',
    class: 'window',
    data: ['directOralAnticoagulant'],
    citation: aha2022('5.2'),
    evaluate: (stroke, at) => {
      const { answer, ends } = withinCharcoalWindow(stroke, at);
      return verdict(stroke, ['directOralAnticoagulant'], answer, ends.length > 0 ? { changesAt: ends } : {});
    },
  },
  ...HEPARIN_CRITERIA,
  taken('unfractionated-heparin-given', 'unfractionatedHeparin', aha2022('5.2', '2a')),
  taken('low-molecular-weight-heparin-given', 'lowMolecularWeightHeparin', aha2022('5.2', '2b')),
  taken('other-anticoagulant-taken', 'otherAnticoagulant', REVERSE),
  {
    id: 'inr-raised-without-vitamin-k-antagonist',
    class: 'relative',
    data: ['inr', 'vitaminKAntagonist'],
    citation: REVERSE,
    evaluate: ({ facts }, at) => {
      const taken_ = takesAny(facts.vitaminKAntagonist, at);
      const answer = and(
        taken_ === undefined ? undefined : !taken_,
        holds(facts.inr, (inr) => isAtLeast(inr, LOWEST_TO_REVERSE)),
      );
      // No gap of its own: the criteria of the vitamin K antagonists ask for both.
      return { status: answer === undefined ? 'notApplicable' : answer ? 'met' : 'notMet' };
    },
  },
  { ...taken('aspirin-taken', 'antiplatelet', PLATELETS_HARM, isAspirin), class: 'relative', data: ['antiplatelet'] },
];
