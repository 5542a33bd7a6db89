/** One Library per module of the decisions, one for the facts, and one that lists everything. */
import { createHash } from 'node:crypto';
import type { Identifier, Library, ValueSet } from 'fhir/r4.js';
import { MONITORING_CRITERIA } from '../decisions/complications/monitoring-criteria.ts';
import { TRANSFORMATION_SCORES } from '../decisions/hemorrhagic-transformation/index.ts';
import { PROGNOSIS_SCORES } from '../decisions/prognosis/index.ts';
import { CASE_INPUTS } from '../decisions/scores/case-inputs.ts';
import { SCORES } from '../decisions/scores/index.ts';
import { FINDINGS } from '../decisions/subtype/index.ts';
import { KEY_FACTS } from '../decisions/stroke-state/index.ts';
import { PERFUSION_FEATURES, type FactKey, type PerfusionFeatureName } from '../case/index.ts';
import { citationArtifact } from './citation-artifact.ts';
import { canonical, dependsOn, headOf, unique, type Texts } from './common.ts';
import { dataRequirements, valueSetsOf } from './data-requirements.ts';
import { decisionTables } from './decision-tables.ts';

const LIBRARY_TYPE = 'http://terminology.hl7.org/CodeSystem/library-type';

const libraryType = (code: 'logic-library' | 'asset-collection', display: string) => ({
  coding: [{ system: LIBRARY_TYPE, code, display }],
});
const LOGIC = libraryType('logic-library', 'Logic Library');

/** Digest of what a Library describes: the rows of its tables, or the ValueSets; thresholds go with the version. */
export const CONTENT_DIGEST = 'https://stroke-cds.org/fhir/NamingSystem/content-sha256';

const identifierOf = (content: unknown): Identifier => ({
  system: CONTENT_DIGEST,
  value: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
});

const factsOfScores = (scores: readonly string[]): FactKey[] =>
  unique(scores.flatMap((score) => Object.values(CASE_INPUTS[score] ?? {}).flatMap(({ facts }) => facts)));

const PERFUSION_FACTS = Object.keys(PERFUSION_FEATURES) as PerfusionFeatureName[];

interface Module {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly facts: readonly FactKey[];
}

