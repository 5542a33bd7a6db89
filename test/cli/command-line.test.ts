/** The command line as it is run: output for people and for programs, and the exit codes that `--help` promises. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { Bundle } from 'fhir/r4.js';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { strokeCds, type CliResult } from '../support/cli.ts';

const EXAMPLES = fileURLToPath(new URL('../../fhir-resources/examples', import.meta.url));
const example = (id: string): string => join(EXAMPLES, `${id}.json`);
const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const json = (name: string, value: unknown): string => file(name, JSON.stringify(value));

interface Row {
  readonly file: string;
  readonly patient: string;
  readonly at: string;
  readonly guideline: string;
  readonly decisions: { readonly thrombolysis?: { readonly conclusion?: string; readonly criteria: unknown[] } } | null;
  readonly cards: readonly { readonly topic: string; readonly summary: string }[];
}
const rowsOf = ({ stdout }: CliResult): Row[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** A sentence for the person, never a stack. */
function expectRefusal({ code, stdout, stderr }: CliResult, exit: number, reason: RegExp): void {
  expect([code, stdout, stderr]).toEqual([exit, '', expect.stringMatching(reason)]);
  expect(stderr).not.toMatch(/^\s+at |node:internal/m);
}

describe('stroke-cds', () => {
  it('--help names every command and every exit code', async () => {
    const { code, stdout } = await strokeCds(['--help']);
    expect(code).toBe(0);
    for (const command of ['serve', 'evaluate', 'score', 'features', 'audit', 'config', 'ehr-config']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    for (const exit of [0, 1, 2, 3]) expect(stdout).toMatch(new RegExp(`^  ${String(exit)}  \\S`, 'm'));
  });

  it.each([
    ['evaluate', '--guideline'],
    ['score', 'Example:'],
    ['serve', '--config'],
    ['ehr-config', '--vendor'],
  ])('%s --help says how it is used', async (command, text) => {
    const { code, stdout } = await strokeCds([command, '--help']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(text)]);
  });

  it.each([[['no-such-command']], [['evaluate']], [['evaluate', 'x', '--no-such-option']], [['audit', 'forge']]])(
    '%j cannot run: 2',
    async (args) => {
      const { code, stderr } = await strokeCds(args);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/\S/)]);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );
});

