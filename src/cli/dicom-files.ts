/** DICOM instances in files and folders, for commands: what is none is counted with its reason. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageRefusal, parseInstance, type StudyInstance } from '../imaging/index.ts';
import { CommandError, progress } from './terminal.ts';

/** Files below the paths, sorted. @throws CommandError for a path that is not there */
export async function filesBelow(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const info = await stat(path).catch(() => undefined);
      if (info === undefined) throw new CommandError(`there is no ${path}`);
      if (!info.isDirectory()) return [path];
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return files.flat().sort();
}

export interface FoundInstances {
  readonly instances: readonly StudyInstance[];
  /** Reasons of files that are no usable DICOM instance, with how many of each. */
  readonly refused: ReadonlyMap<string, number>;
}

/** Headers are kept, pixels are read again when they are needed. */
export async function instancesIn(files: readonly string[]): Promise<FoundInstances> {
  const refused = new Map<string, number>();
  const instances: StudyInstance[] = [];
  const bar = progress('reading headers', files.length);
  for (const [at, file] of files.entries()) {
    try {
      instances.push({ header: parseInstance(await readFile(file)), bytes: () => readFile(file) });
    } catch (error) {
      if (!(error instanceof ImageRefusal)) throw new CommandError(`cannot read ${file}`);
      // What is no DICOM at all (a licence text, a spreadsheet) is no problem.
      if (error.code !== 'not-dicom') refused.set(error.message, (refused.get(error.message) ?? 0) + 1);
    }
    bar.tick(at + 1);
  }
  bar.done();
  return { instances, refused };
}
