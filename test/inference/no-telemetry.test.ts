/** onnxruntime reports to its maker by default, and keeps an id of the machine: not from here. Seen by what it leaves in the home folder. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { strokeCds } from '../support/cli.ts';

const BUNDLE = fileURLToPath(
  new URL('../../fhir-resources/examples/early-large-vessel-occlusion.json', import.meta.url),
);

it.each([
  ['models that run in processes of their own', ['models', 'verify'], 'loads on cpu'],
  ['models that run with the decisions', ['evaluate', BUNDLE], 'trained model'],
])('%s leave no id of the machine and no report of it', async (_, args, said) => {
  const home = mkdtempSync(join(tmpdir(), 'stroke-cds-home-'));
  const { code, stdout, stderr } = await strokeCds(args, { env: { HOME: home, XDG_CACHE_HOME: join(home, 'cache') } });
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/telemetry/i)]);
  expect(stdout).toContain(said);
  expect(readdirSync(home)).toEqual([]);
  rmSync(home, { recursive: true, force: true });
});
