/** `stroke-cds images analyze`: a received study again, with what a reviewer chose in place of the automatic choices. */
import { createAuditLog } from '../audit/index.ts';
import { instantFromEpoch } from '../case/index.ts';
import { createJobQueue } from '../jobs/index.ts';
import { overrideAnalysis } from '../studies/override-analysis.ts';
import { withDatabase, type ConfigOption } from './database.ts';
import { overridesOf, type OverrideOptions } from './overrides.ts';
import { CommandError, EXIT } from './terminal.ts';

export interface ImagesAnalyzeOptions extends ConfigOption, OverrideOptions {
  /** Back to the automatic choices. */
  readonly automatic?: boolean;
  readonly by: string;
}

/** @returns 0; 1 when the study is not held or its patient is in doubt */
export async function imagesAnalyzeCommand(studyUid: string, options: ImagesAnalyzeOptions): Promise<number> {
  const overrides = overridesOf(options);
  const none = Object.keys(overrides).length === 0;
  if (none !== (options.automatic === true)) {
    throw new CommandError('give --aif, --vof or --deconvolution, or --automatic alone');
  }
  const by = options.by.trim();
  if (by === '') throw new CommandError('--by says who decided; it goes into the audit record');
  return withDatabase(options, async (database) => {
    const queue = createJobQueue(database, { clock: () => instantFromEpoch(Date.now()) });
    const audit = createAuditLog(database);
    const queued = await overrideAnalysis({ database, queue, audit }, studyUid, { overrides, by });
    await audit.close();
    process.stdout.write(
      queued === null
        ? 'this study is not held, or its patient is in doubt\n'
        : `queued as ${queued.id}: analyzed when the service runs, and with it all later images of the study\n`,
    );
    return queued === null ? EXIT.problems : EXIT.ok;
  });
}
