/** Pictures of results for the basis page: what a clinician who followed a card's link may look at. */
import type { FolderStore } from '../imaging/ingest/folder-store.ts';
import { studyOf } from '../imaging/ingest/study-index.ts';
import type { FindingsStore, KeptSheet } from '../imaging/results/findings-store.ts';
import type { Database } from '../storage/index.ts';

export interface ContactSheets {
  /** Of the results that these findings are of; none of a study that is deleted or in quarantine. */
  readonly of: (findingIds: readonly string[]) => Promise<readonly KeptSheet[]>;
  /** @returns PNG @throws ImageRefusal when the file is missing or damaged */
  readonly read: (sheet: KeptSheet) => Promise<Uint8Array>;
}

export interface ContactSheetParts {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly results: FolderStore;
}

export function createContactSheets({ database, findings, results }: ContactSheetParts): ContactSheets {
  return {
    of: async (findingIds) => {
      const shown: KeptSheet[] = [];
      for (const sheet of await findings.sheetsOfFindings(findingIds)) {
        const study = await studyOf(database, sheet.studyUid);
        if (study?.quarantine === null) shown.push(sheet);
      }
      return shown;
    },
    read: ({ path }) => results.read(path),
  };
}
