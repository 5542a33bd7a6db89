/** `stroke-cds images analyze`: a received study again, with what a reviewer chose in place of the automatic choices. */
import { join, resolve } from 'node:path';
import { createAuditLog } from '../audit/index.ts';
import { instantFromEpoch } from '../case/index.ts';
import { ImageRefusal } from '../imaging/image-refusal.ts';
import { openFolderStore } from '../imaging/ingest/index.ts';
import { switchedOn } from '../imaging/pipelines/index.ts';
import type { SheetWords } from '../imaging/results/contact-sheet/words.ts';
import { createJobQueue } from '../jobs/index.ts';
import { overrideCheck, type OverrideProblems } from '../studies/check-overrides.ts';
import { overrideAnalysis } from '../studies/override-analysis.ts';
import { rulesOf } from './configuration.ts';
import { withDatabase, type ConfigOption } from './database.ts';
import { overridesOf, type OverrideOptions } from './overrides.ts';
import { CommandError, EXIT } from './terminal.ts';
import { wordsOf } from './words.ts';

export interface ImagesAnalyzeOptions extends ConfigOption, OverrideOptions {
  /** Back to the automatic choices. */
  readonly automatic?: boolean;
  readonly by: string;
}

/** @returns 0; 1 when the study is not held or its patient is in doubt @throws CommandError for choices that cannot be meant */
export async function imagesAnalyzeCommand(studyUid: string, options: ImagesAnalyzeOptions): Promise<number> {
  const overrides = overridesOf(options);
  const none = Object.keys(overrides).length === 0;
  if (none !== (options.automatic === true)) {
    throw new CommandError('give --aif, --vof or --deconvolution, or --automatic alone');
  }
  const by = options.by.trim();
  if (by === '') throw new CommandError('--by says who decided; it goes into the audit record');
  return withDatabase(options, async (database, config) => {
    const { imaging, site } = config;
    const images = await openFolderStore({
      directory: join(resolve(imaging.directory), 'received'),
      ...imaging.encryption,
    });
    const check = overrideCheck({
      ...{ database, images },
      pipelines: switchedOn(imaging.pipelinesOff),
      rules: rulesOf(config),
      zone: site.timeZone,
    });
    const queue = createJobQueue(database, { clock: () => instantFromEpoch(Date.now()) });
    const audit = createAuditLog(database);
    try {
      const decided = await overrideAnalysis({ database, queue, audit, check }, studyUid, { overrides, by });
      if (decided.state === 'refused') throw new CommandError(reasons(decided, wordsOf(config, config.defaultLocale)));
      process.stdout.write(
        decided.state === 'not-held'
          ? 'this study is not held, or its patient is in doubt\n'
          : `queued as ${decided.job.id}: analyzed when the service runs, and with it all later images of the study\n`,
      );
      return decided.state === 'not-held' ? EXIT.problems : EXIT.ok;
    } catch (error) {
      if (!(error instanceof ImageRefusal)) throw error;
      throw new CommandError(`the images that this is about cannot be used: ${error.message}`, EXIT.problems);
    } finally {
      await audit.close();
    }
  });
}

/** What, where and how to mend it, a line each. */
function reasons({ unread, remarks }: OverrideProblems, words: SheetWords): string {
  const lines = [
    ...unread.map(({ name, needs }) => `--${name} says nothing about this study: it needs ${needs}`),
    ...remarks.map(({ code, figures }) => {
      const measured = Object.entries(figures).map(([name, value]) => words.figure(name, value));
      return `${words.remark(code)} (${measured.join(', ')})`;
    }),
  ];
  return ['refused, and nothing was changed:', ...lines.map((line) => `  - ${line}`)].join('\n');
}
