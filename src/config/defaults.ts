/** All defaults, in one place. A fresh machine gets a working development set-up from them. */
import type { FileConfig } from './file-config.ts';

export const DEFAULTS = {
  environment: 'development',
  host: '127.0.0.1',
  port: 8080,
  site: {
    guideline: 'aha-asa-2026',
    timeZone: 'UTC',
    thrombolyticAgent: 'tenecteplase',
    tenecteplaseDosing: 'banded',
    thrombectomyAccess: null,
    automatedPerfusion: false,
    hematomaExpansionOperator: '>=',
  },
  clients: [],
  openFhirServers: [],
  allowInsecureHttp: false,
  database: { kind: 'embedded', directory: '.data/database' },
  audit: { retentionDays: null, basisLinkDays: 7, freeText: 'drop' },
  deadlines: { fhirReads: 2_000, answer: 5_000, drain: 2_000, shutdown: 10_000 },
  fhirConnections: 64,
  adviceThreads: 0,
  bodyLimit: 8_388_608,
  onFault: 'error',
  logLevel: 'info',
  defaultLocale: 'en',
  locales: ['en', 'zh-CN'],
  contentDirectory: 'cards',
  fhirResourcesDirectory: 'fhir-resources',
  modelsDirectory: 'models',
  siteModelsDirectory: null,
  modelRoles: {},
  executionProviders: ['cpu'],
} as const satisfies FileConfig;

/** What a trusted client gets for what its record leaves out. */
export const CLIENT_DEFAULTS = {
  algorithms: ['ES384', 'RS384'],
  audiences: [],
  tenants: [],
  maxTokenLifetimeSeconds: 900,
  fhirServers: [],
  origins: [],
} as const;
