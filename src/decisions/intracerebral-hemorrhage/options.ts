/** Options that follow from the criteria: what to reverse, lower, avoid and discuss. Options, not orders. */
import type { FactKey } from '../../case/index.ts';
import type { Citation, CriterionResult, RequiredAction } from '../evaluation.ts';
import {
  aha2022,
  CEREBELLAR,
  CONTRAINDICATES_THROMBOLYSIS,
  MINIMALLY_INVASIVE,
  NO_STEROIDS,
  PLATELETS_HARM,
  PRESSURE_HARM,
  PRESSURE_START,
  PRESSURE_TARGET,
  PRESSURE_UNCERTAIN,
  REVERSE,
  VENTRICULAR_DRAIN,
  VITAMIN_K_CITATION,
} from './citations.ts';

interface Rule {
  readonly when: readonly string[];
  readonly then: readonly (readonly [key: string, citation: Citation])[];
}

const REVERSAL_RULES: readonly Rule[] = [
  {
    when: [
      'vitamin-k-antagonist-inr-2-or-above',
      'vitamin-k-antagonist-inr-1-3-to-1-9',
      'dabigatran-taken',
      'factor-xa-inhibitor-taken',
      'unfractionated-heparin-may-act',
      'low-molecular-weight-heparin-may-act',
      'other-anticoagulant-taken',
    ],
    then: [['stop-anticoagulant-and-reverse', REVERSE]],
  },
  { when: ['vitamin-k-antagonist-inr-2-or-above'], then: [['four-factor-pcc-25-to-50', aha2022('5.2', '1', 'B-R')]] },
  { when: ['vitamin-k-antagonist-inr-1-3-to-1-9'], then: [['four-factor-pcc-10-to-20', aha2022('5.2', '2b')]] },
  {
    when: ['vitamin-k-antagonist-inr-2-or-above', 'vitamin-k-antagonist-inr-1-3-to-1-9'],
    then: [['vitamin-k-intravenous', VITAMIN_K_CITATION]],
  },
  // The dose (5 g) is only recalled: graded R, so that no text states it as the guideline's.
  { when: ['dabigatran-taken'], then: [['idarucizumab', aha2022('5.2', '2a', 'B-NR', 'R')]] },
  {
    when: ['factor-xa-inhibitor-taken'],
    then: [
      ['andexanet', aha2022('5.2', '2a', 'B-NR')],
      ['pcc-when-no-andexanet', aha2022('5.2', '2b')],
    ],
  },
  { when: ['doac-within-2-hours'], then: [['activated-charcoal', aha2022('5.2')]] },
  { when: ['unfractionated-heparin-may-act'], then: [['protamine-for-heparin', aha2022('5.2', '2a')]] },
  { when: ['low-molecular-weight-heparin-may-act'], then: [['protamine-for-lmwh', aha2022('5.2', '2b')]] },
  // Section 5.2, as far as it was seen, names no agent for argatroban, bivalirudin, fondaparinux and danaparoid.
  { when: ['other-anticoagulant-taken'], then: [['other-anticoagulant-without-agent', aha2022('5.2')]] },
];

const PRESSURE_RULES: readonly Rule[] = [
  { when: ['systolic-150-to-220'], then: [['lower-systolic-to-140', PRESSURE_TARGET]] },
  { when: ['systolic-above-220'], then: [['pressure-above-220-individual', PRESSURE_UNCERTAIN]] },
];

const SURGERY_RULES: readonly Rule[] = [
  {
    when: [
      'cerebellar-hematoma-15-ml-or-more',
      'cerebellar-hematoma-with-hydrocephalus',
      'cerebellar-hematoma-with-mass-effect',
      'cerebellar-hematoma-deteriorating',
    ],
    then: [['cerebellar-evacuation', CEREBELLAR]],
  },
  {
    when: ['intraventricular-hemorrhage-with-reduced-consciousness'],
    then: [['ventricular-drain', VENTRICULAR_DRAIN]],
  },
  { when: ['supratentorial-over-20-ml-gcs-5-to-12'], then: [['minimally-invasive-evacuation', MINIMALLY_INVASIVE]] },
];

const isMet = (results: readonly CriterionResult[], id: string): boolean =>
  results.some((result) => result.id === id && result.status === 'met');

function apply(rules: readonly Rule[], results: readonly CriterionResult[]): readonly RequiredAction[] {
  return rules.flatMap(({ when, then }) => {
    const met = results.filter((result) => when.includes(result.id) && result.status === 'met');
    if (met.length === 0) return [];
    const because: readonly FactKey[] = [...new Set(met.flatMap(({ data }) => data))];
    return then.map(([key, citation]) => ({ key, because, citation }));
  });
}

/**
 * With a vitamin K antagonist known and the INR open, the INR comes first.
 * @param heparin what is said of heparin that calls for no protamine
 */
export function reversalOptions(
  results: readonly CriterionResult[],
  heparin: readonly RequiredAction[],
): readonly RequiredAction[] {
  const isInrOpen = results.some(
    ({ id, status, missing }) =>
      id === 'vitamin-k-antagonist-inr-2-or-above' &&
      status === 'unknown' &&
      missing?.includes('inr') === true &&
      !missing.includes('vitaminKAntagonist'),
  );
  const inrFirst: readonly RequiredAction[] = isInrOpen
    ? [
        { key: 'stop-anticoagulant-and-reverse', because: ['vitaminKAntagonist'], citation: REVERSE },
        { key: 'check-inr', because: ['inr'], citation: REVERSE },
      ]
    : [];
  const others = apply(REVERSAL_RULES, results).filter((action) => !inrFirst.some(({ key }) => key === action.key));
  const isStopped = (key: string): boolean =>
    key === 'stop-anticoagulant' &&
    [...inrFirst, ...others].some((action) => action.key === 'stop-anticoagulant-and-reverse');
  const unlike = heparin.filter(({ key }, i) => !isStopped(key) && heparin.findIndex((a) => a.key === key) === i);
  return [...inrFirst, ...others, ...unlike];
}

export function pressureOptions(results: readonly CriterionResult[]): readonly RequiredAction[] {
  const lowering = apply(PRESSURE_RULES, results);
  const isEarly = isMet(results, 'within-2-hours-of-onset');
  return lowering.length > 0 && isEarly
    ? [
        ...lowering,
        { key: 'start-lowering-within-2-hours', because: ['bloodPressure', 'lastKnownWell'], citation: PRESSURE_START },
      ]
    : lowering;
}

export const surgeryOptions = (results: readonly CriterionResult[]): readonly RequiredAction[] =>
  apply(SURGERY_RULES, results);

export const NO_THROMBOLYTIC: RequiredAction = {
  key: 'do-not-give-thrombolytic',
  because: ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage'],
  citation: CONTRAINDICATES_THROMBOLYSIS,
};

/** What would harm or not help. Platelets are named when aspirin is taken or may be. */
export function toAvoid(results: readonly CriterionResult[]): readonly RequiredAction[] {
  const aspirin = results.find(({ id }) => id === 'aspirin-taken')?.status;
  return [
    NO_THROMBOLYTIC,
    { key: 'avoid-systolic-below-130', because: ['bloodPressure'], citation: PRESSURE_HARM },
    ...(aspirin === 'met' || aspirin === 'unknown'
      ? [{ key: 'avoid-platelet-transfusion', because: ['antiplatelet'] as const, citation: PLATELETS_HARM }]
      : []),
    { key: 'avoid-corticosteroids', because: ['hemorrhageOnImaging'], citation: NO_STEROIDS },
  ];
}
