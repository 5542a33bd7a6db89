/** `stroke-cds serve` as a process: what is lost when it is killed (nothing that was answered), and how it stops. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundle } from 'fhir/r4.js';
import { createEhrKeys, hookBody, signToken, type EhrKeys } from '../../src/demo/ehr.ts';
import { startFhirServer, type FhirServer } from '../../src/demo/fhir-server.ts';
import { moveBundle } from '../../src/demo/move-bundle.ts';
import { serve, strokeCds, type ServeProcess } from '../support/cli.ts';

const ISSUER = 'https://ehr.example.org/fhir';
const PUBLIC_URL = 'https://cds.example.org';
const PATH = '/cds-services/acute-stroke';
const PATIENT = 'early-large-vessel-occlusion';
const TOKEN = 'access-token';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-process-'));
const config = join(folder, 'config.json');
let keys: EhrKeys;
let fhir: FhirServer;

beforeAll(async () => {
  [keys, fhir] = await Promise.all([createEhrKeys('ES384'), startFhirServer({ token: TOKEN })]);
  const example = new URL(`../../fhir-resources/examples/${PATIENT}.json`, import.meta.url);
  fhir.load(moveBundle(JSON.parse(readFileSync(example, 'utf8')) as Bundle, Date.now()));
  writeFileSync(
    config,
    JSON.stringify({
      port: 0,
      publicBaseUrl: PUBLIC_URL,
      allowInsecureHttp: true,
      logLevel: 'warn',
      database: { kind: 'embedded', directory: join(folder, 'database') },
      clients: [
        { id: 'hospital', issuer: ISSUER, keys: { jwks: { keys: [keys.publicJwk] } }, fhirServers: [fhir.url] },
      ],
    }),
  );
});
afterAll(async () => {
  await fhir.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One hook call of the EHR. @throws when the connection breaks */
async function call(server: ServeProcess): Promise<{ status: number; text: string }> {
  const url = PUBLIC_URL + PATH;
  const context = { userId: 'Practitioner/doctor', patientId: PATIENT, encounterId: PATIENT };
  const response = await fetch(server.url + PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await signToken(keys, ISSUER, url)}` },
    body: hookBody({ url, hook: 'patient-view', context, fhirServer: fhir.url, accessToken: TOKEN }),
  });
  return { status: response.status, text: await response.text() };
}

const evaluationOf = (text: string): string => /\/basis\/([0-9a-f-]{36})/.exec(text)?.[1] ?? '';

describe('a service that is killed under load', () => {
  it('has every evaluation that it answered in its audit record, and the chain verifies', async () => {
    const answered: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const server = await serve(config);
      let running = true;
      const client = async (): Promise<void> => {
        while (running) {
          const answer = await call(server).catch(() => undefined);
          if (answer === undefined) return;
          // On a busy machine the record may come too late: then nothing was evaluated.
          if (answer.status === 412) continue;
          expect(answer.status).toBe(200);
          answered.push(evaluationOf(answer.text));
        }
      };
      const clients = Array.from({ length: 6 }, client);
      const enough = (round + 1) * 15;
      while (answered.length < enough) await sleep(20);
      expect(await server.end('SIGKILL')).toBeNull();
      running = false;
      await Promise.all(clients);
    }
    expect(answered.length).toBeGreaterThanOrEqual(30);
    expect(answered).not.toContain('');

    const verified = await strokeCds(['audit', 'verify', '--config', config]);
    expect([verified.code, JSON.parse(verified.stdout)]).toEqual([0, expect.objectContaining({ ok: true, first: 1 })]);
    const exported = await strokeCds(['audit', 'export', '--config', config]);
    const records = exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; evaluationId: string | null });
    const kept = new Set(records.map(({ evaluationId }) => evaluationId));
    expect(answered.filter((id) => !kept.has(id))).toEqual([]);
    expect(records.filter(({ kind }) => kind === 'startup')).toHaveLength(2);
  }, 120_000);
});

describe('a service that is told to stop', () => {
  it('lets the request that is under way finish, sends others elsewhere, and ends with 0', async () => {
    const server = await serve(config);
    try {
      fhir.setDelay('Condition', 800);
      fhir.clearRequests();
      const running = call(server);
      while (!fhir.requests().some(({ path }) => path === 'Condition')) await sleep(10);
      const ended = server.end('SIGTERM');
      await sleep(100);
      // A load balancer has not noticed yet.
      const late = await fetch(`${server.url}/health/ready`);
      expect([late.status, late.headers.get('connection')]).toEqual([503, 'close']);
      expect((await call(server)).status).toBe(200);
      const { status, text } = await running;
      expect([status, evaluationOf(text).length]).toEqual([200, 36]);
      expect(await ended).toBe(0);
      await expect(call(server)).rejects.toThrow();
      const { stdout } = await strokeCds(['audit', 'export', '--config', config]);
      expect(stdout).toContain(evaluationOf(text));
    } finally {
      fhir.setDelay('Condition', 0);
      server.child.kill('SIGKILL');
    }
  }, 60_000);
});

describe('a service that cannot start', () => {
  it('says why and ends with 3 while another one holds the database, which Ctrl-C ends', async () => {
    const server = await serve(config);
    try {
      const second = await strokeCds(['serve', '--config', config]);
      expect([second.code, second.stderr]).toEqual([3, expect.stringMatching(/database|process/)]);
      expect(second.stderr).not.toContain('    at ');
      const verify = await strokeCds(['audit', 'verify', '--config', config]);
      expect(verify.code).toBe(3);
      expect(await server.end('SIGINT')).toBe(0);
    } finally {
      server.child.kill('SIGKILL');
    }
  }, 60_000);

  it('says that its port is taken, and ends with 3', async () => {
    const taken = join(folder, 'taken.json');
    writeFileSync(
      taken,
      JSON.stringify({
        port: Number(new URL(fhir.url).port),
        database: { kind: 'embedded', directory: join(folder, 'database') },
      }),
    );
    const { code, stderr } = await strokeCds(['serve', '--config', taken]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/port \d+ of 127\.0\.0\.1 is taken/)]);
  }, 60_000);

  it('in production without a trusted client it ends with 1 and names what is missing', async () => {
    const production = join(folder, 'production.json');
    writeFileSync(production, JSON.stringify({ environment: 'production', publicBaseUrl: PUBLIC_URL }));
    const { code, stderr } = await strokeCds(['serve', '--config', production]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/client/)]);
  });
});
