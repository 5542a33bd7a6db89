/** `stroke-cds images`: studies whose patient is in doubt, and deletion. UIDs only: nothing of a patient is printed. */
import { join, resolve } from 'node:path';
import { instantFromEpoch, toIso } from '../case/index.ts';
import { deleteStudy, openFolderStore, quarantinedStudies, releaseStudy } from '../imaging/ingest/index.ts';
import { withDatabase, type ConfigOption } from './database.ts';
import { EXIT } from './terminal.ts';

const now = () => instantFromEpoch(Date.now());

export function imagesQuarantinedCommand(options: ConfigOption): Promise<number> {
  return withDatabase(options, async (database) => {
    const studies = await quarantinedStudies(database);
    for (const { studyUid, reason, since } of studies) say(`${studyUid}  ${reason}, since ${toIso(since)}`);
    if (studies.length === 0) say('no study is in quarantine');
    return EXIT.ok;
  });
}

export function imagesReleaseCommand(studyUid: string, options: ConfigOption): Promise<number> {
  return withDatabase(options, async (database) => {
    const released = await releaseStudy(database, studyUid, now());
    say(released ? 'released: it is analyzed when the service runs' : 'this study is not in quarantine');
    return released ? EXIT.ok : EXIT.problems;
  });
}

export function imagesDeleteCommand(studyUid: string, options: ConfigOption & { reason: string }): Promise<number> {
  return withDatabase(options, async (database, { imaging }) => {
    const store = await openFolderStore({
      directory: join(resolve(imaging.directory), 'received'),
      ...imaging.encryption,
    });
    const deleted = await deleteStudy({ database, store, now: now() }, studyUid, options.reason);
    say(
      deleted === null
        ? 'this study is not held'
        : `${String(deleted.instances)} instances deleted; digests and findings stay`,
    );
    return deleted === null ? EXIT.problems : EXIT.ok;
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
