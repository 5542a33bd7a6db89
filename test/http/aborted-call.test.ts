import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { startServer } from '../../src/http/server.ts';
import { createHarness, PATH } from '../cds-hooks/support/harness.ts';

describe('a caller who leaves in the middle of a body', () => {
  it('is logged as aborted, not as answered with 200', async () => {
    const { app, logs, token } = createHarness();
    const server = await startServer({ app, host: '127.0.0.1', port: 0 });
    const caller = connect(server.port, '127.0.0.1');
    await once(caller, 'connect');
    const authorization = `Bearer ${await token(PATH)}`;
    const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`;
    caller.write(`${head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{`);
    setTimeout(() => caller.destroy(), 100);
    await vi.waitFor(() => {
      expect(logs()).toContain('"status":"aborted"');
    }, 5_000);
    expect(logs()).not.toContain('"status":200');
    await server.close();
  });
});
