/** What a site decides about images: how they arrive, where they lie, what runs on them, where results go. */
import { dirname, join } from 'node:path';
import type { TrustedClient } from '../cds-hooks/trusted-client.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import type { Problem } from './config.ts';
import type { Environment } from './environment.ts';
import { parseKey } from '../audit/free-text.ts';
import { CLIENT_DEFAULTS } from './defaults.ts';
import { closed, text, texts, TOKEN_SIGNER } from './schema-parts.ts';

/** Sends images by STOW-RS with a bearer token. */
export interface DicomWebSender {
  /** Name in logs, metrics and receipts. */
  readonly id: string;
  /** SHA-256 of the token, hex; the token itself is never configured. */
  readonly tokenSha256: string;
}

/** Sends images by STOW-RS with tokens that it signs itself, one a request. */
export type SigningSender = Omit<TrustedClient, 'fhirServers' | 'locale' | 'smartLaunchUrl' | 'origins'>;

export interface PatientIdConfig {
  /** IssuerOfPatientID → Identifier.system. */
  readonly systems: Readonly<Record<string, string>>;
  /** Identifier.system of patient ids without an issuer; null when the site has several. */
  readonly localSystem: string | null;
}

/** PEM files; their texts are read when the port is opened. */
export interface DimseTlsConfig {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Senders must show a certificate of this authority; null: any sender may speak TLS. */
  readonly clientAuthorityFile: string | null;
}

export interface DimseConfig {
  readonly host: string;
  readonly port: number;
  readonly aeTitle: string;
  /** AE titles that may send; anything else is rejected. */
  readonly callers: readonly string[];
  /** null: not encrypted. */
  readonly tls: DimseTlsConfig | null;
}

export interface ArchiveConfig {
  /** Base of QIDO-RS, WADO-RS and STOW-RS. */
  readonly url: string;
  /** Fetch studies that the record names and that did not arrive. */
  readonly pull: boolean;
  /** Store SEG and SR there. */
  readonly storeResults: boolean;
  /** Tell it by rejection notes (IHE IOCM) which of them no longer stand. */
  readonly rejectResults: boolean;
  /** Value of the Authorization header, from the environment only. */
  readonly authorization: string | null;
}

export interface InferenceServerConfig {
  /** Base of a KServe v2 server (Triton, OpenVINO …). */
  readonly url: string;
  /** Run on this machine's processor when the server does not answer. */
  readonly fallBackToCpu: boolean;
  /** Version by model; the others as the server serves them. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface FhirResultsConfig {
  /** FHIR server that gets Observation and DocumentReference of every result. */
  readonly server: string;
  /** Of the backend service at its authorization server; null: the server asks for no token. */
  readonly clientId: string | null;
  readonly scope: string;
  /** Private key for client assertions, from the environment only. */
  readonly privateJwk: string | null;
}

export interface ImagingConfig {
  readonly enabled: boolean;
  readonly directory: string;
  /** 32 bytes, base64, from the environment only; null: images lie unencrypted. */
  readonly encryption: { readonly key: string; readonly olderKeys: readonly string[] } | null;
  /** A study without a known count is complete after this time without a new image. */
  readonly quietSeconds: number;
  readonly maxInstanceBytes: number;
  /** Days after the last use; null keeps images. */
  readonly retentionDays: number | null;
  /** How the issuers of DICOM patient ids are named in FHIR. */
  readonly patientIds: PatientIdConfig;
  readonly senders: readonly DicomWebSender[];
  readonly signingSenders: readonly SigningSender[];
  readonly dimse: DimseConfig | null;
  readonly archive: ArchiveConfig | null;
  readonly watchedFolder: string | null;
  /** Pipelines that the site switched off. */
  readonly pipelinesOff: readonly string[];
  /** JSON table of the site's own rules for the roles of series, tried before the built-in ones. */
  readonly seriesRules: string | null;
  /** Threads of one model run. */
  readonly threads: number;
  /** Seconds for the analysis of one study. */
  readonly timeLimitSeconds: number;
  readonly inferenceServer: InferenceServerConfig | null;
  /** Value of the Authorization header for it, from the environment only. */
  readonly inferenceServerAuthorization: string | null;
  readonly fhirResults: FhirResultsConfig | null;
}

