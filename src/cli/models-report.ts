/** `stroke-cds models report --shadow`: what the models said in use, from the audit, with outcomes where they are known. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { createAuditLog } from '../audit/index.ts';
import { parseInstant } from '../case/index.ts';
import { recordedPredictions, type AuditLine, type RecordedPrediction } from '../model-report/recorded-predictions.ts';
import { reportText } from '../model-report/report-text.ts';
import { shadowReport, type Outcomes } from '../model-report/shadow-report.ts';
import { openDatabase, StorageError } from '../storage/index.ts';
import { configuration } from './configuration.ts';
import { CommandError, EXIT, progress } from './terminal.ts';

export interface ReportOptions {
  readonly config?: string;
  readonly shadow?: boolean;
  readonly outcomes?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** @param open of the database; an argument so that a test can bring its own */
export async function modelsReportCommand(options: ReportOptions, open = openDatabase): Promise<number> {
  const outcomes = options.outcomes === undefined ? new Map<string, string>() : readOutcomes(options.outcomes);
  const predictions = await collect(options, open);
  const known = new Set(predictions.map(({ evaluationId }) => evaluationId));
  const strangers = [...outcomes.keys()].filter((id) => !known.has(id)).length;
  const uses = shadowReport(predictions, outcomes);
  const families = new Set(uses.filter(({ role }) => role === 'shadow').map(({ family }) => family));
  const shown = options.shadow === true ? uses.filter(({ family }) => families.has(family)) : uses;
  process.stdout.write(options.json === true ? `${JSON.stringify(shown, null, 2)}\n` : reportText(shown));
  if (strangers > 0) {
    process.stderr.write(`${strangers} outcomes belong to no recorded prediction of this time\n`);
    return EXIT.problems;
  }
  return EXIT.ok;
}

async function collect(
  { config, from, to }: ReportOptions,
  open: typeof openDatabase,
): Promise<readonly RecordedPrediction[]> {
  const filter = { kind: 'invocation', ...instant('from', from), ...instant('to', to) };
  let database;
  try {
    database = await open(configuration(config).database);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new CommandError(error.message, EXIT.unavailable);
  }
  const log = createAuditLog(database);
  const bar = progress('reading the audit', 0);
  try {
    const found: RecordedPrediction[] = [];
    let count = 0;
    for await (const line of log.export(filter)) {
      found.push(...recordedPredictions(JSON.parse(line) as AuditLine));
      count += 1;
      bar.tick(count);
    }
    return found;
  } finally {
    bar.done();
    await log.close();
    await database.close();
  }
}

function instant(name: 'from' | 'to', text: string | undefined): Readonly<Partial<Record<'from' | 'to', Date>>> {
  if (text === undefined) return {};
  const at = parseInstant(text);
  if (at === undefined) throw new CommandError(`--${name} needs an instant with a zone: 2026-11-23T14:00:00Z`);
  return { [name]: new Date(at) };
}

/** Columns `evaluation_id` and `outcome`; rows without an outcome are left out. @throws CommandError */
export function readOutcomes(file: string): Outcomes {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CommandError(`cannot read ${file}`);
  }
  return outcomesOf(text, basename(file));
}

export function outcomesOf(text: string, name: string): Outcomes {
  const header = /^\uFEFF?[^\r\n]*/.exec(text)?.[0] ?? '';
  const delimiter = ['\t', ';', ','].find((mark) => header.includes(mark)) ?? ',';
  let rows: readonly Readonly<Record<string, string>>[];
  try {
    rows = parse(text, { columns: true, delimiter, bom: true, trim: true, skip_empty_lines: true });
  } catch {
    throw new CommandError(`${name} is not a table: every row needs the columns of the first`);
  }
  const outcomes = new Map<string, string>();
  for (const [index, row] of rows.entries()) {
    const { evaluation_id: id = '', outcome = '' } = row;
    if (!('evaluation_id' in row && 'outcome' in row)) {
      throw new CommandError(`${name} needs the columns evaluation_id and outcome`);
    }
    if (id === '' || outcome === '') continue;
    if (outcomes.has(id) && outcomes.get(id) !== outcome) {
      throw new CommandError(`${name} gives two outcomes for one evaluation, line ${index + 2}`);
    }
    outcomes.set(id, outcome);
  }
  return outcomes;
}
