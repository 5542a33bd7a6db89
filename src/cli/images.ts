/** `stroke-cds images`: studies whose patient is in doubt, and deletion. UIDs only: nothing of a patient is printed. */
import { join, resolve } from 'node:path';
import { instantFromEpoch, toIso } from '../case/index.ts';
import {
  deleteStudy,
  openFolderStore,
  quarantinedStudies,
  quarantineStudy,
  releaseStudy,
  unclearStudies,
} from '../imaging/ingest/index.ts';
import { removeResultFiles } from '../imaging/results/result-files.ts';
import { withDatabase, type ConfigOption } from './database.ts';
import { EXIT } from './terminal.ts';

const UNCLEAR =
  'shares a number with a record, and birth date, sex or issuer do not settle it; correct the images or the record, or set imaging.patientIds';

const now = () => instantFromEpoch(Date.now());

export function imagesQuarantinedCommand(options: ConfigOption): Promise<number> {
  return withDatabase(options, async (database) => {
    const studies = await quarantinedStudies(database);
    for (const { studyUid, reason, since } of studies) say(`${studyUid}  ${reason}, since ${toIso(since)}`);
    if (studies.length === 0) say('no study is in quarantine');
    for (const { studyUid, since, lastAt } of await unclearStudies(database, now())) {
      say(`${studyUid}  unclear-patient, since ${toIso(since)}, last met ${toIso(lastAt)}: ${UNCLEAR}`);
    }
    return EXIT.ok;
  });
}

export function imagesQuarantineCommand(studyUid: string, options: ConfigOption): Promise<number> {
  return withDatabase(options, async (database) => {
    const put = await quarantineStudy(database, studyUid, 'by-a-person', now());
    say(
      put
        ? 'in quarantine: no card shows it, and what was found of it is taken back when the service runs'
        : 'this study is not held, or in quarantine already',
    );
    return put ? EXIT.ok : EXIT.problems;
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
    const open = (folder: string) =>
      openFolderStore({ directory: join(resolve(imaging.directory), folder), ...imaging.encryption });
    const deleted = await deleteStudy(
      { database, store: await open('received'), now: now() },
      studyUid,
      options.reason,
    );
    // Also when the images are gone already: the command may have been stopped in between.
    const results = await removeResultFiles({ database, store: await open('results'), now: now() }, studyUid);
    if (deleted === null && results === 0) {
      say('this study is not held');
      return EXIT.problems;
    }
    const images = deleted === null ? 'no images were held' : `${String(deleted.instances)} instances deleted`;
    say(`${images}; ${String(results)} result objects (SEG, SR) deleted`);
    say('digests and findings stay, and so does what was sent to other systems');
    return EXIT.ok;
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
