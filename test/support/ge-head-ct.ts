/** A real head CT with tilted gantry and uneven gaps, beside the checkout; tests skip where it is not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInstance, readFrames } from '../../src/imaging/dicom/index.ts';
import type { InstanceHeader } from '../../src/imaging/dicom/index.ts';
import type { ReadSlice } from '../../src/imaging/volume/slice.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/data/ge-head-ct');

export const hasGeHeadCt = existsSync(FOLDER);
if (!hasGeHeadCt) process.stdout.write('skipped: ../shared/data/ge-head-ct is not beside the checkout\n');

export interface StoredFile {
  readonly header: InstanceHeader;
  readonly bytes: Uint8Array;
}

export function geHeadCt(): StoredFile[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.dcm'))
    .map((name) => readFileSync(join(FOLDER, name)))
    .map((bytes) => ({ bytes, header: parseInstance(bytes) }));
}

/** Reads the pixels of slices from files in memory. */
export function readingFrom(files: readonly StoredFile[]): ReadSlice {
  const byUid = new Map(files.map(({ header, bytes }) => [header.sopInstanceUid, bytes]));
  return async ({ header, frame }) => {
    const bytes = byUid.get(header.sopInstanceUid);
    const [pixels] = bytes === undefined ? [] : await readFrames(bytes, header, [frame]);
    if (pixels === undefined) throw new Error('no such file');
    return pixels;
  };
}
