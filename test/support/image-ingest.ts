/** A receiver on a fresh folder and a given database, with a clock that the test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantFromEpoch, type Instant } from '../../src/case/index.ts';
import { parseInstance } from '../../src/imaging/dicom/index.ts';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import type { Receiver } from '../../src/imaging/ingest/receipt.ts';
import { createReceiver } from '../../src/imaging/ingest/receive.ts';
import type { Database } from '../../src/storage/index.ts';

export const NOON = instantFromEpoch(Date.parse('2026-11-28T12:00:00Z'));

export interface TestIngest {
  readonly directory: string;
  readonly store: FolderStore;
  readonly receiver: Receiver;
  /** Starts at NOON. */
  readonly clock: { now: Instant };
  readonly close: () => Promise<void>;
}

export async function openIngest(
  database: Database,
  options: {
    readonly maxInstanceBytes?: number;
    readonly directory?: string;
    readonly onRestoring?: (studyUid: string) => Promise<void>;
  } = {},
): Promise<TestIngest> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'stroke-cds-images-'));
  const store = await openFolderStore({ directory });
  const clock = { now: NOON };
  const receiver = createReceiver({ database, store, parse: parseInstance, clock: () => clock.now, ...options });
  return {
    directory,
    store,
    receiver,
    clock,
    close: async () => {
      await receiver.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
