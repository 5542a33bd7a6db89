import { loadCardContent } from '../explanation/content/load.ts';
import { contentFolder } from '../advisor-parts.ts';
import { loadTerminology } from '../fhir/terminology/load-terminology.ts';
import { join } from 'node:path';
import { dimseTls, seriesRules } from '../site-files.ts';
import { configuration } from './configuration.ts';
import { CommandError, EXIT } from './terminal.ts';

/** `stroke-cds config check`: the configuration, then the content it points to; every problem at once. */
export function configCheckCommand(options: { config?: string }): number {
  const config = configuration(options.config);
  const problems: string[] = [];
  for (const check of [
    () => loadCardContent(contentFolder(config.contentDirectory)),
    () => seriesRules(config.imaging),
    () => dimseTls(config.imaging.dimse),
    () => loadTerminology(join(contentFolder(config.fhirResourcesDirectory), 'valuesets')),
  ]) {
    try {
      check();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : 'content cannot be read');
    }
  }
  if (problems.length > 0) throw new CommandError(problems.join('\n'), EXIT.problems);
  process.stdout.write(
    [
      `The configuration can be used (${config.environment}).`,
      `  listens on         ${config.host}:${String(config.port)}, called as ${config.publicBaseUrl}`,
      `  guideline          ${config.site.guideline}`,
      `  trusted clients    ${config.clients.map(({ id }) => id).join(', ') || 'none'}${config.openMode ? ' (open mode)' : ''}`,
      `  database           ${config.database.kind}`,
      '',
    ].join('\n'),
  );
  return EXIT.ok;
}
