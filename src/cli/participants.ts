/** The table of participants of `features` and `predict`: columns as in a BIDS participants.tsv, read forgivingly. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { CommandError } from './terminal.ts';

export interface Participant {
  /** As written in `participant_id`. */
  readonly id: string;
  /** Line of the file, the header being 1. */
  readonly line: number;
  /** Years. */
  readonly age: number | undefined;
  /** The file says 'so many or more' (89+): the true age is at least `age`. */
  readonly ageCapped: boolean;
  readonly sex: 'female' | 'male' | undefined;
  /** 0 to 42. A cell that is empty is unknown, never 0. */
  readonly nihss: number | undefined;
  readonly priorStroke: boolean | undefined;
  /** kg/m². */
  readonly bmi: number | undefined;
  /** Every cell that holds something, by column name in lower case; 'n/a' and empty cells are left out. */
  readonly values: Readonly<Record<string, string>>;
  /** What could not be used and is taken as unknown, without the value itself. */
  readonly problems: readonly string[];
}

export interface ParticipantTable {
  readonly participants: readonly Participant[];
  /** Column names in lower case, in the order of the file. */
  readonly columns: readonly string[];
  /** What the reader should know about the whole file. */
  readonly warnings: readonly string[];
}

const MISSING = new Set(['', 'n/a', 'na', 'nan', 'null', 'none', 'unknown', '.', '-', '?']);
const KNOWN = ['age', 'sex', 'nihss', 'priorstroke', 'bmi'] as const;

/**
 * Reads tab-, comma- or semicolon-separated text in UTF-8 or UTF-16, with or without byte order mark.
 * @throws CommandError when the file cannot be read, is empty or has no column `participant_id`
 */
export async function readParticipants(file: string): Promise<ParticipantTable> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    throw new CommandError(`cannot read ${file}`);
  }
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return participantsOf(bytes.toString(utf16 ? 'utf16le' : 'utf8'), basename(file));
}

/** @param name of the file, for messages. @throws CommandError */
export function participantsOf(content: string, name: string): ParticipantTable {
  const header = /^\uFEFF?[^\r\n]*/.exec(content)?.[0] ?? '';
  const delimiter = ['\t', ';', ','].find((mark) => header.includes(mark)) ?? '\t';
  const records = recordsOf(content, delimiter, name);
  const columns = (records[0]?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  if (columns.every((column) => column === '')) throw new CommandError(`${name} is empty`);
  const idAt = columns.indexOf('participant_id');
  if (idAt === -1) {
    throw new CommandError(`${name} has no column participant_id; its columns are: ${columns.join(', ')}`);
  }
  const warnings = KNOWN.filter((column) => !columns.includes(column)).map(
    (column) => `${name} has no column ${column}: unknown for everybody`,
  );
  const seen = new Set<string>();
  const participants = records.slice(1).flatMap(({ cells, line }): Participant[] => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const values = valuesOf(cells, columns);
    const id = values['participant_id'];
    if (id === undefined) {
      warnings.push(`line ${line} of ${name} has no participant_id and is left out`);
      return [];
    }
    if (seen.has(id)) warnings.push(`line ${line} of ${name} repeats ${id}`);
    seen.add(id);
    return [participant(id, line, values, delimiter !== ',')];
  });
  if (participants.length === 0) throw new CommandError(`${name} holds no participants`);
  return { participants, columns, warnings };
}

interface ParsedRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

function recordsOf(content: string, delimiter: string, name: string): readonly ParsedRecord[] {
  try {
    const parsed: unknown = parse(content, {
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      info: true,
      skip_empty_lines: true,
    });
    return (parsed as readonly { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      cells: record,
      line: info.lines,
    }));
  } catch {
    throw new CommandError(`${name} cannot be read as a table: a quotation mark is opened and not closed`);
  }
}

function valuesOf(cells: readonly string[], columns: readonly string[]): Readonly<Record<string, string>> {
  const entries = columns.map((column, at) => [column, (cells[at] ?? '').trim()] as const);
  return Object.fromEntries(entries.filter(([column, cell]) => column !== '' && !MISSING.has(cell.toLowerCase())));
}

function participant(
  id: string,
  line: number,
  values: Readonly<Record<string, string>>,
  decimalComma: boolean,
): Participant {
  const problems: string[] = [];
  const number = (column: string, low: number, high: number): number | undefined => {
    const cell = values[column]?.replace(/^(?:>=?|≥)\s*|\s*\+$/g, '');
    if (cell === undefined) return undefined;
    const value = Number(decimalComma ? cell.replace(',', '.') : cell);
    if (Number.isFinite(value) && value >= low && value <= high && cell !== '') return value;
    problems.push(`${column} is no number from ${low} to ${high}`);
    return undefined;
  };
  const choice = <T>(column: string, choices: Readonly<Record<string, T>>): T | undefined => {
    const cell = values[column]?.toLowerCase();
    if (cell === undefined) return undefined;
    if (Object.hasOwn(choices, cell)) return choices[cell];
    problems.push(`${column} is none of ${Object.keys(choices).join(', ')}`);
    return undefined;
  };
  const age = number('age', 0, 120);
  const nihss = number('nihss', 0, 42);
  if (nihss !== undefined && !Number.isInteger(nihss)) problems.push('nihss is no whole number');
  return {
    id,
    line,
    age,
    ageCapped: age !== undefined && /^[>≥]|\+$/.test(values['age'] ?? ''),
    sex: choice('sex', { f: 'female', female: 'female', m: 'male', male: 'male' } as const),
    nihss: nihss !== undefined && Number.isInteger(nihss) ? nihss : undefined,
    priorStroke: choice('priorstroke', { 0: false, 1: true, no: false, yes: true, false: false, true: true }),
    bmi: number('bmi', 8, 120),
    values,
    problems,
  };
}
