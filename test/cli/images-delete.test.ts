/** `stroke-cds images delete`: what a person asked to be deleted is gone, and what stays is said. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { imagesDeleteCommand } from '../../src/cli/images.ts';
import { EXIT } from '../../src/cli/terminal.ts';
import { openFolderStore } from '../../src/imaging/ingest/index.ts';
import { createFindingsStore, type ResultOutput } from '../../src/imaging/results/findings-store.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { ctSeries } from '../support/dicom-files.ts';
import { openIngest } from '../support/image-ingest.ts';
import { aResult, FOUND_AT } from '../support/imaging-result.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-images-delete-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});
const config = join(folder, 'config.json');
const database = { kind: 'embedded', directory: join(folder, 'database') } as const;
const images = join(folder, 'images');
const files = (): string[] =>
  readdirSync(images, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dcm'));

async function run(studyUid: string): Promise<{ readonly code: number; readonly said: string }> {
  let said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const code = await imagesDeleteCommand(studyUid, { config, reason: 'asked for by the patient' });
  vi.restoreAllMocks();
  return { code, said };
}

it('deletes images, SEG and SR of the study and of no other; the findings stay', async () => {
  writeFileSync(config, JSON.stringify({ database, imaging: { directory: images } }));
  const slices = ctSeries({ size: [8, 8, 2] });
  const studyUid = slices[0]?.studyUid ?? '';
  const other = ctSeries({ size: [8, 8, 1], study: 'other' })[0]?.studyUid ?? '';
  const opened = await openDatabase(database);
  const ingest = await openIngest(opened, { directory: join(images, 'received') });
  for (const { bytes } of slices) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
  await ingest.receiver.close();
  const results = await openFolderStore({ directory: join(images, 'results') });
  for (const study of [studyUid, other]) {
    const uids = { studyUid: study, seriesUid: `${study}.1`, sopInstanceUid: `${study}.1.1` };
    const stored = await results.write(uids, Buffer.from('a report'));
    const output: ResultOutput = { kind: 'sr', sopClassUid: '1.2.840.10008.5.1.4.1.1.88.33', ...uids, ...stored };
    await createFindingsStore(opened).commitResult(aResult({ studyUid: study }), [output], FOUND_AT);
  }
  await opened.close();
  expect(files()).toHaveLength(4);

  const { code, said } = await run(studyUid);
  expect(code).toBe(EXIT.ok);
  expect(said).toContain('2 instances deleted; 1 result objects (SEG, SR) deleted');
  expect(said).toContain('findings stay');
  expect(files()).toEqual([expect.stringContaining(other)]);
  expect(await run(studyUid)).toEqual({ code: EXIT.problems, said: 'this study is not held\n' });

  const again = await openDatabase(database);
  const findings = await createFindingsStore(again).findingsOfStudies([studyUid]);
  await again.close();
  expect(findings.length).toBeGreaterThan(0);
});
