/** One PlanDefinition per table of criteria: each criterion is an action with its citation, condition and data. */
import type { PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js';
import type { CriterionClass } from '../decisions/evaluation.ts';
import { citationArtifact } from './citation-artifact.ts';
import { CRITERION_CLASS_SYSTEM } from './code-systems.ts';
import { canonical, dependsOn, headOf, textOf, unique, type Texts } from './common.ts';
import { dataRequirements, valueSetsOf } from './data-requirements.ts';
import { CLASSES, type DecisionTable, type Row } from './decision-tables.ts';
import { effectWords } from './effect-words.ts';

const PLAN_TYPE = 'http://terminology.hl7.org/CodeSystem/plan-definition-type';

export const planType = (code: 'eca-rule' | 'clinical-protocol', display: string) => ({
  coding: [{ system: PLAN_TYPE, code, display }],
});

const CONDITION_NOTE =
  '%evaluation is the evaluation of this table for one patient, as the service keeps it in its audit record and prints it with `stroke-cds evaluate --json`; the status is computed by the Library named here.';

const classCode = (kind: CriterionClass, texts: Texts) => ({
  coding: [{ system: CRITERION_CLASS_SYSTEM, code: kind, display: textOf(texts.class, kind) }],
});

/** Real FHIRPath over the evaluation; R4 knows no media type for the function itself. */
export const statusExpression = (criterion: string): string =>
  `%evaluation.criteria.where(id = '${criterion}').status = 'met'`;

function actionOf(row: Row, module: string, texts: Texts): PlanDefinitionAction {
  const { name, sentence } = textOf(texts.criterion, row.id);
  const effect = row.effect === undefined ? [] : [effectWords(row.effect)];
  const input = dataRequirements(row.data);
  return {
    id: row.id,
    title: name,
    description: [sentence, ...effect].join(' '),
    code: [classCode(row.class, texts)],
    documentation: [citationArtifact(row.citation, texts)],
    condition: [
      {
        kind: 'applicability',
        expression: {
          description: CONDITION_NOTE,
          language: 'text/fhirpath',
          expression: statusExpression(row.id),
          reference: canonical('Library', module),
        },
      },
    ],
    ...(input.length === 0 ? {} : { input }),
  };
}

function groupOf(kind: CriterionClass, table: DecisionTable, texts: Texts): PlanDefinitionAction[] {
  const rows = table.rows.filter((row) => row.class === kind);
  if (rows.length === 0) return [];
  return [
    {
      id: `class-${kind}`,
      title: textOf(texts.class, kind),
      code: [classCode(kind, texts)],
      groupingBehavior: 'logical-group',
      action: rows.map((row) => actionOf(row, table.module, texts)),
    },
  ];
}

export function guidelinePlan(table: DecisionTable, texts: Texts, version: string): PlanDefinition {
  const { id, title, description } = table;
  const sources = unique(table.rows.flatMap(({ citation }) => citation.doi ?? []));
  return {
    ...headOf('PlanDefinition', { id, title, description, version }),
    type: planType('clinical-protocol', 'Clinical Protocol'),
    usage:
      'For clinicians who can check the basis of every statement. It describes what the service evaluates and does not replace clinical judgement.',
    relatedArtifact: [
      ...sources.map((doi) => ({ type: 'derived-from' as const, url: `https://doi.org/${doi}` })),
      ...valueSetsOf(table.rows.flatMap(({ data }) => data)).map((set) => dependsOn(canonical('ValueSet', set))),
    ],
    library: [canonical('Library', table.module)],
    action: CLASSES.flatMap((kind) => groupOf(kind, table, texts)),
  };
}
