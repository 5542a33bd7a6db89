/** From file and environment to the one configuration, or to everything that is wrong with it. */
import { readFileSync } from 'node:fs';
import { parseKey } from '../audit/free-text.ts';
import type { TrustedClient } from '../cds-hooks/trusted-client.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import type { AuditConfig, Config, Problem } from './config.ts';
import { CLIENT_DEFAULTS, DEFAULTS } from './defaults.ts';
import { originOf, overlay, unknownVariables, type Environment } from './environment.ts';
import type { FileConfig } from './file-config.ts';
import { imagingConfig } from './imaging-config.ts';
import { ruleProblems } from './rules.ts';
import { schemaProblems } from './schema-problems.ts';
import { usablePart } from './usable-part.ts';

export type LoadResult = { readonly config: Config } | { readonly problems: readonly Problem[] };

/** Content of the configuration file. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

type Collect = (problem: Problem) => void;

function parseFile({ name, text }: ConfigFile): Record<string, unknown> | Problem {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    return { path: name, message: 'is not a JSON object', mend: 'Start from config/example.json.' };
  } catch (error) {
    // The parser quotes the text, so only the place is passed on.
    const place = /position \d+( \(line \d+ column \d+\))?/.exec(error instanceof Error ? error.message : '')?.[0];
    return {
      path: name,
      message: `is not valid JSON${place === undefined ? '' : `, at ${place}`}`,
      mend: 'Check commas, quotes and brackets; comments are not allowed.',
    };
  }
}

function databaseOf(file: FileConfig, env: Environment, collect: Collect): DatabaseConfig {
  const url = env['DATABASE_URL'] ?? '';
  const dataDirectory = env['STROKE_CDS_DATA_DIR'] ?? '';
  if (url === '' && file.database?.kind === 'postgres') {
    collect({
      path: 'DATABASE_URL',
      message: 'is missing, though the database is to be a PostgreSQL server',
      mend: 'Set it to postgres://user:password@host:5432/database (it holds a password, so it is no option of the file).',
    });
  }
  if (url === '') {
    const directory = file.database?.kind === 'embedded' ? file.database.directory : undefined;
    return {
      kind: 'embedded',
      directory: dataDirectory === '' ? (directory ?? DEFAULTS.database.directory) : dataDirectory,
    };
  }
  if (!/^postgres(?:ql)?:\/\/[^/]/.test(url)) {
    collect({
      path: 'DATABASE_URL',
      message: 'is not the address of a PostgreSQL server',
      mend: 'Give postgres://user:password@host:5432/database.',
    });
  }
  const max = file.database?.kind === 'postgres' ? file.database.maxConnections : undefined;
  return { kind: 'postgres', url, ...(max === undefined ? {} : { maxConnections: max }) };
}

const KEY_ADVICE =
  "Make one with: node -p \"require('crypto').randomBytes(32).toString('base64')\", keep it in the secret store, " +
  'and give it by this variable only.';

function auditOf(file: FileConfig, env: Environment, collect: Collect): AuditConfig {
  const retentionDays = file.audit?.retentionDays ?? DEFAULTS.audit.retentionDays;
  const { basisLinkDays } = { ...DEFAULTS.audit, ...file.audit };
  const key = env['STROKE_CDS_AUDIT_KEY'] ?? '';
  // A key that is there says what is wanted, unless the file says otherwise.
  const mode = file.audit?.freeText ?? (key === '' ? DEFAULTS.audit.freeText : 'encrypt');
  if (mode === 'drop') return { retentionDays, basisLinkDays, freeText: { mode } };
  const olderKeys = (env['STROKE_CDS_AUDIT_OLDER_KEYS'] ?? '').split(',').filter((text) => text.trim() !== '');
  if (key === '') {
    collect({
      path: 'STROKE_CDS_AUDIT_KEY',
      message: 'is missing, though free text is to be encrypted (audit.freeText)',
      mend: KEY_ADVICE,
    });
  } else if (parseKey(key) === undefined) {
    collect({ path: 'STROKE_CDS_AUDIT_KEY', message: 'is not 32 bytes in base64', mend: KEY_ADVICE });
  }
  if (olderKeys.some((older) => parseKey(older) === undefined)) {
    collect({
      path: 'STROKE_CDS_AUDIT_OLDER_KEYS',
      message: 'holds a key that is not 32 bytes in base64',
      mend: 'Give earlier keys separated by commas.',
    });
  }
  return { retentionDays, basisLinkDays, freeText: { mode, key, olderKeys } };
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function assemble(file: FileConfig, env: Environment, collect: Collect): Config {
  const merged = { ...DEFAULTS, ...file };
  const host = merged.host.includes(':') ? `[${merged.host}]` : merged.host;
  const { environment } = merged;
  const clients = (file.clients ?? []).map((client): TrustedClient => ({ ...CLIENT_DEFAULTS, ...client }));
  if (file.publicBaseUrl === undefined && environment === 'production') {
    collect({
      path: '/publicBaseUrl',
      message: 'is missing',
      mend: 'Give the https address that the EHR calls: tokens are checked against it.',
    });
  }
  if (file.site?.timeZone === undefined && environment === 'production') {
    collect({
      path: '/site/timeZone',
      message: 'is missing',
      mend: 'Name the IANA zone of the hospital (Europe/Berlin): clinicians read the closing time of a window in it.',
    });
  }
  const opensByDefault = file.openMode === undefined && environment === 'development' && clients.length === 0;
  if (opensByDefault && !['localhost', '127.0.0.1', '[::1]'].includes(host)) {
    collect({
      path: '/openMode',
      message: 'is not set, and without trusted clients the service would answer anybody who reaches this host',
      mend: 'Listen on 127.0.0.1, add a client, or say explicitly "openMode": true.',
    });
  }
  // Without a configured address in production the rules look at one that has no further faults.
  const localUrl = environment === 'production' ? 'https://not-configured.invalid' : `http://${host}:${merged.port}`;
  const database = databaseOf(file, env, collect);
  const listenable = ['0.0.0.0', '[::]'].includes(host) ? `http://127.0.0.1:${merged.port}` : localUrl;
  return {
    environment,
    host: merged.host,
    port: merged.port,
    publicBaseUrl: withoutTrailingSlash(file.publicBaseUrl ?? (environment === 'production' ? localUrl : listenable)),
    site: { ...DEFAULTS.site, ...file.site },
    clients,
    // With trusted clients everybody needs a token, whatever the file says.
    openMode: (file.openMode ?? opensByDefault) && clients.length === 0,
    openFhirServers: merged.openFhirServers,
    allowInsecureHttp: merged.allowInsecureHttp,
    database,
    audit: auditOf(file, env, collect),
    deadlines: { ...DEFAULTS.deadlines, ...file.deadlines },
    fhirConnections: merged.fhirConnections,
    adviceThreads: merged.adviceThreads,
    bodyLimit: merged.bodyLimit,
    onFault: merged.onFault,
    logLevel: merged.logLevel,
    defaultLocale: merged.defaultLocale,
    locales: merged.locales,
    contentDirectory: merged.contentDirectory,
    fhirResourcesDirectory: merged.fhirResourcesDirectory,
    modelsDirectory: merged.modelsDirectory,
    siteModelsDirectory: merged.siteModelsDirectory,
    modelRoles: merged.modelRoles,
    executionProviders: merged.executionProviders,
    imaging: imagingConfig(file.imaging, database, env, collect),
  };
}

/** A value of the wrong shape is reported once: what was set aside is neither missing nor wrong in another way. */
function isAbout(path: string, shape: readonly Problem[]): boolean {
  return shape.some((one) => `${path}/`.startsWith(`${one.path}/`) || `${one.path}/`.startsWith(`${path}/`));
}

