/** One PlanDefinition per CDS Hooks service: the hooks that trigger it, what it reads, and the tables it applies. */
import type { DataRequirement, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js';
import type { HookService } from '../cds-hooks/index.ts';
import { plannedReads, type ObservationCodes } from '../fhir/access/prefetch-plan.ts';
import { canonical, headOf } from './common.ts';
import type { DecisionTable } from './decision-tables.ts';
import { planType } from './guideline-plan.ts';

/** Element by which a list is sorted, for the search parameter of the same meaning. */
const SORTED_BY: Readonly<Record<string, string>> = {
  Encounter: 'period',
  Procedure: 'performed',
  Observation: 'effective',
  ImagingStudy: 'started',
  DiagnosticReport: 'effective',
  QuestionnaireResponse: 'authored',
};

function requirementOf({ resourceType, search }: ReturnType<typeof plannedReads>[number]): DataRequirement {
  const sortedBy = SORTED_BY[resourceType];
  return {
    type: resourceType as DataRequirement['type'],
    ...(search?.['_count'] === undefined ? {} : { limit: Number(search['_count']) }),
    ...(search?.['_sort'] === undefined || sortedBy === undefined
      ? {}
      : { sort: [{ path: sortedBy, direction: 'descending' as const }] }),
  };
}

/** The three searches for Observations ask for different codes and are one requirement here. */
function inputOf(codes: ObservationCodes): DataRequirement[] {
  const all = plannedReads(codes, 'any').map(requirementOf);
  return [...new Map(all.map((requirement) => [JSON.stringify(requirement), requirement])).values()];
}

const applied = (table: DecisionTable): PlanDefinitionAction => ({
  id: table.id,
  title: table.title,
  definitionCanonical: canonical('PlanDefinition', table.id),
});

export type DescribedService = Pick<HookService, 'id' | 'title' | 'description' | 'usageRequirements' | 'hooks'>;

export function servicePlan(
  service: DescribedService,
  tables: readonly DecisionTable[],
  codes: ObservationCodes,
  version: string,
): PlanDefinition {
  const { id, title, description, usageRequirements, hooks } = service;
  const thrombolysis = tables.filter(({ module }) => module === 'thrombolysis');
  const others = tables.filter(({ module }) => module !== 'thrombolysis');
  return {
    ...headOf('PlanDefinition', { id, title, description, version }),
    type: planType('eca-rule', 'ECA Rule'),
    usage: usageRequirements,
    library: [canonical('Library', 'stroke-cds')],
    action: [
      {
        id: 'answer-hook',
        title,
        description:
          'Fires when the EHR calls one of the hooks and the record points to an acute stroke; answers with at most five advisory cards.',
        trigger: hooks.map((name) => ({ type: 'named-event' as const, name })),
        input: inputOf(codes),
        action: [
          {
            id: 'thrombolysis',
            title: 'Intravenous thrombolysis by the guideline set that the site has chosen',
            groupingBehavior: 'logical-group',
            selectionBehavior: 'exactly-one',
            action: thrombolysis.map(applied),
          },
          ...others.map(applied),
        ],
      },
    ],
  };
}