describe('evaluate', () => {
  it('a bulk export, a file for each type, is one record a patient, by its folder or by its files', async () => {
    const bundle = JSON.parse(readFileSync(example('apixaban-this-morning'), 'utf8')) as Bundle;
    const types = new Map<string, string[]>();
    for (const { resource } of bundle.entry ?? []) {
      const type = resource?.resourceType ?? '';
      types.set(type, [...(types.get(type) ?? []), JSON.stringify(resource)]);
    }
    const bulk = mkdtempSync(join(folder, 'bulk-'));
    const files = [...types.keys()].map((type) => join(bulk, `${type}.ndjson`));
    [...types.values()].forEach((lines, index) => {
      writeFileSync(files[index] ?? '', lines.join('\n'));
    });
    const at = ['--at', '2026-11-23T14:00:00Z', '--json'];
    const whole = await strokeCds(['evaluate', example('apixaban-this-morning'), ...at]);
    for (const paths of [[bulk], files]) {
      const result = await strokeCds(['evaluate', ...paths, ...at]);
      expect([result.code, result.stderr]).toEqual([0, '']);
      const said = (rows: readonly Row[]): unknown => rows.map((row) => ({ ...row, file: '' }));
      expect(said(rowsOf(result))).toEqual(said(rowsOf(whole)));
    }
    const alone = await strokeCds(['evaluate', join(bulk, 'Condition.ndjson'), ...at]);
    expect(alone.stderr).toMatch(
      /Condition\.ndjson: no Patient resource of 1 patient: what is lacking counts as not read/,
    );
    writeFileSync(join(bulk, 'Procedure.ndjson'), '{"resourceType":');
    expectRefusal(await strokeCds(['evaluate', bulk, ...at]), 2, /Procedure\.ndjson line 1 is not JSON/);
  });

  it('what belongs to nobody or cannot be read is told, and its list is not "none"', async () => {
    const bundle = JSON.parse(readFileSync(example('apixaban-this-morning'), 'utf8')) as Bundle;
    for (const { resource } of bundle.entry ?? []) {
      if (resource?.resourceType === 'MedicationStatement')
        Object.assign(resource, { subject: { identifier: { value: 'CANARY' } } });
    }
    const { code, stdout, stderr } = await strokeCds(['evaluate', json('nobody.json', bundle)]);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/nobody\.json: 1 resource names no patient .*incomplete: MedicationStatement/),
    ]);
    expect(stdout).not.toMatch(/Thrombolysis: recommended/);
    const broken = await strokeCds([
      'evaluate',
      json('null.json', { ...bundle, entry: [null, ...(bundle.entry ?? [])] }),
    ]);
    expect([broken.code, broken.stderr]).toEqual([0, expect.stringMatching(/null\.json: 1 entry is no resource/)]);
    expect(stderr + broken.stderr).not.toContain('CANARY');
  });

  it('a byte order mark is no error', async () => {
    const text = `\uFEFF${readFileSync(example('no-stroke'), 'utf8')}`;
    const { code, stderr } = await strokeCds(['evaluate', file('mark.json', text)]);
    expect([code, stderr]).toEqual([0, '']);
  });

  it("prints the cards of a bundle as of the bundle's own time, in English and in Chinese", async () => {
    const english = await strokeCds(['evaluate', example('platelets-too-low')]);
    expect([english.code, english.stderr]).toEqual([0, '']);
    expect(english.stdout).toContain('platelets-too-low.json: Patient/platelets-too-low at 2026-11-23T14:00:00');
    expect(english.stdout).toMatch(/Thrombolysis: contraindicated \(Platelets/);
    const chinese = await strokeCds(['evaluate', example('platelets-too-low'), '--locale', 'zh-CN']);
    expect(chinese.stdout).toMatch(/静脉溶栓：禁忌/);
  });

  it('a folder, one JSON line a patient; other JSON that lies there is left out, and that is said', async () => {
    const result = await strokeCds(['evaluate', EXAMPLES, '--json']);
    const rows = rowsOf(result);
    expect(rows.map(({ patient }) => patient).sort()).toEqual(
      exampleStories()
        .map(({ id }) => `Patient/${id}`)
        .sort(),
    );
    expect(rows.find(({ patient }) => patient === 'Patient/no-stroke')).toMatchObject({ decisions: null, cards: [] });
    expect([result.code, result.stderr]).toEqual([0, expect.stringMatching(/^skipped: .*stories\.json .*\n$/)]);
  });

  it('a broken file among others is named, the others are done, and the exit code is 1', async () => {
    const broken = file('half.json', '{"resourceType": "Bundle"');
    const result = await strokeCds(['evaluate', broken, example('no-stroke')]);
    expect([result.code, result.stderr]).toEqual([1, expect.stringMatching(/half\.json is not JSON/)]);
    expect(result.stdout).toContain('no-stroke.json');
  });

  it('the same from JSON, NDJSON and either gzipped', async () => {
    const text = readFileSync(example('mild-not-disabling'), 'utf8');
    const bundle = JSON.parse(text) as Bundle;
    const lines = (bundle.entry ?? []).map(({ resource }) => JSON.stringify(resource)).join('\r\n');
    const at = ['--at', '2026-11-23T15:00:00+01:00', '--json'];
    const results = await Promise.all(
      [
        example('mild-not-disabling'),
        file('patient.ndjson', `${lines}\n\n`),
        file('bundle.json.gz', gzipSync(text)),
        file('patient.ndjson.gz', gzipSync(lines)),
      ].map((path) => strokeCds(['evaluate', path, ...at])),
    );
    const [first, ...others] = results.map((result) => ({ code: result.code, rows: rowsOf(result) }));
    const said = (rows: readonly Row[] = []): unknown => rows.map((row) => ({ ...row, file: '' }));
    expect([first?.code, first?.rows[0]?.at]).toEqual([0, expect.stringMatching(/^2026-11-23T14:00:00/)]);
    for (const { code, rows } of others) expect([code, said(rows)]).toEqual([0, said(first?.rows)]);
  });

  it('--at moves the decision, --guideline chooses the rules', async () => {
    const late = await strokeCds([
      'evaluate',
      example('early-large-vessel-occlusion'),
      '--at',
      '2026-11-23T17:11:00Z',
      '--json',
    ]);
    const [row] = rowsOf(late);
    expect(row?.cards.find(({ topic }) => topic === 'thrombolysis')?.summary).not.toMatch(
      /^Thrombolysis: (recommended|reasonable)/,
    );
    const older = await strokeCds([
      'evaluate',
      example('apixaban-this-morning'),
      '--guideline',
      'aha-asa-2019',
      '--json',
    ]);
    // 2019: a direct oral anticoagulant within 48 hours excludes.
    const [oldRow] = rowsOf(older);
    expect([oldRow?.guideline, oldRow?.decisions?.thrombolysis?.conclusion]).toEqual([
      'aha-asa-2019',
      expect.stringMatching(/^(contraindicated|not-recommended|undecided)$/),
    ]);
    expect(oldRow?.decisions?.thrombolysis?.criteria.length).toBeGreaterThan(20);
  });

  it.each([
    [['--at', 'yesterday'], /--at needs an instant with a zone/],
    [['--at', '2026-11-23T14:00:00'], /--at needs an instant with a zone/],
    [['--at', '2026-02-30T14:00:00Z'], /--at needs an instant with a zone/],
    [['--guideline', 'aha-asa-1996'], /--guideline is one of aha-asa-2026, aha-asa-2019, eso-2021-2023/],
    [['--locale', 'de'], /--locale is one of en, zh-CN/],
  ])('refuses %j', async (options, reason) => {
    expectRefusal(await strokeCds(['evaluate', example('no-stroke'), ...options]), 2, reason);
  });

  it.each([
    ['a file that is not there', () => join(folder, 'nowhere.json'), /there is no file or folder/],
    ['a file that is no JSON', () => file('broken.json', '{"resourceType":'), /broken\.json is not JSON/],
    [
      'a line that is no JSON',
      () => file('broken.ndjson', '\n{"resourceType":\n'),
      /broken\.ndjson line 2 is not JSON/,
    ],
    ['a file that is no FHIR', () => json('other.json', { a: 1 }), /holds no FHIR resource/],
    ['an empty NDJSON file', () => file('void.ndjson', ''), /holds no FHIR resource/],
    ['NDJSON that is no FHIR', () => file('foreign.ndjson', '{"a":1}\n'), /holds no FHIR resource/],
    ['resources of nobody', () => json('nurse.json', { resourceType: 'Practitioner', id: 'x' }), /holds no patient/],
    [
      'nesting without end',
      () => file('deep.json', `{"resourceType":"Basic","extension":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
      /deep\.json is nested deeper/,
    ],
    ['what only claims to be gzip', () => file('fake.json.gz', '{}'), /is it gzip\?/],
    ['an empty folder', () => mkdtempSync(join(folder, 'empty-')), /holds no \.json/],
    ['a bundle without a patient', () => json('none.json', { resourceType: 'Bundle', type: 'collection' }), /holds no/],
  ])('%s: 2', async (_name, path, reason) => {
    expectRefusal(await strokeCds(['evaluate', path()]), 2, reason);
  });
});

describe('score', () => {
  const ICH = { score: 'ICH score', inputs: { gcs: 8, age: 50, ich_volume_ml: 50, ivh: true, infratentorial: false } };

  it('an array from a file comes back as an array, each row with its result', async () => {
    const { code, stdout, stderr } = await strokeCds(['score', json('rows.json', [{ id: 'a', ...ICH }])]);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual([
      { id: 'a', ...ICH, result: expect.objectContaining({ points: 3 }) as unknown },
    ]);
  });

  it('what an earlier run said of a row is replaced', async () => {
    const wrong = { ...ICH, inputs: { ...ICH.inputs, gcs: 99 } };
    const earlier = { result: { points: 1 }, error: { message: 'of another day' } };
    const { code, stdout } = await strokeCds(['score', json('again.json', [{ ...ICH, ...earlier }])]);
    const [mended] = JSON.parse(stdout) as object[];
    expect([code, mended]).toEqual([0, { ...ICH, result: expect.objectContaining({ points: 3 }) as unknown }]);
    const failed = await strokeCds(['score', json('wrong.json', [{ ...wrong, ...earlier }])]);
    const [row] = JSON.parse(failed.stdout) as object[];
    expect([failed.code, Object.keys(row ?? {})]).toEqual([1, ['score', 'inputs', 'error']]);
    expect(failed.stdout).not.toContain('another day');
  });

  it('lines from standard input come back as lines', async () => {
    const { code, stdout } = await strokeCds(['score'], {
      stdin: `${JSON.stringify(ICH)}\n\n${JSON.stringify(ICH)}\n`,
    });
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { result: { points: number } });
    expect([code, rows.map(({ result }) => result.points)]).toEqual([0, [3, 3]]);
  });

  it('a row that cannot be scored says why, the others are scored, and the exit code is 1', async () => {
    const rows = [ICH, { score: 'no such score', inputs: {} }, { ...ICH, inputs: { ...ICH.inputs, gcs: 2 } }, 7];
    const { code, stdout } = await strokeCds(['score', '-'], { stdin: JSON.stringify(rows) });
    const results = JSON.parse(stdout) as { result?: unknown; error?: string }[];
    expect([code, results.map(({ error }) => error === undefined)]).toEqual([1, [true, false, false, false]]);
    expect(results[2]?.error).toMatch(/gcs/i);
    expect(results.slice(1).every(({ result }) => result === undefined)).toBe(true);
  });

  it.each([
    ['nothing', '', /no rows/],
    ['no JSON', '{"score":', /not JSON/],
    ['a second line that is no JSON', '{}\n{"score"', /line 2 is not JSON/],
  ])('%s on standard input: 2', async (_name, stdin, reason) => {
    expectRefusal(await strokeCds(['score'], { stdin }), 2, reason);
  });

  it('a file that is not there: 2', async () => {
    expectRefusal(await strokeCds(['score', join(folder, 'nowhere.json')]), 2, /cannot read/);
  });
});

describe('config check', () => {
  it('the defaults can be used', async () => {
    const { code, stdout } = await strokeCds(['config', 'check']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('can be used (development)')]);
  });

  it('names every problem at once, with the way to mend it, and never a secret', async () => {
    const config = json('bad.json', {
      environment: 'production',
      port: 'eighty',
      site: { guideline: 'aha-asa-1996', timeZone: 'Europe/Nowhere' },
      clients: [{ id: 'x', issuer: 'https://ehr.example.org' }],
      colour: 'blue',
    });
    const env = { STROKE_CDS_AUDIT_KEY: 'not-a-key-but-secret', STROKE_CDS_TYPO: '1' };
    const result = await strokeCds(['config', 'check', '--config', config], { env });
    expectRefusal(result, 1, /cannot be used/);
    for (const name of ['port', 'guideline', 'keys', 'colour', 'STROKE_CDS_AUDIT_KEY', 'STROKE_CDS_TYPO']) {
      expect(result.stderr).toContain(name);
    }
    expect(result.stderr).not.toContain('not-a-key-but-secret');
  });

  it('content that is missing is a problem as well', async () => {
    const config = json('content.json', { contentDirectory: join(folder, 'no-cards') });
    expectRefusal(await strokeCds(['config', 'check', '--config', config]), 1, /\S/);
  });

  it.each([
    ['is not there', () => join(folder, 'no-config.json')],
    ['is no JSON', () => file('config-broken.json', '{')],
  ])('a file that %s: 1, in words', async (_name, path) => {
    expectRefusal(await strokeCds(['config', 'check', '--config', path()]), 1, /config/);
  });
});

describe('ehr-config', () => {
  it.each([
    ['epic', /EHR configuration: epic/],
    ['oracle', /EHR configuration: oracle/],
    ['generic', /EHR configuration: generic/],
  ])('for %s: services, prefetch, scopes and override reasons on one sheet', async (vendor, name) => {
    const config = json('public.json', { publicBaseUrl: 'https://cds.hospital.example' });
    const { code, stdout } = await strokeCds(['ehr-config', '--vendor', vendor, '--config', config]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(name)]);
    for (const part of [
      'https://cds.hospital.example/cds-services/acute-stroke',
      'patient-view',
      'Patient/{{context.patientId}}',
      'MedicationStatement?',
      'goals-of-care',
      'ES384',
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it('another vendor: 2', async () => {
    expectRefusal(await strokeCds(['ehr-config', '--vendor', 'abacus']), 2, /--vendor is one of epic, oracle, generic/);
  });
});

describe('audit', () => {
  const config = json('audit.json', { database: { kind: 'embedded', directory: join(folder, 'database') } });
  const verify = (...options: string[]) => strokeCds(['audit', 'verify', '--config', config, ...options]);
  const hash = 'a'.repeat(64);
  const truncated = { ok: false, problems: [{ kind: 'truncated', last: 0, expected: 7 }] };

  it('holds the record against a checkpoint that was kept elsewhere', async () => {
    for (const given of [
      `7:${hash}`,
      file('checkpoint.txt', `7:${hash}\n`),
      json('checkpoint.json', { sequence: 7, hash }),
      json('report.json', { ok: true, records: 7, last: { sequence: 7, hash } }),
      json('log.json', { level: 30, checkpoint: { sequence: 7, hash }, when: 'hourly' }),
    ]) {
      const { code, stdout } = await verify('--checkpoint', given);
      expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining(truncated)]);
    }
    expect((await verify()).code).toBe(0);
  }, 60_000);

  it.each([
    ['nothing that is there', () => join(folder, 'nowhere')],
    ['a file without one', () => json('empty.json', { records: 0, last: null })],
    ['half a hash', () => '7:abc'],
  ])('refuses %s as a checkpoint', async (_name, given) => {
    expectRefusal(await verify('--checkpoint', given()), 2, /checkpoint/);
  });

  it('an empty record verifies and exports nothing', async () => {
    const verified = await strokeCds(['audit', 'verify', '--config', config]);
    expect([verified.code, JSON.parse(verified.stdout)]).toEqual([
      0,
      expect.objectContaining({ ok: true, records: 0 }),
    ]);
    const exported = await strokeCds(['audit', 'export', '--config', config]);
    expect([exported.code, exported.stdout]).toEqual([0, '']);
  });

  it.each(['--from', '--to'])('%s needs an instant', async (option) => {
    expectRefusal(await strokeCds(['audit', 'export', option, 'monday', '--config', config]), 2, /needs an instant/);
  });

  it('a database that cannot be opened: 3', async () => {
    const directory = join(file('not-a-folder', ''), 'database');
    const broken = json('broken-database.json', { database: { kind: 'embedded', directory } });
    expectRefusal(await strokeCds(['audit', 'verify', '--config', broken]), 3, /\S/);
  });
});

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', () => {
  it('ends with 2 and a sentence', async () => {
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    const command = `"${process.execPath}" "${cli}" evaluate "${EXAMPLES}" --json > /dev/full; echo "ended with $?"`;
    const child = spawn('/bin/sh', ['-c', command]);
    const [out, problems] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(out).toBe('ended with 2\n');
    expect(problems).toMatch(/^stroke-cds: standard output cannot be written \(ENOSPC\)$/m);
    expect(problems).not.toMatch(/^\s+at /m);
  });
});

describe('output into a pipe that closes early', () => {
  it('ends quietly', async () => {
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    const child = spawn('/bin/sh', ['-c', `"${process.execPath}" "${cli}" evaluate "${EXAMPLES}" --json | head -c 10`]);
    const [out, problems] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(out).toHaveLength(10);
    expect(problems).not.toContain('EPIPE');
  });
});
