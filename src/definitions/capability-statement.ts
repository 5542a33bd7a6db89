/** What the service asks of an EHR's FHIR server: the reads of the prefetch plan, and nothing else. */
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceSearchParam,
} from 'fhir/r4.js';
import { plannedReads, RECORD_TYPES, type ObservationCodes, type PlannedRead } from '../fhir/access/prefetch-plan.ts';
import { canonical, DefinitionError, headOf, unique } from './common.ts';

const SMART = 'http://terminology.hl7.org/CodeSystem/restful-security-service';

type Parameter = CapabilityStatementRestResourceSearchParam;

/** FHIR's own definition where R4 has one; `_sort` and `_count` are parameters of the result. */
function parameterOf(name: string, type: string, values: readonly string[]): Parameter {
  const asked = unique(values).join(', ');
  switch (name) {
    case 'patient':
      return {
        name,
        definition: `http://hl7.org/fhir/SearchParameter/${type === 'QuestionnaireResponse' ? type : 'clinical'}-patient`,
        type: 'reference',
        documentation: 'Always given: only the patient of the hook is read.',
      };
    case 'code':
      return {
        name,
        definition: 'http://hl7.org/fhir/SearchParameter/clinical-code',
        type: 'token',
        documentation: `System and code, or the code alone, of the ValueSets '${canonical('ValueSet', 'observation-…')}', comma-separated, in ${String(values.length)} searches.`,
      };
    case '_sort':
      return {
        name,
        type: 'string',
        documentation: `Newest first: ${asked}. A server that cannot sort may ignore it.`,
      };
    case '_count':
      return { name, type: 'number', documentation: `Page size: ${asked}. Further pages are followed by their link.` };
    default:
      throw new DefinitionError(`search parameter ${name} has no description`);
  }
}

/** Prefixes of the ValueSets by which resources of a type are recognized. */
const RECOGNIZED_BY: Readonly<Record<string, readonly string[]>> = {
  Encounter: ['event'],
  Condition: ['event'],
  Procedure: ['event', 'category'],
  Observation: ['observation', 'answer', 'context'],
  MedicationRequest: ['drug', 'route'],
  MedicationStatement: ['drug', 'route'],
  MedicationAdministration: ['drug', 'route'],
  Medication: ['drug'],
  ImagingStudy: ['imaging'],
  DiagnosticReport: ['imaging', 'conclusion'],
  QuestionnaireResponse: ['observation', 'answer'],
};

function documentationOf(type: string, valueSets: readonly string[]): string {
  const sets = (RECOGNIZED_BY[type] ?? []).flatMap((prefix) => valueSets.filter((id) => id.startsWith(`${prefix}-`)));
  const use = 'Read only; never created, changed or deleted.';
  if (sets.length === 0) return use;
  return `${use} ValueSets supported (below ${canonical('ValueSet', '')}): ${sets.join(', ')}.`;
}

function resourceOf(
  type: string,
  reads: readonly PlannedRead[],
  valueSets: readonly string[],
): CapabilityStatementRestResource {
  const searches = reads.flatMap(({ search }) => (search === null ? [] : [search]));
  const names = unique(searches.flatMap((search) => Object.keys(search)));
  const isReadById = type === 'Patient' || type === 'Encounter' || type === 'Medication';
  return {
    type: type as CapabilityStatementRestResource['type'],
    documentation: documentationOf(type, valueSets),
    interaction: [
      ...(isReadById ? [{ code: 'read' as const }] : []),
      ...(searches.length === 0 ? [] : [{ code: 'search-type' as const }]),
    ],
    referencePolicy: ['literal'],
    ...(names.length === 0
      ? {}
      : {
          searchParam: names.map((name) =>
            parameterOf(
              name,
              type,
              searches.flatMap((search) => search[name] ?? []),
            ),
          ),
        }),
  };
}

/** @param valueSets ids of all ValueSets of the service */
export function capabilityStatement(
  codes: ObservationCodes,
  valueSets: readonly string[],
  version: string,
): CapabilityStatement {
  const reads = plannedReads(codes, 'any');
  return {
    ...headOf('CapabilityStatement', {
      id: 'stroke-cds-client',
      title: 'What the stroke service reads from an EHR',
      description:
        'Requirements on the FHIR R4 server of an EHR when data are not prefetched, or not wholly. The service reads one patient, within two seconds, with the token of the hook. It never writes in this version.',
      version,
    }),
    kind: 'requirements',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'client',
        documentation:
          'Every resource type is optional: what cannot be read is an unknown fact with its reason, and a conclusion that needs it stays open. There are no create, update, patch, delete or operation requests. Prefetch templates ask the same as these searches.',
        security: {
          service: [{ coding: [{ system: SMART, code: 'SMART-on-FHIR', display: 'SMART-on-FHIR' }] }],
          description:
            'The bearer token that the EHR sends with the hook (`fhirAuthorization`), with read scopes for these types. It is used only for servers on the trusted client’s list, is never stored or logged, and does not follow redirects.',
        },
        resource: [...RECORD_TYPES].map((type) =>
          resourceOf(
            type,
            reads.filter(({ resourceType }) => resourceType === type),
            valueSets,
          ),
        ),
      },
    ],
  };
}
