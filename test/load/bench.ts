/**
 * `npm run bench`: our patient-view with full prefetch and JWT verification, side by side with a bare Express endpoint that
 * parses and answers the same bytes. Rounds alternate, so that both see the same machine; calls for a patient without
 * a stroke follow. Prints one table.
 *
 *   npm run bench -- [--rounds 3] [--requests 3000] [--connections 10] [--memory 100000] [--warmup 6000] [--threads 0] [--alg ES384|RS384]
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEhrKeys, signToken } from '../../src/demo/ehr.ts';
import { exampleBodies } from './example-bodies.ts';
import type { LoadJob, LoadResult } from './load-generator.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '3000' },
    connections: { type: 'string', default: '10' },
    memory: { type: 'string', default: '0' },
    warmup: { type: 'string', default: '6000' },
    threads: { type: 'string', default: '0' },
    alg: { type: 'string', default: 'ES384' },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);
const connections = Number(values.connections);
const memoryRequests = Number(values.memory);
const algorithm = values.alg === 'RS384' ? 'RS384' : 'ES384';

/** As `npm start`: a call makes megabytes of short-lived objects, and a small young space collects them too often. */
const YOUNG_SPACE = ['--min-semi-space-size=32', '--max-semi-space-size=64'];
const ISSUER = 'https://bench.example.org/fhir';
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-bench-'));
const children: ChildProcess[] = [];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function portOf(child: ChildProcess): Promise<number> {
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', (port) => {
      resolve(port as number);
    });
    child.once('exit', (code) => {
      reject(new Error(`a server of the benchmark ended with ${String(code)}`));
    });
  });
}

async function load(job: LoadJob): Promise<LoadResult> {
  const child = fork(join(root, 'test/load/load-generator.ts'), { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (result) => {
      resolve(result as LoadResult);
    });
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`the load generator ended with ${String(code)}`));
    });
    child.send(job);
  });
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const ok = await fetch(`${url}/health/ready`).then(
      (r) => r.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the service did not become ready within a minute');
}

