/** Instances of a study from the store, for reading. */
import { parseInstance } from '../imaging/dicom/index.ts';
import type { FolderStore } from '../imaging/ingest/index.ts';
import type { StudyInstance } from '../imaging/series/slice-reader.ts';

/**
 * Headers are read once; pixels again when a series is built, so that a study need not fit into memory.
 * @param paths in the store
 */
export async function storedInstances(
  paths: readonly string[],
  images: Pick<FolderStore, 'read'>,
): Promise<StudyInstance[]> {
  const instances: StudyInstance[] = [];
  for (const path of paths) {
    instances.push({ header: parseInstance(await images.read(path)), bytes: () => images.read(path) });
  }
  return instances;
}
