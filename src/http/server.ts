/** Listening, and stopping without breaking an answer that is under way. */
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerOptions {
  readonly app: RequestListener;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Milliseconds from the begin of the stop until what is under way is cut off. Default 10000. */
  readonly grace?: number;
  /** Milliseconds until a request must be there in full. Default 15000. */
  readonly requestTimeout?: number;
}

export interface RunningServer {
  readonly port: number;
  /** 'http://127.0.0.1:3000' */
  readonly url: string;
  /**
   * Stops accepting, lets requests finish, then closes what is left. Repeatable: every caller waits for the same end.
   * @param drain milliseconds for which requests are still taken, each answer closing its connection: callers that keep
   *   connections would otherwise send into one that is being reset. Default 0
   */
  readonly close: (drain?: number) => Promise<void>;
}

/** Milliseconds; bodies are small, so a client that takes longer to send one is not working. */
const REQUEST_TIMEOUT = 15_000;
const HEADERS_TIMEOUT = 10_000;
/** Longer than the idle time of common proxies, so that they do not reuse a connection that is being closed. */
const KEEP_ALIVE = 65_000;

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}

/** From the begin of a stop, each answer tells its caller to send nothing more on the connection. */
function lastAnswers(server: Server): { readonly begin: () => void } {
  const open = new Set<ServerResponse>();
  let begun = false;
  const close = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  // Before the app, which may answer at once.
  server.prependListener('request', (_request, response) => {
    if (begun) close(response);
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return {
    begin: () => {
      begun = true;
      open.forEach(close);
    },
  };
}

async function stop(server: Server, grace: number, drain: number): Promise<void> {
  const last = setTimeout(() => {
    server.closeAllConnections();
  }, grace);
  if (drain > 0) await sleep(Math.min(drain, grace));
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, 50);
  try {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  } finally {
    clearInterval(idle);
    clearTimeout(last);
  }
}

/** @throws Error with code EADDRINUSE, EACCES … when it cannot listen */
export async function startServer({
  app,
  host,
  port,
  grace = 10_000,
  requestTimeout = REQUEST_TIMEOUT,
}: ServerOptions): Promise<RunningServer> {
  const server = createServer(
    {
      requestTimeout,
      headersTimeout: Math.min(HEADERS_TIMEOUT, requestTimeout),
      // How often Node looks for connections past these times; its own 30 s would triple them.
      connectionsCheckingInterval: Math.min(requestTimeout / 5, REQUEST_TIMEOUT / 5),
    },
    app,
  );
  server.keepAliveTimeout = KEEP_ALIVE;
  const last = lastAnswers(server);
  const address = await listen(server, host, port);
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  return {
    port: address.port,
    url: `http://${shown}:${address.port}`,
    close: (drain = 0) => {
      last.begin();
      return (closing ??= stop(server, grace, drain));
    },
  };
}