/** Resident memory in MB, of the main process with its database thread. */
function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** CPU milliseconds by thread so far; the clock ticks of Linux are 10 ms. */
function cpuMilliseconds(pid: number): Map<string, number> {
  const tasks = `/proc/${String(pid)}/task`;
  return new Map(
    readdirSync(tasks).map((thread) => {
      const fields = readFileSync(`${tasks}/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return [thread, 10 * (Number(fields[11]) + Number(fields[12]))];
    }),
  );
}

const keys = await createEhrKeys(algorithm);
const port = 18_000 + Math.floor(Math.random() * 2_000);
const base = `http://127.0.0.1:${String(port)}`;
const configFile = join(folder, 'config.json');
writeFileSync(
  configFile,
  JSON.stringify({
    port,
    publicBaseUrl: base,
    adviceThreads: Number(values.threads),
    logLevel: 'warn',
    database: { kind: 'embedded', directory: join(folder, 'database') },
    clients: [
      {
        id: 'bench',
        issuer: ISSUER,
        keys: { jwks: { keys: [keys.publicJwk] } },
        algorithms: [algorithm],
        maxTokenLifetimeSeconds: 3600,
        fhirServers: [],
      },
    ],
  }),
);
const service = spawn(process.execPath, [...YOUNG_SPACE, 'dist/cli.js', 'serve', '--config', configFile], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
children.push(service);

try {
  await ready(base);
  const discovery = (await (await fetch(`${base}/cds-services`)).json()) as {
    services: { id: string; hook: string; prefetch: Record<string, string> }[];
  };
  const patientView = discovery.services.find(({ hook }) => hook === 'patient-view');
  if (patientView === undefined) throw new Error('no patient-view');
  const url = `${base}/cds-services/${patientView.id}`;

  // Every example patient, prefetched as an EHR would and padded with older normal readings to about 40 kB; calls rotate.
  const examples = await exampleBodies(root, patientView.prefetch, { at: Date.now(), bytes: 40_000 });
  const bodyFile = join(folder, 'bodies.ndjson');
  writeFileSync(bodyFile, examples.map(({ body }) => body).join('\n'));
  const withoutStrokeFile = join(folder, 'bodies-without-stroke.ndjson');

  let tokensWritten = 0;
  const tokens = async (count: number): Promise<string> => {
    const lines: string[] = [];
    for (let index = 0; index < count; index += 1) lines.push(await signToken(keys, ISSUER, url, 3_000));
    const file = join(folder, `tokens-${String((tokensWritten += 1))}`);
    writeFileSync(file, lines.join('\n'));
    return file;
  };

  const answers: Record<string, string> = {};
  let cards = 0;
  const withoutStroke: string[] = [];
  for (const { patientId, body } of examples) {
    const first = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await signToken(keys, ISSUER, url)}` },
      body,
    });
    const answer = await first.text();
    if (first.status !== 200) throw new Error(`the hook answered ${String(first.status)} for ${patientId}`);
    answers[patientId] = answer;
    const count = (JSON.parse(answer) as { cards: unknown[] }).cards.length;
    cards += count;
    if (count === 0) withoutStroke.push(body);
  }
  if (cards < 2 * examples.length)
    throw new Error(`only ${String(cards)} cards for ${String(examples.length)} patients`);
  if (withoutStroke.length === 0) throw new Error('every example patient got a card');
  writeFileSync(withoutStrokeFile, withoutStroke.join('\n'));
  const answerFile = join(folder, 'answers.json');
  writeFileSync(answerFile, JSON.stringify(answers));
  const mean = (sizes: readonly number[]): string =>
    (sizes.reduce((sum, size) => sum + size, 0) / sizes.length / 1000).toFixed(1);
  const bareServer = fork(join(root, 'test/load/bare-endpoint.ts'), [answerFile], { execArgv: ['--import', 'tsx'] });
  const barePort = await portOf(bareServer);
  const bareUrl = `http://127.0.0.1:${String(barePort)}/`;

  say(
    `machine      ${String(cpus().length)} cores ${cpus()[0]?.model ?? ''}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`,
  );
  say(
    `request      ${mean(examples.map(({ body }) => body.length))} kB, ${String(examples.length)} different patients in turn, ${algorithm} token, ${String(connections)} clients`,
  );
  say(
    `answer       ${mean(Object.values(answers).map(({ length }) => length))} kB, ${(cards / examples.length).toFixed(1)} cards`,
  );
  say(
    `rounds       ${String(rounds)} x ${String(requests)} requests each, alternating; load generator on the same machine\n`,
  );

  // A service that runs for hours is compiled; a fresh one is not.
  const warmUp = Number(values.warmup);
  await load({ url, bodyFile, tokenFile: await tokens(warmUp), requests: warmUp, connections });
  await load({ url: bareUrl, bodyFile, requests: warmUp, connections });

  const ours: LoadResult[] = [];
  const bare: LoadResult[] = [];
  // Nearly every call of a hospital: a chart with nothing that points to a stroke. No card, but a record of the call.
  const quiet: LoadResult[] = [];
  const cpuBefore = [cpuMilliseconds(service.pid ?? 0), cpuMilliseconds(bareServer.pid ?? 0)] as const;
  for (let round = 0; round < rounds; round += 1) {
    const tokenFile = await tokens(requests);
    bare.push(await load({ url: bareUrl, bodyFile, requests, connections }));
    ours.push(await load({ url, bodyFile, tokenFile, requests, connections }));
  }
  const [afterward, bareAfterward] = [cpuMilliseconds(service.pid ?? 0), cpuMilliseconds(bareServer.pid ?? 0)];
  for (let round = 0; round < rounds; round += 1) {
    const tokenFile = await tokens(requests);
    quiet.push(await load({ url, bodyFile: withoutStrokeFile, tokenFile, requests, connections }));
  }
  const quietEnd = cpuMilliseconds(service.pid ?? 0);
  const median = (results: readonly LoadResult[], key: keyof LoadResult): number =>
    results.map((r) => r[key]).sort((a, b) => a - b)[Math.floor(results.length / 2)] ?? 0;
  say('             req/s    p50 ms   p95 ms   p99 ms   failures');
  for (const [name, results] of [
    ['patient-view', ours],
    ['bare Express', bare],
    ['no stroke', quiet],
  ] as const) {
    say(
      `${name.padEnd(12)} ${median(results, 'requestsPerSecond').toFixed(0).padStart(5)}   ${(
        ['p50', 'p95', 'p99'] as const
      )
        .map((key) => median(results, key).toFixed(1).padStart(6))
        .join('   ')}   ${String(results.reduce((sum, r) => sum + r.failures, 0)).padStart(8)}`,
    );
  }
  /** Milliseconds of CPU for a request: all threads together, and the two busiest. */
  const perRequest = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] => {
    const spent = [...after].map(([thread, now]) => now - (before.get(thread) ?? 0));
    const [first = 0, second = 0] = spent.toSorted((a, b) => b - a);
    return [spent.reduce((sum, ms) => sum + ms, 0), first, second].map((ms) => (ms / (rounds * requests)).toFixed(2));
  };
  const [all, main, database] = perRequest(cpuBefore[0], afterward);
  say(
    `\nCPU per request: ${String(all)} ms, of it main thread ${String(main)}, database thread ${String(database)}, ` +
      `the rest garbage collection, compiler, crypto; bare ${String(perRequest(cpuBefore[1], bareAfterward)[0])} ms, no stroke ${String(perRequest(afterward, quietEnd)[0])} ms`,
  );
  say(
    `\nshare of the bare throughput: ${((100 * median(ours, 'requestsPerSecond')) / median(bare, 'requestsPerSecond')).toFixed(0)} %`,
  );

  if (memoryRequests > 0) {
    const megabytes = (): string => `${residentMegabytes(service.pid ?? 0).toFixed(0)} MB resident`;
    say(`\nmemory over ${String(memoryRequests)} requests: ${megabytes()} before`);
    const chunk = Math.ceil(memoryRequests / 20);
    for (let done = 0; done < memoryRequests; done += chunk) {
      await load({ url, bodyFile, tokenFile: await tokens(chunk), requests: chunk, connections });
      say(`  ${String(done + chunk).padStart(7)} requests: ${megabytes()}`);
    }
  }
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
