/**
 * A process of its own that sends prepared requests over a fixed number of connections and reports latencies.
 * Tokens are signed before, so that signing is not measured.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';

export interface LoadJob {
  readonly url: string;
  /** One JSON body a line; requests take them in turn. */
  readonly bodyFile: string;
  /** One token a request, in a file of lines; absent for an endpoint without authentication. */
  readonly tokenFile?: string;
  readonly requests: number;
  readonly connections: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failures: number;
}

async function run(job: LoadJob): Promise<LoadResult> {
  const bodies = readFileSync(job.bodyFile, 'utf8')
    .split('\n')
    .map((line) => Buffer.from(line));
  const tokens = job.tokenFile === undefined ? [] : readFileSync(job.tokenFile, 'utf8').trim().split('\n');
  const dispatcher = new Agent({ connections: job.connections, pipelining: 1 });
  const latencies: number[] = [];
  let next = 0;
  let failures = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next;
      next += 1;
      if (index >= job.requests) return;
      const token = tokens[index];
      const sent = performance.now();
      const answer = await request(job.url, {
        method: 'POST',
        dispatcher,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: bodies[index % bodies.length] ?? null,
      });
      await answer.body.dump();
      latencies.push(performance.now() - sent);
      if (answer.statusCode !== 200) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: job.connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  await dispatcher.close();
  latencies.sort((a, b) => a - b);
  const at = (q: number): number => latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0;
  return { requestsPerSecond: job.requests / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), failures };
}

process.once('message', (job: LoadJob) => {
  run(job).then(
    (result) => {
      process.send?.(result);
      process.disconnect();
    },
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
