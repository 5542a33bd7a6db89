/** A body that does not come ends its request; one that comes in time does not notice. */
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyTimeout } from '../../src/http/body-timeout.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  const app = express();
  app.use(bodyTimeout(300));
  app.post('/', express.text({ type: '*/*' }), (req, res) => {
    res.send(req.body);
  });
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('answers a body that is there', async () => {
  const response = await fetch(`http://127.0.0.1:${String(port)}/`, { method: 'POST', body: 'all of it' });
  expect(await response.text()).toBe('all of it');
});

it('answers 408 and ends the connection when the rest does not come', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nonly the beginning',
  );
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});
