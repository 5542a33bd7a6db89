/** The tables of criteria that have a PlanDefinition of their own, as the decisions hold them. */
import type { Criterion, CriterionClass } from '../decisions/evaluation.ts';
import { GUIDELINE_IDS } from '../decisions/evaluation.ts';
import { EXPANSION_CRITERIA } from '../decisions/intracerebral-hemorrhage/expansion.ts';
import { PRESENCE } from '../decisions/intracerebral-hemorrhage/presence.ts';
import { PRESSURE_CRITERIA } from '../decisions/intracerebral-hemorrhage/pressure-criteria.ts';
import { REVERSAL_CRITERIA } from '../decisions/intracerebral-hemorrhage/reversal-criteria.ts';
import { SURGERY_CRITERIA } from '../decisions/intracerebral-hemorrhage/surgery-criteria.ts';
import { GATE_CRITERIA } from '../decisions/thrombectomy/gates.ts';
import { RECOMMENDATION_CRITERIA } from '../decisions/thrombectomy/recommendations.ts';
import { TRIAL_CRITERIA } from '../decisions/thrombectomy/trials.ts';
import { THROMBOLYSIS_RULES, type Effect } from '../decisions/thrombolysis/index.ts';
import { textOf, type Texts } from './common.ts';

/** A criterion without its function: what a table shows. */
export type Row = Pick<Criterion, 'id' | 'class' | 'data' | 'citation'> & { readonly effect?: Effect };

export interface DecisionTable {
  /** Id of the PlanDefinition. */
  readonly id: string;
  /** Folder of `src/decisions`, and id of the Library. */
  readonly module: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

/** The order in which a table is read. */
export const CLASSES: readonly CriterionClass[] = ['window', 'gate', 'absolute', 'relative', 'benefit'];

export const THROMBECTOMY_ROWS: readonly Row[] = [...GATE_CRITERIA, ...RECOMMENDATION_CRITERIA, ...TRIAL_CRITERIA];

export const HEMORRHAGE_ROWS: readonly Row[] = [
  PRESENCE,
  ...REVERSAL_CRITERIA,
  ...PRESSURE_CRITERIA,
  ...SURGERY_CRITERIA,
  ...EXPANSION_CRITERIA,
];

export function decisionTables(texts: Texts): readonly DecisionTable[] {
  return [
    ...GUIDELINE_IDS.map((guideline) => {
      const name = textOf(texts.guideline, guideline);
      return {
        id: `thrombolysis-${guideline}`,
        module: 'thrombolysis',
        title: `Intravenous thrombolysis by ${name}`,
        description: `Every criterion by which the service concludes on intravenous thrombolysis under ${name}: what it reads, where it comes from, and what its answer does to the conclusion. An absolute contraindication is never outvoted; an unknown never becomes a yes. The site chooses the guideline set.`,
        rows: THROMBOLYSIS_RULES[guideline],
      };
    }),
    {
      id: 'thrombectomy-aha-asa-2026',
      module: 'thrombectomy',
      title: 'Thrombectomy by AHA/ASA 2026',
      description:
        'The recommendations on endovascular thrombectomy with their preconditions, and beside them the selection criteria of the trials as evidence. The highest class among the recommendations that are met concludes.',
      rows: THROMBECTOMY_ROWS,
    },
    {
      id: 'intracerebral-hemorrhage-aha-asa-2022',
      module: 'intracerebral-hemorrhage',
      title: 'Intracerebral hemorrhage by AHA/ASA 2022',
      description:
        'What follows once imaging shows an intracranial hemorrhage: reversal by drug, blood pressure, surgery, and the signs of expansion. While no hemorrhage is known only its presence is asked.',
      rows: HEMORRHAGE_ROWS,
    },
  ];
}
