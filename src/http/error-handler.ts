/** The one place where errors become answers: 401 bare, everything else an OperationOutcome without request values. */
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from '../cds-hooks/ports.ts';
import { HttpProblem, operationOutcome, problem, Unauthenticated } from '../cds-hooks/problem.ts';
import { requestIdOf, routeOf } from './request-context.ts';

export const notFound: RequestHandler = () => {
  throw problem(404, 'not-found', 'there is nothing at this address; see / for what is served');
};

function send(res: Response, { status, issues, headers }: HttpProblem): void {
  res
    .status(status)
    .set(headers)
    .set('cache-control', 'no-store')
    .type('application/fhir+json')
    .send(JSON.stringify(operationOutcome(issues)));
}

/** Express itself refuses a malformed escape in an address with a 400 of its own. */
function isBadAddress(error: unknown): boolean {
  return error instanceof URIError;
}

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (isBadAddress(error)) return problem(400, 'structure', 'the address is not a valid URL');
  return new HttpProblem(500, [{ code: 'exception', text: 'the request could not be served' }], { cause: error });
}

export function errorHandler(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    if (error instanceof Unauthenticated) {
      res.status(401).set('www-authenticate', 'Bearer').set('cache-control', 'no-store').end();
      return;
    }
    const refusal = toProblem(error);
    if (refusal.status >= 500) {
      logger.error(
        { requestId: requestIdOf(res), route: routeOf(req), err: refusal.cause ?? refusal },
        'request failed',
      );
    }
    send(res, refusal);
  };
}
