/** The yardstick: an Express endpoint that parses the same body and answers the same bytes, and does nothing else. */
import { readFileSync } from 'node:fs';
import express from 'express';

const [answerFile = ''] = process.argv.slice(2);
const answer = readFileSync(answerFile);
const app = express();
app.post('/', express.json({ limit: '2mb' }), (req, res) => {
  if ((req.body as { hook?: unknown }).hook === undefined) {
    res.sendStatus(400);
    return;
  }
  res.type('application/json').send(answer);
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
