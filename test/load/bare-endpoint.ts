/** The yardstick: an Express endpoint that parses the same body and answers the same bytes, and does nothing else. */
import { readFileSync } from 'node:fs';
import express from 'express';

const [answerFile = ''] = process.argv.slice(2);
const answers = new Map(
  Object.entries(JSON.parse(readFileSync(answerFile, 'utf8')) as Record<string, string>).map(
    ([patientId, answer]) => [patientId, Buffer.from(answer)] as const,
  ),
);
const app = express();
app.post('/', express.json({ limit: '2mb' }), (req, res) => {
  const { context } = req.body as { context?: { patientId?: string } };
  const answer = answers.get(context?.patientId ?? '');
  if (answer === undefined) {
    res.sendStatus(400);
    return;
  }
  res.type('application/json').send(answer);
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
