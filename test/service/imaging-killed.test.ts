/** The service as a process, killed while it receives and while it analyzes: every acknowledged image leads to one result. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { serve, strokeCds, type ServeProcess } from '../support/cli.ts';
import { ctpStudy } from '../support/ctp-study.ts';
import { stow } from '../support/stow.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-killed-'));
const config = join(folder, 'config.json');
writeFileSync(
  config,
  JSON.stringify({
    port: 0,
    logLevel: 'warn',
    database: { kind: 'embedded', directory: join(folder, 'database') },
    imaging: { quietSeconds: 1 },
  }),
);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function metric(server: ServeProcess, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const values = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function until(what: string, test: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 300_000;
  while (Date.now() < end) {
    if (await test()) return;
    await sleep(200);
  }
  throw new Error(`${what} did not happen within five minutes`);
}

interface Exported {
  readonly kind: string;
  readonly payload: { readonly pipeline: string; readonly state: string; readonly version: number };
}

async function auditedResults(): Promise<readonly Exported['payload'][]> {
  const { stdout } = await strokeCds(['audit', 'export', '--config', config]);
  const records = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Exported);
  return records.filter(({ kind }) => kind === 'imaging-result').map(({ payload }) => payload);
}

it('killed between two sendings and in the middle of the analysis, it ends with one result of all images', async () => {
  const { instances } = ctpStudy({ radii: [20, 32, 37] });
  const half = Math.floor(instances.length / 2);

  let server = await serve(config);
  expect((await stow(server.url, instances.slice(0, half))).status).toBe(200);
  await server.end('SIGKILL');

  server = await serve(config);
  expect((await stow(server.url, instances.slice(half))).status).toBe(200);
  expect(await metric(server, 'imaging_instances')).toBe(instances.length);
  await until('the analysis of the whole study', async () => (await metric(server, 'imaging_jobs_running')) > 0);
  await server.end('SIGKILL');

  server = await serve(config);
  expect(await metric(server, 'imaging_instances')).toBe(instances.length);
  // One gauge is read after the other, and jobs pass from line to work between them: work is read once more at the end.
  const last = server;
  const idle = async (): Promise<boolean> =>
    (await metric(last, 'imaging_studies_waiting')) === 0 &&
    (await metric(last, 'imaging_jobs_running')) === 0 &&
    (await metric(last, 'imaging_jobs_due')) === 0 &&
    (await metric(last, 'imaging_jobs_waiting')) === 0 &&
    (await metric(last, 'imaging_jobs_running')) === 0;
  await until('an empty queue', idle);
  await server.end('SIGTERM');

  const results = await auditedResults();
  const ofPerfusion = results.filter(({ pipeline }) => pipeline === 'perfusion');
  // The first half may have been analyzed alone before it was killed; the last result is of all images, and stands once.
  expect(ofPerfusion.length).toBeGreaterThanOrEqual(1);
  expect(new Set(ofPerfusion.map(({ version }) => version)).size).toBe(ofPerfusion.length);
  // An analysis of the first half that was cut short may be listed as cancelled: a newer one does its work.
  for (const state of ['queued', 'running', 'failed']) {
    const listed = await strokeCds(['jobs', 'list', '--state', state, '--config', config]);
    expect([listed.code, listed.stdout.trim()]).toEqual([0, 'no such job']);
  }
  const verified = await strokeCds(['audit', 'verify', '--config', config]);
  expect(verified.code).toBe(0);
}, 900_000);
