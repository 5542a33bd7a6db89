/**
 * A client that takes long to send a small body is not working. The server's own limit is one for all requests and must let
 * whole studies through, so the other routes have this one.
 */
import type { RequestHandler } from 'express';

/** @param milliseconds from the headers to the end of the body; then 408, and the connection ends */
export function bodyTimeout(milliseconds: number): RequestHandler {
  return (req, res, next) => {
    if (!req.complete) {
      const timer = setTimeout(() => {
        if (req.complete) return;
        const hangUp = (): void => {
          req.socket.destroy();
        };
        if (res.headersSent) hangUp();
        else res.status(408).set('connection', 'close').end(hangUp);
      }, milliseconds);
      const clear = (): void => {
        clearTimeout(timer);
      };
      req.once('end', clear);
      res.once('close', clear);
    }
    next();
  };
}