export interface FileImaging {
  readonly enabled?: boolean;
  readonly directory?: string;
  readonly quietSeconds?: number;
  readonly maxInstanceBytes?: number;
  readonly retentionDays?: number | null;
  readonly patientIds?: Partial<PatientIdConfig>;
  readonly senders?: readonly DicomWebSender[];
  readonly signingSenders?: readonly (Pick<SigningSender, 'id' | 'issuer' | 'keys'> & Partial<SigningSender>)[];
  readonly dimse?: Partial<Omit<DimseConfig, 'tls'>> &
    Pick<DimseConfig, 'callers'> & {
      readonly tls?: Omit<DimseTlsConfig, 'clientAuthorityFile'> & { readonly clientAuthorityFile?: string };
    };
  readonly archive?: Pick<ArchiveConfig, 'url'> & Partial<Omit<ArchiveConfig, 'authorization'>>;
  readonly watchedFolder?: string | null;
  readonly pipelinesOff?: readonly string[];
  readonly seriesRules?: string | null;
  readonly threads?: number;
  readonly timeLimitSeconds?: number;
  readonly inferenceServer?: Pick<InferenceServerConfig, 'url'> & Partial<InferenceServerConfig>;
  readonly fhirResults?: { readonly server: string; readonly clientId?: string; readonly scope?: string };
}

export const IMAGING_DEFAULTS = {
  enabled: true,
  quietSeconds: 8,
  maxInstanceBytes: 268_435_456,
  retentionDays: null,
  senders: [],
  watchedFolder: null,
  pipelinesOff: [],
  seriesRules: null,
  threads: 2,
  timeLimitSeconds: 300,
} as const satisfies FileImaging;
const DIMSE_DEFAULTS = { host: '0.0.0.0', port: 11_112, aeTitle: 'STROKECDS' } as const;
const { algorithms, audiences, tenants, maxTokenLifetimeSeconds } = CLIENT_DEFAULTS;
const SIGNER_DEFAULTS = { algorithms, audiences, tenants, maxTokenLifetimeSeconds } as const;
const RESULTS_SCOPE = 'system/Patient.rs system/ImagingStudy.rs system/Observation.crus system/DocumentReference.crus';

export const IMAGING_VARIABLES = [
  'STROKE_CDS_IMAGE_KEY',
  'STROKE_CDS_IMAGE_OLDER_KEYS',
  'STROKE_CDS_ARCHIVE_AUTHORIZATION',
  'STROKE_CDS_INFERENCE_AUTHORIZATION',
  'STROKE_CDS_RESULTS_PRIVATE_JWK',
] as const;

const AE_TITLE = { type: 'string', pattern: '^[ -\\[\\]-~]{1,16}$' } as const;
const seconds = (maximum: number) => ({ type: 'integer', minimum: 1, maximum });

export const IMAGING_SCHEMA = closed({
  enabled: { type: 'boolean' },
  directory: text,
  quietSeconds: seconds(600),
  maxInstanceBytes: { type: 'integer', minimum: 1_048_576, maximum: 2_147_483_647 },
  retentionDays: { type: ['integer', 'null'], minimum: 1, maximum: 36_500 },
  patientIds: closed({
    systems: { type: 'object', additionalProperties: text },
    localSystem: { type: ['string', 'null'], minLength: 1 },
  }),
  senders: {
    type: 'array',
    items: closed(
      {
        id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' },
        tokenSha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      },
      ['id', 'tokenSha256'],
    ),
  },
  signingSenders: { type: 'array', items: closed(TOKEN_SIGNER, ['id', 'issuer', 'keys']) },
  dimse: closed(
    {
      host: text,
      port: { type: 'integer', minimum: 0, maximum: 65_535 },
      aeTitle: AE_TITLE,
      callers: { type: 'array', items: AE_TITLE, minItems: 1, uniqueItems: true },
      tls: closed({ certificateFile: text, keyFile: text, clientAuthorityFile: text }, ['certificateFile', 'keyFile']),
    },
    ['callers'],
  ),
  archive: closed(
    { url: text, pull: { type: 'boolean' }, storeResults: { type: 'boolean' }, rejectResults: { type: 'boolean' } },
    ['url'],
  ),
  watchedFolder: { type: ['string', 'null'], minLength: 1 },
  pipelinesOff: texts,
  seriesRules: { type: ['string', 'null'], minLength: 1 },
  threads: { type: 'integer', minimum: 1, maximum: 128 },
  timeLimitSeconds: seconds(3_600),
  inferenceServer: closed(
    {
      url: text,
      fallBackToCpu: { type: 'boolean' },
      versions: { type: 'object', additionalProperties: text },
    },
    ['url'],
  ),
  fhirResults: closed({ server: text, clientId: text, scope: text }, ['server']),
});

