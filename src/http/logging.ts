/** Structured logs in which no address, query, body, header or error message appears. */
import type { Request, RequestHandler, Response } from 'express';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { methodOf, requestIdOf, routeOf } from './request-context.ts';
import { safeError } from './safe-error.ts';

export interface LoggerOptions {
  /** 'debug', 'info', 'warn', 'error', 'silent'. */
  readonly level: string;
  /** Default standard output. */
  readonly destination?: DestinationStream;
}

/** Errors under `err` or `error` are reduced to kind, code and frames wherever this logger is used. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = { level, base: null, serializers: { err: safeError, error: safeError } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Probes and scrapes come every few seconds and say nothing when they succeed. */
function isProbe(req: Request): boolean {
  return req.path.startsWith('/health/') || req.path === '/metrics';
}

/** One line for each request: method, route template, status, milliseconds, request id. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp<Request, Response>({
    logger,
    wrapSerializers: false,
    serializers: { req: () => undefined, res: () => undefined, err: safeError },
    genReqId: (_req, res) => requestIdOf(res),
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'milliseconds' },
    customLogLevel: (req, res, error) => {
      if (res.statusCode >= 500 || error !== undefined) return 'error';
      return isProbe(req) ? 'debug' : 'info';
    },
    customSuccessMessage: () => 'answered',
    customErrorMessage: () => 'answered',
    customSuccessObject: (req, res, value: object) => ({ ...value, ...line(req, res) }),
    customErrorObject: (req, res, _error, value: object) => ({ ...value, err: undefined, ...line(req, res) }),
  });
}

function line(req: Request, res: Response): object {
  // A caller who left was answered with nothing, whatever status stood ready.
  const status = res.writableFinished ? res.statusCode : 'aborted';
  return { method: methodOf(req), route: routeOf(req), status };
}
