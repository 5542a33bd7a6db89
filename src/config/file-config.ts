/** The shape of the configuration file: every member optional, secrets not among them. */
import type { TrustedClient } from '../cds-hooks/trusted-client.ts';
import { GUIDELINE_IDS, type SitePolicy } from '../decisions/evaluation.ts';
import { MODEL_ROLES } from '../inference/model-roles.ts';
import {
  ENVIRONMENTS,
  EXECUTION_PROVIDERS,
  LOCALES,
  LOG_LEVELS,
  type Config,
  type Deadlines,
  type Environment,
} from './config.ts';
import { IMAGING_SCHEMA, type FileImaging } from './imaging-config.ts';
import { closed, oneOf, text, texts, TOKEN_SIGNER } from './schema-parts.ts';

type RequiredOfClient = 'id' | 'issuer' | 'keys';
export type FileClient = Pick<TrustedClient, RequiredOfClient> & Partial<Omit<TrustedClient, RequiredOfClient>>;

type Copied =
  | 'host'
  | 'port'
  | 'publicBaseUrl'
  | 'openMode'
  | 'openFhirServers'
  | 'allowInsecureHttp'
  | 'fhirConnections'
  | 'adviceThreads'
  | 'bodyLimit'
  | 'onFault'
  | 'logLevel'
  | 'defaultLocale'
  | 'locales'
  | 'contentDirectory'
  | 'fhirResourcesDirectory'
  | 'modelsDirectory'
  | 'siteModelsDirectory'
  | 'modelRoles'
  | 'executionProviders';

export interface FileConfig extends Partial<Pick<Config, Copied>> {
  readonly $schema?: string;
  readonly environment?: Environment;
  readonly site?: Partial<SitePolicy>;
  readonly clients?: readonly FileClient[];
  readonly database?:
    | { readonly kind: 'embedded'; readonly directory?: string }
    | { readonly kind: 'postgres'; readonly maxConnections?: number };
  readonly audit?: {
    readonly retentionDays?: number | null;
    readonly basisLinkDays?: number | null;
    readonly freeText?: 'encrypt' | 'drop';
  };
  readonly deadlines?: Partial<Deadlines>;
  readonly imaging?: FileImaging;
}

const milliseconds = { type: 'integer', minimum: 50, maximum: 60_000 } as const;

const CLIENT = closed(
  {
    ...TOKEN_SIGNER,
    fhirServers: texts,
    locale: oneOf(LOCALES),
    smartLaunchUrl: text,
    origins: texts,
  },
  ['id', 'issuer', 'keys'],
);

const SITE = closed({
  guideline: oneOf(GUIDELINE_IDS),
  timeZone: text,
  thrombolyticAgent: oneOf(['tenecteplase', 'alteplase']),
  tenecteplaseDosing: oneOf(['exact', 'banded']),
  thrombectomyAccess: { type: ['boolean', 'null'] },
  automatedPerfusion: { type: 'boolean' },
  hematomaExpansionOperator: oneOf(['>', '>=']),
});

/** JSON Schema (draft 7) of the file. */
export const FILE_SCHEMA = closed({
  $schema: text,
  environment: oneOf(ENVIRONMENTS),
  host: text,
  port: { type: 'integer', minimum: 0, maximum: 65_535 },
  publicBaseUrl: text,
  site: SITE,
  clients: { type: 'array', items: CLIENT },
  openMode: { type: 'boolean' },
  openFhirServers: texts,
  allowInsecureHttp: { type: 'boolean' },
  database: closed(
    {
      kind: oneOf(['embedded', 'postgres']),
      directory: text,
      maxConnections: { type: 'integer', minimum: 2, maximum: 200 },
    },
    ['kind'],
  ),
  audit: closed({
    retentionDays: { type: ['integer', 'null'], minimum: 1, maximum: 36_500 },
    basisLinkDays: { type: ['integer', 'null'], minimum: 1, maximum: 36_500 },
    freeText: oneOf(['encrypt', 'drop']),
  }),
  deadlines: closed({
    fhirReads: milliseconds,
    answer: milliseconds,
    drain: { ...milliseconds, minimum: 0 },
    shutdown: milliseconds,
  }),
  fhirConnections: { type: 'integer', minimum: 1, maximum: 1_000 },
  adviceThreads: { type: 'integer', minimum: 0, maximum: 64 },
  bodyLimit: { type: 'integer', minimum: 65_536, maximum: 67_108_864 },
  onFault: oneOf(['error', 'empty-cards']),
  logLevel: oneOf(LOG_LEVELS),
  defaultLocale: oneOf(LOCALES),
  locales: { type: 'array', items: oneOf(LOCALES), minItems: 1, uniqueItems: true },
  contentDirectory: text,
  fhirResourcesDirectory: text,
  modelsDirectory: text,
  siteModelsDirectory: { type: ['string', 'null'], minLength: 1 },
  modelRoles: {
    type: 'object',
    propertyNames: { pattern: '^[a-z0-9][a-z0-9-]{0,63}$' },
    additionalProperties: oneOf(MODEL_ROLES),
  },
  executionProviders: { type: 'array', items: oneOf(EXECUTION_PROVIDERS), minItems: 1, uniqueItems: true },
  imaging: IMAGING_SCHEMA,
});