const KEY_ADVICE =
  "Make one with: node -p \"require('crypto').randomBytes(32).toString('base64')\", keep it in the secret store, and give it by this variable only.";

/** An empty variable counts as absent. */
const variable = (env: Environment, name: string): string | null => {
  const value = env[name] ?? '';
  return value === '' ? null : value;
};

function encryptionOf(env: Environment, collect: (problem: Problem) => void): ImagingConfig['encryption'] {
  const key = variable(env, 'STROKE_CDS_IMAGE_KEY');
  if (key === null) return null;
  const olderKeys = (env['STROKE_CDS_IMAGE_OLDER_KEYS'] ?? '').split(',').filter((part) => part.trim() !== '');
  for (const [path, keys] of [
    ['STROKE_CDS_IMAGE_KEY', [key]],
    ['STROKE_CDS_IMAGE_OLDER_KEYS', olderKeys],
  ] as const) {
    if (keys.some((one) => parseKey(one) === undefined)) {
      collect({ path, message: 'is not 32 bytes in base64', mend: KEY_ADVICE });
    }
  }
  return { key, olderKeys };
}

/** Beside an embedded database, so that one folder holds all data of a site. */
function defaultDirectory(database: DatabaseConfig): string {
  return database.kind === 'embedded' ? join(dirname(database.directory), 'images') : join('.data', 'images');
}

/** @param file the member `imaging` of the configuration file */
export function imagingConfig(
  file: FileImaging = {},
  database: DatabaseConfig,
  env: Environment,
  collect: (problem: Problem) => void,
): ImagingConfig {
  const { dimse, archive, inferenceServer, fhirResults, ...plain } = file;
  const privateJwk = variable(env, 'STROKE_CDS_RESULTS_PRIVATE_JWK');
  if (fhirResults?.clientId !== undefined && privateJwk === null) {
    collect({
      path: 'STROKE_CDS_RESULTS_PRIVATE_JWK',
      message: 'is missing, though results are to be written with a client id (imaging.fhirResults)',
      mend: 'Give the private key (JWK, ES384 or RS384) whose public half the authorization server knows.',
    });
  }
  return {
    ...IMAGING_DEFAULTS,
    directory: defaultDirectory(database),
    ...plain,
    patientIds: { systems: {}, localSystem: null, ...file.patientIds },
    encryption: encryptionOf(env, collect),
    signingSenders: (file.signingSenders ?? []).map((sender) => ({ ...SIGNER_DEFAULTS, ...sender })),
    dimse:
      dimse === undefined
        ? null
        : {
            ...DIMSE_DEFAULTS,
            ...dimse,
            tls: dimse.tls === undefined ? null : { clientAuthorityFile: null, ...dimse.tls },
          },
    archive:
      archive === undefined
        ? null
        : {
            pull: true,
            storeResults: true,
            rejectResults: true,
            ...archive,
            url: archive.url.replace(/\/+$/, ''),
            authorization: variable(env, 'STROKE_CDS_ARCHIVE_AUTHORIZATION'),
          },
    inferenceServer:
      inferenceServer === undefined
        ? null
        : { fallBackToCpu: true, versions: {}, ...inferenceServer, url: inferenceServer.url.replace(/\/+$/, '') },
    inferenceServerAuthorization: variable(env, 'STROKE_CDS_INFERENCE_AUTHORIZATION'),
    fhirResults:
      fhirResults === undefined
        ? null
        : {
            server: fhirResults.server.replace(/\/+$/, ''),
            clientId: fhirResults.clientId ?? null,
            scope: fhirResults.scope ?? RESULTS_SCOPE,
            privateJwk,
          },
  };
}
