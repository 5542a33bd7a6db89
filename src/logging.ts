/** Structured logs on stdout. Secrets are cut out here once more, in case a caller hands over what it should not. */
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config/index.ts';

const SECRET_NAMES = [
  'authorization',
  'cookie',
  'access_token',
  'accessToken',
  'fhirAuthorization',
  'token',
  'jwt',
  'password',
  'secret',
  'key',
  'userComment',
  'body',
  'prefetch',
  'patientId',
  'userId',
];

/** At the top, and up to three levels down ('req.headers.authorization'). */
const REDACTED = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);
const SET_COOKIE = ['headers["set-cookie"]', '*.headers["set-cookie"]'];

/** Database drivers hang the values of a failed statement on the error; only name, message, code and stack are kept. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  const code = (error as { code?: unknown }).code;
  return { type, message, stack, ...(typeof code === 'string' ? { code } : {}) };
}

/** @param destination where lines go; stdout by default */
export function createLogger(config: Pick<Config, 'logLevel'>, destination?: DestinationStream): Logger {
  const options = {
    level: config.logLevel,
    base: { service: 'stroke-cds' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: [...REDACTED, ...SET_COOKIE], censor: '[redacted]' },
    serializers: { err: serializeError, error: serializeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
