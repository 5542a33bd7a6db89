/** The one configuration object. Everything that a site may decide is here; everything else is code. */
import type { TrustedClient } from '../cds-hooks/trusted-client.ts';
import type { SitePolicy } from '../decisions/evaluation.ts';
import type { ModelRole } from '../inference/model-roles.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import type { ImagingConfig } from './imaging-config.ts';

export const ENVIRONMENTS = ['development', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOCALES = ['en', 'zh-CN'] as const;
export type ConfiguredLocale = (typeof LOCALES)[number];

export const EXECUTION_PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'webgpu'] as const;
export type ConfiguredProvider = (typeof EXECUTION_PROVIDERS)[number];

export interface AuditConfig {
  /** Whole days, at least 1; null keeps everything. */
  readonly retentionDays: number | null;
  /** Whole days for which a card's link to its basis works; null: as long as the record is kept. */
  readonly basisLinkDays: number | null;
  readonly freeText:
    | { readonly mode: 'drop' }
    /** 32 bytes, base64, from the environment only. */
    | { readonly mode: 'encrypt'; readonly key: string; readonly olderKeys: readonly string[] };
}

/** Milliseconds. */
export interface Deadlines {
  /** All FHIR reads of one hook call together. */
  readonly fhirReads: number;
  /** The whole answer. */
  readonly answer: number;
  /** After SIGTERM: not ready, but still answering, so that a load balancer can notice. A part of `shutdown`. */
  readonly drain: number;
  /** From SIGTERM until what is still under way is cut off. */
  readonly shutdown: number;
}

export interface Config {
  readonly environment: Environment;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The address that EHRs call, without a slash at the end: tokens are checked against it, links start with it. */
  readonly publicBaseUrl: string;
  readonly site: SitePolicy;
  readonly clients: readonly TrustedClient[];
  /** Answers callers without a token; never beside trusted clients. In production only when the configuration says so explicitly. */
  readonly openMode: boolean;
  /** FHIR base URLs that callers without a token may name (open mode). */
  readonly openFhirServers: readonly string[];
  /** Allows http for FHIR servers and key sets; development only. */
  readonly allowInsecureHttp: boolean;
  readonly database: DatabaseConfig;
  readonly audit: AuditConfig;
  readonly deadlines: Deadlines;
  /** Parallel connections to one FHIR server, of all hook calls together. */
  readonly fhirConnections: number;
  /** Threads that compute advice beside the one that answers HTTP; 0 computes it there. */
  readonly adviceThreads: number;
  /** Largest accepted request body, in bytes. */
  readonly bodyLimit: number;
  /** What an EHR gets when a hook fails inside: the error, or 200 without cards (some EHRs disable a service that errs). */
  readonly onFault: 'error' | 'empty-cards';
  readonly logLevel: LogLevel;
  /** Language of cards when neither the client's record nor Accept-Language decides. */
  readonly defaultLocale: ConfiguredLocale;
  readonly locales: readonly ConfiguredLocale[];
  readonly contentDirectory: string;
  readonly fhirResourcesDirectory: string;
  readonly modelsDirectory: string;
  /** Models that the site trained or installed itself; null when it has none. */
  readonly siteModelsDirectory: string | null;
  /** What each model may do, by name; the others keep the role of their manifest, the site's own begin as shadow. */
  readonly modelRoles: Readonly<Record<string, ModelRole>>;
  /** Tried in this order; the one that loads is used and reported. */
  readonly executionProviders: readonly ConfiguredProvider[];
  readonly imaging: ImagingConfig;
}

/** One thing that is wrong, with where and how to mend it. Never holds a secret. */
export interface Problem {
  /** JSON pointer into the file ('/clients/0/issuer'), or the name of an environment variable. */
  readonly path: string;
  readonly message: string;
  readonly mend: string;
}
