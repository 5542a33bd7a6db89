import { basename } from 'node:path';
import { adviseOnRecord } from '../advice.ts';
import { instantFromEpoch, parseInstant, toIso, type Instant } from '../case/index.ts';
import { composeAdvisorParts } from '../advisor-parts.ts';
import { GUIDELINE_IDS, type GuidelineId } from '../decisions/evaluation.ts';
import { LOCALES } from '../explanation/content/card-content.ts';
import { recordsFromResources, typesOfNobody } from '../fhir/offline-records.ts';
import type { PatientRecord } from '../fhir/record.ts';
import { createLogger } from '../http/logging.ts';
import { openModels } from '../models.ts';
import { registryOptions } from '../registry-options.ts';
import { configuration } from './configuration.ts';
import { NoFhirResource, patientSources, readPatientSource, type PatientData } from './read-patient-files.ts';
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
function decisionInstant(asked: Instant | undefined, { timestamp }: PatientData): Instant {
  return asked ?? (timestamp === undefined ? undefined : parseInstant(timestamp)) ?? instantFromEpoch(Date.now());
}

/** What was read, but of which not all can be told: it is said, for a list that lost something looks short, not wrong. */
function warnings({ resources, unreadable }: PatientData, records: readonly PatientRecord[]): string[] {
  const ofNobody = typesOfNobody(resources);
  const parts = records.filter((record) => record.reads.patient.state === 'failed').length;
  const count = (n: number, one: string, many: string): string => `${String(n)} ${n === 1 ? one : many}`;
  return [
    ...(unreadable === 0
      ? []
      : [`${count(unreadable, 'entry is', 'entries are')} no resource: every list counts as incomplete`]),
    ...(ofNobody.length === 0
      ? []
      : [
          `${count(ofNobody.length, 'resource names', 'resources name')} no patient by "Patient/<id>", so these lists count as ` +
            `incomplete: ${[...new Set(ofNobody)].sort().join(', ')}`,
        ]),
    ...(parts === 0
      ? []
      : [
          `no Patient resource of ${count(parts, 'patient', 'patients')}: what is lacking counts as not read; ` +
            'give the files of a bulk export together',
        ]),
  ];
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
  const sources = await patientSources(paths);
  const bar = progress('evaluating', sources.length);
  let failed = 0;
  for (const [index, source] of sources.entries()) {
    const { name } = source;
    let data: PatientData;
    let records: readonly PatientRecord[];
    try {
      data = await readPatientSource(source);
      records = recordsFromResources(data.resources, data.unreadable);
      if (records.length === 0) throw new NoFhirResource(`${name} holds no patient`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error instanceof NoFhirResource && !source.files.some((file) => paths.includes(file)) && sources.length > 1) {
        process.stderr.write(`skipped: ${error.message}\n`);
        continue;
      }
      if (sources.length === 1) throw error;
      process.stderr.write(`${error.message}\n`);
      failed += 1;
      continue;
    }
    for (const warning of warnings(data, records)) process.stderr.write(`${name}: ${warning}\n`);
    const at = decisionInstant(asked, data);
    for (const record of records) {
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
