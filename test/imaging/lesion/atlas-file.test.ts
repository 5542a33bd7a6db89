/** The arterial atlas that ships: checked against its digest, labels on their true side, license beside it. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { transform } from '../../../src/imaging/affine.ts';
import { ATLAS_DIRECTORY } from '../../../src/imaging/index.ts';
import { prepareAtlas } from '../../../src/imaging/lesion/arterial-atlas.ts';
import { type AtlasManifest, readAtlasFile } from '../../../src/imaging/lesion/atlas-file.ts';

describe('the atlas of the product', () => {
  it('names 32 labels, left ones odd, and each lies on its side', async () => {
    const { manifest, labels, size, affine } = await readAtlasFile(ATLAS_DIRECTORY);
    expect(manifest.labels.map(({ id }) => id)).toEqual(Array.from({ length: 32 }, (_, at) => at + 1));
    const sums = new Map<number, { x: number; n: number }>();
    labels.forEach((label, at) => {
      const sum = sums.get(label) ?? { x: 0, n: 0 };
      const [i, j, k] = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))];
      sum.x += transform(affine, [i, j, k])[0];
      sum.n++;
      sums.set(label, sum);
    });
    for (const { id, side, abbreviation } of manifest.labels) {
      const { x, n } = sums.get(id) ?? { x: NaN, n: 0 };
      expect([id, x / n < manifest.midlineXMm ? 'left' : 'right']).toEqual([id, side]);
      expect(abbreviation.endsWith(side === 'left' ? 'L' : 'R')).toBe(true);
      expect(n).toBeGreaterThan(1000);
    }
  });

  it('comes with its license, its citation and what was changed', () => {
    const notice = readFileSync(join(ATLAS_DIRECTORY, 'NOTICE.md'), 'utf8');
    expect(notice).toMatch(/CC BY-SA 4\.0/);
    expect(notice).toMatch(/Johns Hopkins University/);
    expect(notice).toMatch(/10\.1038\/s41597-022-01923-0/);
    expect(notice).toMatch(/## Changes/);
    expect(notice).toMatch(/Not seen/);
    expect(readFileSync(join(ATLAS_DIRECTORY, 'LICENSE.BSD-2-Clause.txt'), 'utf8')).toMatch(/Chris Rorden/);
  });
});

describe('an atlas is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-atlas-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  let manifest: AtlasManifest;
  beforeEach(() => {
    for (const file of ['atlas.json', 'ArterialAtlas136.nii.gz'])
      copyFileSync(join(ATLAS_DIRECTORY, file), join(folder, file));
    manifest = JSON.parse(readFileSync(join(folder, 'atlas.json'), 'utf8')) as AtlasManifest;
  });
  const change = (changed: object): void => {
    writeFileSync(join(folder, 'atlas.json'), JSON.stringify({ ...manifest, ...changed }));
  };

  it.each<[string, () => void, RegExp]>([
    [
      'with one byte changed',
      () => {
        writeFileSync(join(folder, manifest.file), 'x', { flag: 'r+' });
      },
      /differs from its digest/,
    ],
    [
      'with a label that is not named',
      () => {
        change({ labels: manifest.labels.slice(0, 31) });
      },
      /holds label 32/,
    ],
    [
      'without a license',
      () => {
        change({ licence: '' });
      },
      /does not describe an arterial atlas/,
    ],
    [
      'with a territory of its own',
      () => {
        change({ labels: [{ ...manifest.labels[0], territory: 'elbow' }] });
      },
      /does not describe/,
    ],
    [
      'whose file lies elsewhere',
      () => {
        change({ file: '../ArterialAtlas136.nii.gz' });
      },
      /does not describe/,
    ],
  ])('%s', async (_name, spoil, reason) => {
    spoil();
    await expect(readAtlasFile(folder)).rejects.toThrow(reason);
  });

  it('on a grid that is not 1 mm', () => {
    const volume = { manifest, size: [4, 4, 4] as const, labels: new Uint8Array(64) };
    expect(() => prepareAtlas({ ...volume, affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0] })).toThrow(/grid of 1 mm/);
  });

  it('that is not there', async () => {
    await expect(readAtlasFile(join(folder, 'none'))).rejects.toThrow(/atlas\.json/);
  });
});
