/** Replicas of one database share one folder of images, or do not start. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bindFolder, FOLDER_MARKER } from '../../../src/imaging/ingest/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { freshDatabase } from '../../support/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-binding-'));
let database: Database;
beforeAll(async () => {
  database = await freshDatabase();
}, 120_000);
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});
let [ours, other] = ['', ''];
beforeEach(async () => {
  await database.sql.deleteFrom('image_folder').execute();
  [ours, other] = [mkdtempSync(join(folder, 'a')), mkdtempSync(join(folder, 'b'))];
});
const bind = (directory: string): Promise<void> => bindFolder({ database, directory, patience: 0 });
const marker = (directory: string): string => readFileSync(join(directory, FOLDER_MARKER), 'utf8').trim();

describe('the folder of images', () => {
  it('is marked at the first start and known at every other', async () => {
    await bind(ours);
    const id = marker(ours);
    await bind(ours);
    expect(marker(ours)).toBe(id);
  });

  it('is one for replicas that start together', async () => {
    await Promise.all([bind(ours), bind(ours), bind(ours)]);
    await bind(ours);
  });

  it('of a replica alone is refused, with what to do; also when both start for the first time', async () => {
    await bind(ours);
    await expect(bind(other)).rejects.toThrow(/not the image folder of this database.*shared volume/);
    writeFileSync(join(other, FOLDER_MARKER), 'something else');
    await expect(bind(other)).rejects.toThrow(/another database, or a replica has a folder of its own/);
    await database.sql.deleteFrom('image_folder').execute();
    rmSync(join(other, FOLDER_MARKER));
    const ends = await Promise.allSettled([bind(ours), bind(other)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('that was restored without its mark is taken when a person writes the id into it', async () => {
    await bind(ours);
    const said = await bind(other).catch((error: unknown) => (error instanceof Error ? error.message : ''));
    expect(said).toContain(marker(ours));
    writeFileSync(join(other, FOLDER_MARKER), `${marker(ours)}\n`);
    await bind(other);
  });

  it('is marked again by the next start when the first one was killed in between', async () => {
    await bind(ours);
    await database.sql.deleteFrom('image_folder').execute();
    await bind(ours);
    expect(await database.sql.selectFrom('image_folder').select('id').execute()).toEqual([{ id: marker(ours) }]);
  });
});
