/** `stroke-cds models` on the SIMULATED model of the fixtures, and on what the whole service recorded of it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelsCardCommand, modelsListCommand, modelsVerifyCommand } from '../../src/cli/models.ts';
import { modelsReportCommand, outcomesOf } from '../../src/cli/models-report.ts';
import { CommandError } from '../../src/cli/terminal.ts';
import { createAuditLog } from '../../src/audit/index.ts';
import { installImagingModels } from '../support/imaging-models.ts';
import { freshDatabase } from '../support/database.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const SCHEMAS = fileURLToPath(new URL('../../models/', import.meta.url));
const NAME = 'simulated-hemorrhage-risk';
const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-models-'));
const shipped = join(folder, 'shipped');
const database = join(folder, 'database');

function configFile(more: Readonly<Record<string, unknown>>): string {
  const path = join(folder, `config-${Object.keys(more).join('-')}.json`);
  const base = { modelsDirectory: shipped, database: { kind: 'embedded', directory: database } };
  writeFileSync(path, JSON.stringify({ ...base, ...more }));
  return path;
}

let output = '';
beforeAll(() => {
  mkdirSync(shipped);
  for (const name of ['model.schema.json', 'statistics.schema.json']) cpSync(join(SCHEMAS, name), join(shipped, name));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});
async function run(command: () => number | Promise<number>): Promise<{ code: number; text: string }> {
  output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await command();
  return { code, text: output };
}

describe('stroke-cds models', () => {
  it('list says that a service without models is complete', async () => {
    const { code, text } = await run(() => modelsListCommand({ config: configFile({}) }));
    expect([code, text]).toEqual([0, expect.stringContaining('complete without')]);
  });

  it('list names what a model is, what it may do and that it is simulated', async () => {
    const config = configFile({ siteModelsDirectory: FIXTURES });
    const { code, text } = await run(() => modelsListCommand({ config }));
    expect(code).toBe(0);
    expect(text).toMatch(
      /simulated-hemorrhage-risk \(SIMULATED\) +0\.1\.0 +hemorrhagic-transformation +shadow +site +in order +cpu/,
    );
    const rows = JSON.parse((await run(() => modelsListCommand({ config, json: true }))).text) as unknown[];
    expect(rows).toMatchObject([{ name: NAME, role: 'shadow', problem: null, digest: expect.any(String) as string }]);
  });

  it('verify ends with 1 when a file was changed, also the statistics beside the graph', async () => {
    const config = configFile({ siteModelsDirectory: FIXTURES });
    expect((await run(() => modelsVerifyCommand({ config }))).code).toBe(0);
    const site = join(folder, 'site');
    cpSync(FIXTURES, site, { recursive: true });
    const statistics = join(site, NAME, 'statistics.json');
    writeFileSync(statistics, readFileSync(statistics, 'utf8').replace('"format": 1', '"format":  1'));
    const { code, text } = await run(() => modelsVerifyCommand({ config: configFile({ siteModelsDirectory: site }) }));
    expect([code, text]).toEqual([1, expect.stringMatching(/damaged: statistics\.json differs from its digest/)]);
  });

  it('lists an imaging model, loads its graph in a process of its own and says when it is not as declared', async () => {
    const imaging = await installImagingModels('conv3d');
    const config = configFile({ siteModelsDirectory: imaging.directory });
    expect((await run(() => modelsListCommand({ config }))).text).toMatch(
      /conv3d +1\.0\.0 +imaging +- +site +in order +its own process/,
    );
    const { code, text } = await run(() => modelsVerifyCommand({ config }));
    expect([code, text]).toEqual([0, expect.stringContaining('conv3d  loads on cpu')]);
    const manifest = join(imaging.directory, 'conv3d', 'model.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"name":"output"', '"name":"mask"'));
    const changed = await run(() => modelsVerifyCommand({ config }));
    expect([changed.code, changed.text]).toEqual([
      1,
      expect.stringMatching(/conv3d {2}unloadable: .*'mask' is not in the graph/),
    ]);
    imaging.remove();
  });

  it('verify names a role for a model that is not installed', async () => {
    const config = configFile({ modelRoles: { ours: 'active' } });
    await expect(modelsVerifyCommand({ config })).rejects.toThrow(/'ours'.*not installed/);
  });

  it('card prints the model card, and takes only a name', async () => {
    const config = configFile({ siteModelsDirectory: FIXTURES });
    const { text } = await run(() => modelsCardCommand(NAME, { config }));
    expect(text).toMatch(/^# SIMULATED/);
    expect(() => modelsCardCommand('../../package', { config })).toThrow(CommandError);
    expect(() => modelsCardCommand('nobody', { config })).toThrow("'nobody'");
  });
});

describe('stroke-cds models report', () => {
  const prediction = (model: string, role: string, probability: number) => ({
    family: 'hemorrhagic-transformation',
    model,
    version: '0.1.0',
    digest: 'c'.repeat(64),
    role,
    simulated: true,
    classes: ['absent', 'present'],
    probabilities: [1 - probability, probability],
    headline: { id: 'hemorrhagic-transformation', classes: ['present'], probability, low: 0, high: 1 },
    conformalSet: { level: 0.9, classes: ['absent'] },
    outOfDistribution: { state: 'inside' },
    missing: [],
  });

  it('reads the audit, sets shadow beside active, and adds calibration where outcomes are given', async () => {
    const db = await freshDatabase();
    const open = () => Promise.resolve({ ...db, close: () => Promise.resolve() });
    const log = createAuditLog(db);
    const ids = Array.from({ length: 3 }, (_, i) => `00000000-0000-4000-8000-00000000000${String(i)}`);
    for (const [i, evaluationId] of ids.entries()) {
      const predictions = [prediction('ours', 'shadow', 0.1 + 0.2 * i), prediction('theirs', 'active', 0.2)];
      await log.append({
        kind: 'invocation',
        client: 'hospital',
        evaluationId,
        hookInstance: null,
        payload: {
          record: { stroke: { patient: `Patient/${String(i)}` }, predictions: { predictions, unavailable: [] } },
        },
      });
    }
    await log.close();

    const config = configFile({});
    const outcomes = join(folder, 'outcomes.csv');
    writeFileSync(outcomes, `evaluation_id,outcome\n${ids[0] ?? ''},0\n${ids[2] ?? ''},present\n`);
    const { code, text } = await run(() => modelsReportCommand({ config, shadow: true, outcomes }, open));
    expect(code).toBe(0);
    expect(text).toMatch(/SIMULATED ours 0\.1\.0 \(hemorrhagic-transformation, shadow, c{12}\)/);
    expect(text).toMatch(/against theirs {3}3 persons: mean difference 10\.0 %/);
    expect(text).toMatch(/outcomes {6}2, 1 with the event: predicted 30\.0 %, observed 50\.0 %/);
    expect(text).not.toMatch(/Patient\/|00000000-/);

    writeFileSync(outcomes, 'evaluation_id,outcome\nnobody,1\n');
    expect((await run(() => modelsReportCommand({ config, outcomes }, open))).code).toBe(1);
    const none = await run(() => modelsReportCommand({ config, to: '2020-01-01T00:00:00Z' }, open));
    expect(none.text).toContain('No prediction');
    await db.close();
  });

  it.each([
    ['id,outcome\n1,1\n', 'evaluation_id'],
    ['evaluation_id,outcome\na,1\na,0\n', 'two outcomes'],
    ['evaluation_id,outcome\na,1,2\n', 'not a table'],
  ])('refuses outcomes that cannot be read: %j', (text, reason) => {
    expect(() => outcomesOf(text, 'outcomes.csv')).toThrow(reason);
  });

  it('leaves out a row without outcome: not known is not 0', () => {
    expect([...outcomesOf('evaluation_id;outcome\na;\nb;1\n', 'o.csv')]).toEqual([['b', '1']]);
  });
});
