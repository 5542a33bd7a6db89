/** `stroke-cds images analyze`: a reviewer who points beside the head hears of it at once, where the study is held. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { imagesAnalyzeCommand } from '../../src/cli/images-analyze.ts';
import { EXIT } from '../../src/cli/terminal.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { ctpStudy } from '../support/ctp-study.ts';
import { openIngest } from '../support/image-ingest.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-images-analyze-'));
const config = join(folder, 'config.json');
const { instances } = ctpStudy({ size: [40, 40, 4], pixelMm: 5, sliceMm: 9, frames: 20 });
const study = instances[0]?.studyUid ?? '';

beforeAll(async () => {
  const database = { kind: 'embedded', directory: join(folder, 'database') } as const;
  const directory = join(folder, 'images');
  writeFileSync(config, JSON.stringify({ database, imaging: { directory } }));
  const opened = await openDatabase(database);
  const ingest = await openIngest(opened, { directory: join(directory, 'received') });
  for (const { bytes } of instances) await ingest.receiver.receive(bytes, { way: 'dimse', peer: 'CT1' });
  await ingest.receiver.close();
  await opened.close();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('says what is wrong, where it lies, where it may lie and how to mend it', async () => {
  const wrong = imagesAnalyzeCommand(study, { aif: '300,3,1', vof: '0,0,1', by: 'Dr. Example', config });
  await expect(wrong).rejects.toMatchObject({
    exitCode: EXIT.usage,
    message: [
      'refused, and nothing was changed:',
      '  - chosen arterial input outside of the image: Choose a voxel of the perfusion series (column, row, slice; counted from 0), or let it be chosen automatically. (column 300, row 3, slice 1, 40 columns, 40 rows, 4 slices)',
      '  - chosen venous output outside of the head: Choose a voxel in a venous sinus (column, row, slice; counted from 0), or let it be chosen automatically: air carries no contrast. (column 0, row 0, slice 1)',
    ].join('\n'),
  });
});

it('queues what can be meant', async () => {
  let said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  expect(await imagesAnalyzeCommand(study, { aif: '20,20,1', by: 'Dr. Example', config })).toBe(EXIT.ok);
  expect(said).toMatch(/^queued as /);
});
