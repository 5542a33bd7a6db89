/**
 * Building blocks of the JSON Schemas (draft 2020-12). Each `description` doubles as the advice in an error message:
 * it is read as 'must be …', so it names the right form and never a value.
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A pattern, because `minLength` would count the characters of every long text. */
export const text = { type: 'string', pattern: '\\S', description: 'a string that is not empty' } as const;

export const flag = { type: 'boolean', description: 'true or false' } as const;

export const uuid = {
  type: 'string',
  pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  description: 'a UUID such as d1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
} as const;

/** FHIR allows 64 characters; some EHRs use longer ids, underscores included. */
export const logicalId = {
  type: 'string',
  pattern: '^[A-Za-z0-9._-]{1,256}$',
  description: "the logical id of a FHIR resource, without its type ('1288992', not 'Patient/1288992')",
} as const;

export const reference = {
  type: 'string',
  pattern: '^[A-Z][A-Za-z]{1,63}/[A-Za-z0-9._-]{1,256}$',
  description: "a relative FHIR reference 'Type/id'",
} as const;

export const userReference = {
  type: 'string',
  pattern: '^(Practitioner|PractitionerRole|Patient|RelatedPerson)/[A-Za-z0-9._-]{1,256}$',
  description:
    "a relative reference to a Practitioner, PractitionerRole, Patient or RelatedPerson ('Practitioner/abc')",
} as const;

export const httpUrl = {
  type: 'string',
  format: 'uri',
  pattern: '^[hH][tT][tT][pP][sS]?://[^/@\\s]+(/.*)?$',
  description: 'an absolute http(s) URL without user or password',
} as const;

export const extension = { type: 'object', description: 'a JSON object' } as const;

export const resource = {
  type: 'object',
  required: ['resourceType'],
  properties: { resourceType: { type: 'string', pattern: '^[A-Z][A-Za-z]{1,63}$', description: 'a FHIR type name' } },
  description: 'a FHIR resource in JSON with its resourceType',
} as const;

export const bundle = {
  type: 'object',
  required: ['resourceType'],
  properties: {
    resourceType: { const: 'Bundle', description: "'Bundle'" },
    entry: {
      type: 'array',
      maxItems: 5000,
      description: 'an array of at most 5000 entries',
      items: { type: 'object', description: 'a Bundle entry', properties: { resource } },
    },
  },
  description: 'a FHIR Bundle in JSON',
} as const;

/** `display` is optional for topics and required for override reasons. */
export const coding = {
  type: 'object',
  required: ['system', 'code'],
  properties: { system: { ...text, format: 'uri' }, code: text, display: text },
  description: 'a Coding with system and code',
} as const;

export const displayedCoding = { ...coding, required: ['system', 'code', 'display'] } as const;