/**
 * Pure: the same file and variables give the same answer.
 * @param file null when there is none: the defaults and the environment then decide
 * @returns the configuration, or all problems at once
 */
export function loadConfig(env: Environment, file: ConfigFile | null): LoadResult {
  const parsed = file === null ? {} : parseFile(file);
  const problems: Problem[] = unknownVariables(env);
  if ('path' in parsed && 'mend' in parsed) return { problems: [...problems, parsed as unknown as Problem] };
  const merged = overlay(parsed, env);
  const shape = schemaProblems(merged);
  problems.push(...shape);
  const found: Problem[] = [];
  const config = assemble(usablePart(merged), env, (problem) => found.push(problem));
  found.push(...ruleProblems(config));
  problems.push(...found.filter(({ path }) => !isAbout(path, shape)));
  return problems.length === 0
    ? { config }
    : { problems: problems.map((problem) => ({ ...problem, path: originOf(problem.path, env) })) };
}

/**
 * Reads the file named on the command line, else by `STROKE_CDS_CONFIG`, else none.
 */
export function readConfig(env: Environment, fileName?: string): LoadResult {
  const name = fileName ?? (env['STROKE_CDS_CONFIG'] === '' ? undefined : env['STROKE_CDS_CONFIG']);
  if (name === undefined) return loadConfig(env, null);
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return {
      problems: [
        { path: name, message: `cannot be read (${code})`, mend: 'Check the name and the rights of the file.' },
      ],
    };
  }
  return loadConfig(env, { name, text });
}

/** One line per problem, for terminal and log. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ path, message, mend }) => `${path} ${message}. ${mend}`).join('\n');
}
