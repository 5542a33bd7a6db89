/** De-identified copies and quarantine at the command line. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseInstance } from '../../src/imaging/dicom/index.ts';
import { strokeCds } from '../support/cli.ts';
import { ctSeries } from '../support/dicom-files.ts';

const NAME = 'DOE^JANE';
const KEY = Buffer.alloc(32, 7).toString('base64');
const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-images-cli-'));
const out = join(folder, 'out');

beforeAll(() => {
  ctSeries({ size: [8, 8, 3], tags: { PatientName: NAME, PatientID: 'MRN-1', StudyDate: '20260301' } }).forEach(
    ({ bytes }, at) => {
      writeFileSync(join(folder, `${String(at)}.dcm`), bytes);
    },
  );
  writeFileSync(join(folder, 'readme.txt'), 'no image');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('images deidentify', () => {
  it('refuses to run without a key, and says how to make one', async () => {
    const { code, stderr } = await strokeCds(['images', 'deidentify', folder, '--out', out]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('STROKE_CDS_EXPORT_KEY')]);
  });

  it('writes copies without the patient under new names', async () => {
    const { stdout } = await strokeCds(['images', 'deidentify', folder, '--out', out], {
      env: { STROKE_CDS_EXPORT_KEY: KEY },
    });
    expect(stdout).toContain('3 copies');
    const names = readdirSync(out);
    expect(names).toHaveLength(3);
    for (const name of names) {
      const bytes = readFileSync(join(out, name));
      expect(bytes.includes('DOE')).toBe(false);
      expect(bytes.includes('MRN-1')).toBe(false);
      expect(`${parseInstance(bytes).sopInstanceUid}.dcm`).toBe(name);
    }
  });
});

describe('images quarantined', () => {
  it('says that none is, on a new database; a study that is not held can be put there as little as released', async () => {
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ database: { kind: 'embedded', directory: join(folder, 'database') } }));
    const listed = await strokeCds(['images', 'quarantined', '--config', config]);
    expect([listed.code, listed.stdout]).toEqual([0, 'no study is in quarantine\n']);
    for (const command of ['release', 'quarantine']) {
      expect((await strokeCds(['images', command, '1.2.3', '--config', config])).code).toBe(1);
    }
  }, 90_000);
});