/** Folders of `src/decisions`; the facts are those named by the module's own tables. */
function modules(texts: Texts): readonly Module[] {
  const factsOf = (module: string): FactKey[] =>
    unique(
      decisionTables(texts)
        .filter((table) => table.module === module)
        .flatMap(({ rows }) => rows.flatMap(({ data }) => data)),
    );
  return [
    {
      id: 'stroke-state',
      title: 'State of the stroke case',
      description: 'Clock, windows, deficit and imaging at the instant of the decision.',
      facts: KEY_FACTS,
    },
    {
      id: 'thrombolysis',
      title: 'Intravenous thrombolysis',
      description: 'Conclusion by the chosen guideline set, time windows, agent and dose.',
      facts: factsOf('thrombolysis'),
    },
    {
      id: 'thrombectomy',
      title: 'Endovascular thrombectomy',
      description: 'Conclusion by AHA/ASA 2026, with the selection criteria of the trials as evidence.',
      facts: factsOf('thrombectomy'),
    },
    {
      id: 'intracerebral-hemorrhage',
      title: 'Intracerebral hemorrhage',
      description: 'Reversal, blood pressure, surgery and expansion when imaging shows a hemorrhage.',
      facts: factsOf('intracerebral-hemorrhage'),
    },
    {
      id: 'complications',
      title: 'Care after thrombolysis',
      description:
        'The watch of the first 24 hours, symptomatic hemorrhage, angioedema, the guard against a second dose.',
      facts: unique(MONITORING_CRITERIA.flatMap(({ data }) => data)),
    },
    {
      id: 'subtype',
      title: 'Subtype of ischemic stroke',
      description: `TOAST, CCS and CISS (both steps) as rules over findings, the OCSP syndrome from the items of the NIHSS, and the investigations that are not done. Findings: ${FINDINGS.map(({ id }) => id).join('; ')}.`,
      facts: unique(FINDINGS.flatMap(({ data }): readonly FactKey[] => data)),
    },
    {
      id: 'prognosis',
      title: '90-day outlook',
      description: `The mRS at 90 days from published evidence, with and without reperfusion treatment by time to it; ${PROGNOSIS_SCORES.join(', ')} side by side, each with its outcome and cohort. A trained prediction of the mRS at discharge stands beside and is never mixed in.`,
      facts: factsOfScores(PROGNOSIS_SCORES),
    },
    {
      id: 'hemorrhagic-transformation',
      title: 'Hemorrhagic transformation',
      description: `Risk of symptomatic hemorrhage with thrombolysis: ${TRANSFORMATION_SCORES.join(', ')} side by side, each with its definition of hemorrhage and its cohort, and marks of perfusion maps where they were measured. A model that the site has trained stands beside.`,
      facts: unique([...factsOfScores(TRANSFORMATION_SCORES), ...PERFUSION_FACTS]),
    },
    {
      id: 'targets',
      title: 'Blood pressure and glucose targets',
      description: 'Targets for the treatment chosen.',
      facts: ['bloodPressure', 'glucose'],
    },
    {
      id: 'missing-data',
      title: 'Missing data',
      description: 'The facts that would settle an open conclusion, and how each is obtained.',
      facts: [],
    },
    {
      id: 'scores',
      title: 'Published scores',
      description: `Published scores, each with its outcome, cohort and range: ${Object.keys(SCORES).join('; ')}. Scores with different outcomes are never compared.`,
      facts: [],
    },
  ];
}

function moduleLibrary(module: Module, texts: Texts, version: string): Library {
  const { id, title, description, facts } = module;
  const scores =
    id === 'scores' ? Object.values(SCORES).map(({ basis }) => citationArtifact(basis.citation, texts)) : [];
  const dataRequirement = dataRequirements(facts);
  return {
    ...headOf('Library', { id, title, description, version }),
    identifier: [identifierOf([module, scores, decisionTables(texts).filter((table) => table.module === id)])],
    type: LOGIC,
    relatedArtifact: [
      dependsOn(canonical('Library', 'stroke-facts')),
      ...valueSetsOf(facts).map((set) => dependsOn(canonical('ValueSet', set))),
      ...new Map(scores.map((artifact) => [artifact.citation, artifact])).values(),
    ],
    ...(dataRequirement.length === 0 ? {} : { dataRequirement }),
  };
}

/** @param valueSets all ValueSets of the service */
export function moduleLibraries(texts: Texts, valueSets: readonly ValueSet[], version: string): readonly Library[] {
  const facts: Library = {
    ...headOf('Library', {
      id: 'stroke-facts',
      title: 'Facts of a stroke case',
      description:
        'How resources become facts, each with value, unit, instant and source, or unknown with the reason. Codes are recognized by these ValueSets; answers of a QuestionnaireResponse are recognized by the ValueSets of the Observations.',
      version,
    }),
    identifier: [identifierOf(valueSets)],
    type: LOGIC,
    relatedArtifact: valueSets.map(({ id = '' }) => dependsOn(canonical('ValueSet', id))),
  };
  return [facts, ...modules(texts).map((module) => moduleLibrary(module, texts, version))];
}

/** @param contents canonical addresses with version of everything that belongs to the service */
export function assetCollection(contents: readonly string[], version: string): Library {
  return {
    ...headOf('Library', {
      id: 'stroke-cds',
      title: 'Everything that defines the stroke service',
      description: 'Every definition that the service is described by or works with, each with its version.',
      version,
    }),
    type: libraryType('asset-collection', 'Asset Collection'),
    relatedArtifact: contents.map((resource) => ({ type: 'composed-of' as const, resource })),
  };
}
