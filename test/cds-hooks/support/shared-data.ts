/** Published examples that lie beside the checkout; tests that need them are skipped where they are not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../../shared/data/cds-hooks/', import.meta.url));

export const hasSharedData = existsSync(FOLDER);
if (!hasSharedData) process.stdout.write('skipped: ../shared/data/cds-hooks is not beside the checkout\n');

export function readShared(path: string): unknown {
  return JSON.parse(readFileSync(FOLDER + path, 'utf8')) as unknown;
}

/** File names of a folder that match, sorted; empty when the data are not there. */
export function listShared(folder: string, matching: RegExp): readonly string[] {
  if (!hasSharedData) return [];
  return readdirSync(FOLDER + folder)
    .filter((name) => matching.test(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}
