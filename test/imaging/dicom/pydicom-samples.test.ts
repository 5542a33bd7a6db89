/** The sample files of pydicom, read by both: the same values wherever both read, a refusal with a code elsewhere. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseInstance, readFrames } from '../../../src/imaging/dicom/index.ts';
import { ImageRefusal } from '../../../src/imaging/image-refusal.ts';

/** Writes modality values as raw floats; one JSON line a file of one channel. */
const SCRIPT = `
import json, os, sys, warnings
import pydicom
from pydicom.pixel_data_handlers.util import apply_modality_lut
warnings.filterwarnings('ignore')
folder = os.path.join(os.path.dirname(pydicom.__file__), 'data', 'test_files')
paths = sorted(os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)
for number, path in enumerate(paths):
    try:
        d = pydicom.dcmread(path, force=True)
        if 'PixelData' not in d or d.SamplesPerPixel != 1 or d.BitsAllocated not in (8, 16): continue
        out = os.path.join(sys.argv[1], f'{number}.raw')
        apply_modality_lut(d.pixel_array, d).astype('<f4').tofile(out)
        print(json.dumps({'path': path, 'values': out}))
    except Exception:
        continue
`;

interface Sample {
  readonly path: string;
  readonly values: string;
}

const folder = mkdtempSync(join(tmpdir(), 'pydicom-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const python = '/usr/bin/python3';
const { stdout } = existsSync(python)
  ? spawnSync(python, ['-c', SCRIPT, folder], { encoding: 'utf8' })
  : { stdout: '' };
const samples = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Sample]));

it.skipIf(samples.length === 0)('gives the same values as pydicom', async () => {
  const refused: string[] = [];
  let same = 0;
  for (const { path, values } of samples) {
    const bytes = readFileSync(path);
    try {
      const header = parseInstance(bytes);
      const pixels = header.pixels === null ? null : { ...header.pixels, padding: null };
      const ours = Buffer.concat(
        (await readFrames(bytes, { ...header, pixels })).map(({ buffer }) => Buffer.from(buffer)),
      );
      expect(ours.equals(readFileSync(values)), path).toBe(true);
      same += 1;
    } catch (error) {
      if (!(error instanceof ImageRefusal)) throw error;
      refused.push(path);
    }
  }
  expect(same).toBeGreaterThan(30);
  expect(refused).toEqual([]);
});
