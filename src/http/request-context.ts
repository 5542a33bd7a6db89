/** What each request carries through logs and audit: an id, and the route as a template without values. */
import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';

/** An id of the caller is taken over only in this form, so that nothing else gets into logs and records. */
const WELL_FORMED = /^[0-9A-Fa-f][0-9A-Fa-f-]{7,63}$/;

export function requestIdOf(res: Response): string {
  return (res.locals as { requestId: string }).requestId;
}

/** Sets `res.locals.requestId` and answers it as `X-Request-Id`. */
export function requestContext(): RequestHandler {
  return (req, res, next) => {
    const given = req.get('x-request-id');
    const requestId = given !== undefined && WELL_FORMED.test(given) ? given : randomUUID();
    res.locals['requestId'] = requestId;
    res.set('x-request-id', requestId);
    next();
  };
}

/** '/cds-services/:id', never the address itself. Known once a route has matched. */
export function routeOf(req: Request): string {
  const route: unknown = req.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'unmatched';
  return typeof route.path === 'string' ? req.baseUrl + route.path : 'unmatched';
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);

/** The method as a label of a closed set. */
export function methodOf(req: Request): string {
  return METHODS.has(req.method) ? req.method : 'other';
}
