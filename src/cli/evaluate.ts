import { basename } from 'node:path';
import { adviseOnRecord } from '../advice.ts';
import { instantFromEpoch, parseInstant, toIso, type Instant } from '../case/index.ts';
import { composeAdvisorParts } from '../advisor-parts.ts';
import { GUIDELINE_IDS, type GuidelineId } from '../decisions/evaluation.ts';
import { LOCALES } from '../explanation/content/card-content.ts';
import { recordsFromResources } from '../fhir/offline-records.ts';
import { createLogger } from '../http/logging.ts';
import { openModels } from '../models.ts';
import { registryOptions } from '../registry-options.ts';
import { configuration } from './configuration.ts';
import { NoFhirResource, patientFiles, readPatientFile, type PatientFile } from './read-patient-files.ts';
import { chosen, CommandError, EXIT, progress } from './terminal.ts';
import { printCards } from './print-cards.ts';

export interface EvaluateOptions {
  readonly at?: string;
  readonly guideline?: string;
  readonly locale?: string;
  readonly json?: boolean;
  readonly config?: string;
}

function instantOf(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  if (at === undefined) throw new CommandError('--at needs an instant with a zone: 2026-11-23T14:00:00Z');
  return at;
}

/** The instant of the decision: as asked for, else the bundle's own timestamp, else now. */
function decisionInstant(asked: Instant | undefined, file: PatientFile): Instant {
  return (
    asked ?? (file.timestamp === undefined ? undefined : parseInstant(file.timestamp)) ?? instantFromEpoch(Date.now())
  );
}

/** `stroke-cds evaluate <path...>`: the decisions that the service would give, without a service. */
export async function evaluateCommand(paths: readonly string[], options: EvaluateOptions): Promise<number> {
  const config = configuration(options.config);
  const guideline: GuidelineId = chosen('guideline', options.guideline, GUIDELINE_IDS) ?? config.site.guideline;
  const locale = chosen('locale', options.locale, LOCALES) ?? config.defaultLocale;
  const asked = instantOf(options.at);
  const logger = createLogger({ level: 'warn', destination: process.stderr });
  const { registry, predict } = await openModels(registryOptions(config), logger);
  const parts = {
    ...composeAdvisorParts({ ...config, site: { ...config.site, guideline } }, logger),
    ...(predict === undefined ? {} : { predict }),
  };
  const files = await patientFiles(paths);
  const bar = progress('evaluating', files.length);
  let failed = 0;
  for (const [index, name] of files.entries()) {
    let file: PatientFile;
    try {
      file = await readPatientFile(name);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error instanceof NoFhirResource && !paths.includes(name)) {
        process.stderr.write(`skipped: ${name} holds no FHIR resource\n`);
        continue;
      }
      if (files.length === 1) throw error;
      process.stderr.write(`${error.message}\n`);
      failed += 1;
      continue;
    }
    const at = decisionInstant(asked, file);
    for (const record of recordsFromResources(file.resources)) {
      const { stroke, decisions, cards } = await adviseOnRecord(record, at, locale, parts);
      if (options.json === true) {
        const row = { file: basename(name), patient: stroke.patient, at: toIso(at), guideline, decisions, cards };
        process.stdout.write(`${JSON.stringify(row)}\n`);
      } else {
        process.stdout.write(`\n${basename(name)}: ${stroke.patient} at ${toIso(at)}\n`);
        process.stdout.write(printCards({ cards }, { color: process.stdout.isTTY }));
      }
    }
    bar.tick(index + 1);
  }
  bar.done();
  await registry.close();
  return failed === 0 ? EXIT.ok : EXIT.problems;
}
