/** Environment variables: they win over the file, and they are the only place for secrets. */
import type { Problem } from './config.ts';
import { IMAGING_VARIABLES } from './imaging-config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type Parse = (text: string) => unknown;

const asText: Parse = (text) => text;
const asList: Parse = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
/** What is no number or boolean stays text, so that the schema names it. */
const asNumber: Parse = (text) => (/^-?\d+$/.test(text.trim()) ? Number(text) : text);
const asBoolean: Parse = (text) => (text === 'true' ? true : text === 'false' ? false : text);

interface Variable {
  /** Path into the file's shape. */
  readonly path: readonly string[];
  readonly parse: Parse;
}

/** Later ones win: `PORT` is set by many platforms, our own name is more deliberate. */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  PORT: { path: ['port'], parse: asNumber },
  STROKE_CDS_ENVIRONMENT: { path: ['environment'], parse: asText },
  STROKE_CDS_HOST: { path: ['host'], parse: asText },
  STROKE_CDS_PORT: { path: ['port'], parse: asNumber },
  STROKE_CDS_PUBLIC_BASE_URL: { path: ['publicBaseUrl'], parse: asText },
  STROKE_CDS_OPEN_MODE: { path: ['openMode'], parse: asBoolean },
  STROKE_CDS_OPEN_FHIR_SERVERS: { path: ['openFhirServers'], parse: asList },
  STROKE_CDS_ALLOW_INSECURE_HTTP: { path: ['allowInsecureHttp'], parse: asBoolean },
  STROKE_CDS_GUIDELINE: { path: ['site', 'guideline'], parse: asText },
  STROKE_CDS_TIME_ZONE: { path: ['site', 'timeZone'], parse: asText },
  STROKE_CDS_LOG_LEVEL: { path: ['logLevel'], parse: asText },
  STROKE_CDS_CONTENT_DIR: { path: ['contentDirectory'], parse: asText },
  STROKE_CDS_FHIR_RESOURCES_DIR: { path: ['fhirResourcesDirectory'], parse: asText },
  STROKE_CDS_MODELS_DIR: { path: ['modelsDirectory'], parse: asText },
  STROKE_CDS_SITE_MODELS_DIR: { path: ['siteModelsDirectory'], parse: asText },
  STROKE_CDS_IMAGE_DIR: { path: ['imaging', 'directory'], parse: asText },
  STROKE_CDS_EXECUTION_PROVIDERS: { path: ['executionProviders'], parse: asList },
};

/** Read elsewhere: where the file is, the database, the keys. */
export const OTHER_VARIABLES = [
  'STROKE_CDS_CONFIG',
  'STROKE_CDS_DATA_DIR',
  'STROKE_CDS_AUDIT_KEY',
  'STROKE_CDS_AUDIT_OLDER_KEYS',
  ...IMAGING_VARIABLES,
  'STROKE_CDS_EXPORT_KEY',
] as const;

function assign(target: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const branch = typeof inner === 'object' && inner !== null ? { ...inner } : {};
  target[name] = branch;
  assign(branch, rest, value);
}

/** The file's content with the variables over it. An empty variable counts as absent. */
export function overlay(file: Readonly<Record<string, unknown>>, env: Environment): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...file };
  for (const [name, { path, parse }] of Object.entries(VARIABLES)) {
    const text = env[name];
    if (text !== undefined && text !== '') assign(merged, path, parse(text));
  }
  return merged;
}

/** A mistyped variable would silently leave a default in force. */
export function unknownVariables(env: Environment): Problem[] {
  const known = new Set<string>([...Object.keys(VARIABLES), ...OTHER_VARIABLES]);
  return Object.keys(env)
    .filter((name) => name.startsWith('STROKE_CDS_') && !known.has(name))
    .map((name) => ({
      path: name,
      message: 'is not an option of this service',
      mend: `Remove it or correct its name; config/README.md lists all: ${[...known].slice(1, 4).join(', ')}, …`,
    }));
}

/** For messages: the variable that gave the value, where one did. */
export function originOf(pointer: string, env: Environment): string {
  const found = Object.entries(VARIABLES)
    .filter(([name, { path }]) => {
      const at = `/${path.join('/')}`;
      return (env[name] ?? '') !== '' && (pointer === at || pointer.startsWith(`${at}/`));
    })
    .at(-1);
  return found === undefined ? pointer : found[0];
}
