/**
 * `npm run bench`: our patient-view with full prefetch and JWT verification, side by side with a bare Express endpoint that
 * parses and answers the same bytes. Rounds alternate, so that both see the same machine. Prints one table.
 *
 *   npm run bench -- [--rounds 3] [--requests 3000] [--connections 10] [--memory 100000] [--alg ES384|RS384]
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bundle, Observation } from 'fhir/r4.js';
import { createEhrKeys, hookBody, runPrefetch, signToken } from '../../src/demo/ehr.ts';
import { startFhirServer } from '../../src/demo/fhir-server.ts';
import { moveBundle } from '../../src/demo/move-bundle.ts';
import type { LoadJob, LoadResult } from './load-generator.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '3000' },
    connections: { type: 'string', default: '10' },
    memory: { type: 'string', default: '0' },
    alg: { type: 'string', default: 'ES384' },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);
const connections = Number(values.connections);
const memoryRequests = Number(values.memory);
const algorithm = values.alg === 'RS384' ? 'RS384' : 'ES384';

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

/** CPU milliseconds of a process so far, all its threads; the clock ticks of Linux are 10 ms. */
function cpuMilliseconds(pid: number): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
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
const service = spawn(process.execPath, ['dist/cli.js', 'serve', '--config', configFile], {
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

  // The body: one example patient, prefetched as an EHR would, then padded with older normal readings to about 40 KB.
  const patientId = 'early-large-vessel-occlusion';
  const fhir = await startFhirServer();
  fhir.load(
    moveBundle(
      JSON.parse(readFileSync(join(root, `fhir-resources/examples/${patientId}.json`), 'utf8')) as Bundle,
      Date.now(),
    ),
  );
  const context = { userId: 'Practitioner/bench', patientId, encounterId: patientId };
  const prefetch = await runPrefetch(patientView.prefetch, context, fhir.url, 'none');
  await fhir.close();
  const vitals = prefetch['vitalSigns'] as Bundle;
  for (let index = 0; hookBody({ url, hook: 'patient-view', context, prefetch }).length < 40_000; index += 1) {
    const [template] = vitals.entry ?? [];
    if (template?.resource?.resourceType !== 'Observation') throw new Error('no vital sign to repeat');
    const effectiveDateTime = new Date(Date.now() - (3_600_000 + index * 900_000)).toISOString();
    vitals.entry?.push({
      ...template,
      resource: { ...template.resource, id: `older-${String(index)}`, effectiveDateTime } as Observation,
    });
    vitals.total = vitals.entry?.length ?? 0;
  }
  const body = hookBody({ url, hook: 'patient-view', context, prefetch });
  const bodyFile = join(folder, 'body.json');
  writeFileSync(bodyFile, body);

  let tokensWritten = 0;
  const tokens = async (count: number): Promise<string> => {
    const lines: string[] = [];
    for (let index = 0; index < count; index += 1) lines.push(await signToken(keys, ISSUER, url, 3_000));
    const file = join(folder, `tokens-${String((tokensWritten += 1))}`);
    writeFileSync(file, lines.join('\n'));
    return file;
  };

  const first = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await signToken(keys, ISSUER, url)}` },
    body,
  });
  const answer = Buffer.from(await first.arrayBuffer());
  const cards = (JSON.parse(answer.toString('utf8')) as { cards?: unknown[] }).cards?.length ?? 0;
  if (first.status !== 200 || cards === 0)
    throw new Error(`the hook answered ${String(first.status)}, ${String(cards)} cards`);
  const answerFile = join(folder, 'answer.json');
  writeFileSync(answerFile, answer);
  const bareServer = fork(join(root, 'test/load/bare-endpoint.ts'), [answerFile], { execArgv: ['--import', 'tsx'] });
  const barePort = await portOf(bareServer);
  const bareUrl = `http://127.0.0.1:${String(barePort)}/`;

  say(
    `machine      ${String(cpus().length)} cores ${cpus()[0]?.model ?? ''}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`,
  );
  say(
    `request      ${(body.length / 1000).toFixed(1)} kB prefetch, ${algorithm} token, ${String(connections)} clients`,
  );
  say(`answer       ${(answer.length / 1000).toFixed(1)} kB, ${String(cards)} cards`);
  say(
    `rounds       ${String(rounds)} x ${String(requests)} requests each, alternating; load generator on the same machine\n`,
  );

  // A service that runs for hours is compiled; a fresh one is not.
  const warmUp = 6_000;
  await load({ url, bodyFile, tokenFile: await tokens(warmUp), requests: warmUp, connections });
  await load({ url: bareUrl, bodyFile, requests: warmUp, connections });

  const ours: LoadResult[] = [];
  const bare: LoadResult[] = [];
  const cpuBefore = [cpuMilliseconds(service.pid ?? 0), cpuMilliseconds(bareServer.pid ?? 0)] as const;
  for (let round = 0; round < rounds; round += 1) {
    const tokenFile = await tokens(requests);
    bare.push(await load({ url: bareUrl, bodyFile, requests, connections }));
    ours.push(await load({ url, bodyFile, tokenFile, requests, connections }));
  }
  const median = (results: readonly LoadResult[], key: keyof LoadResult): number =>
    results.map((r) => r[key]).sort((a, b) => a - b)[Math.floor(results.length / 2)] ?? 0;
  say('             req/s    p50 ms   p95 ms   p99 ms   failures');
  for (const [name, results] of [
    ['patient-view', ours],
    ['bare Express', bare],
  ] as const) {
    say(
      `${name} ${median(results, 'requestsPerSecond').toFixed(0).padStart(5)}   ${(['p50', 'p95', 'p99'] as const)
        .map((key) => median(results, key).toFixed(1).padStart(6))
        .join('   ')}   ${String(results.reduce((sum, r) => sum + r.failures, 0)).padStart(8)}`,
    );
  }
  const perRequest = (pid: number | undefined, before: number): string =>
    ((cpuMilliseconds(pid ?? 0) - before) / (rounds * requests)).toFixed(2);
  say(
    `\nCPU per request: ${perRequest(service.pid, cpuBefore[0])} ms (all threads, database included), ` +
      `bare ${perRequest(bareServer.pid, cpuBefore[1])} ms`,
  );
  say(
    `\nshare of the bare throughput: ${((100 * median(ours, 'requestsPerSecond')) / median(bare, 'requestsPerSecond')).toFixed(0)} %`,
  );

  if (memoryRequests > 0) {
    say(`\nmemory over ${String(memoryRequests)} requests`);
    const chunk = Math.min(10_000, memoryRequests);
    for (let done = 0; done < memoryRequests; done += chunk) {
      await load({ url, bodyFile, tokenFile: await tokens(chunk), requests: chunk, connections });
      say(
        `  ${String(done + chunk).padStart(7)} requests: ${residentMegabytes(service.pid ?? 0).toFixed(0)} MB resident`,
      );
    }
  }
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
