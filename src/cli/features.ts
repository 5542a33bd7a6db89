/** `stroke-cds features`: a table of lesion features, one row a participant. */
import { rename, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { LESION_FEATURE_NAMES } from '../case/index.ts';
import { measureMasks, type MaskMeasurement } from '../imaging/index.ts';
import { findMasks } from './lesion-masks.ts';
import { type Participant, readParticipants } from './participants.ts';
import { CommandError, EXIT, progress } from './terminal.ts';

export interface FeaturesOptions {
  readonly lesions: string;
  readonly participants: string;
  readonly out: string;
  readonly threads?: string;
}

const PERSON_COLUMNS = ['age', 'age_capped', 'sex', 'nihss', 'prior_stroke', 'bmi'] as const;
const COLUMNS = ['participant_id', 'state', 'reason', ...PERSON_COLUMNS, ...LESION_FEATURE_NAMES];

type Row = MaskMeasurement | { readonly state: 'no-mask' | 'refused'; readonly reason: string };

/** @returns 0, or 1 when a mask was refused or belonged to nobody for certain */
export async function featuresCommand(options: FeaturesOptions): Promise<number> {
  const threads = threadsOf(options.threads);
  await folderOf(options.out);
  const { participants, warnings } = await readParticipants(options.participants);
  const ids = participants.map(({ id }) => id);
  const { masks, without, ambiguous, unmatched } = await findMasks(options.lesions, ids);
  warnings.forEach(say);
  if (masks.size === 0) {
    throw new CommandError(
      `no mask in ${options.lesions} belongs to a participant of ${options.participants}: ` +
        'masks are named <participant>_lesion.nii.gz',
    );
  }

  const files = [...new Set(masks.values())];
  const bar = progress('measuring lesions', files.length);
  const measured = await measureMasks(files, {
    onProgress: bar.tick,
    ...(threads === undefined ? {} : { threads }),
  });
  bar.done();
  const byFile = new Map(measured.map((measurement) => [measurement.file, measurement]));

  const rowOf = (id: string): Row => {
    const found = byFile.get(masks.get(id) ?? '');
    if (found !== undefined) return found;
    return ambiguous.includes(id)
      ? { state: 'refused', reason: 'more than one mask belongs to this participant' }
      : { state: 'no-mask', reason: '' };
  };
  const rows = participants.map((person) => ({ person, row: rowOf(person.id) }));
  await write(options.out, [COLUMNS, ...rows.map(({ person, row }) => cells(person, row))]);

  for (const { person, row } of rows) {
    if (row.state === 'refused') say(`${person.id}: ${row.reason}`);
    for (const problem of person.problems) say(`${person.id}: ${problem}, taken as unknown`);
  }
  for (const [note, count] of noteCounts(measured)) say(`${count} ${count === 1 ? 'mask' : 'masks'}: ${note}`);
  if (without.length > 0) say(`no mask: ${list(without)}`);
  if (unmatched.length > 0) say(`masks of nobody in the table: ${list(unmatched)}`);
  const count = (state: Row['state']): number => rows.filter(({ row }) => row.state === state).length;
  say(
    `${rows.length} participants: ${count('measured')} lesions measured, ${count('no-lesion')} without lesion, ` +
      `${count('no-mask')} without mask, ${count('refused')} refused → ${options.out}`,
  );
  return count('refused') > 0 ? EXIT.problems : EXIT.ok;
}

function cells(person: Participant, row: Row): (string | number)[] {
  const unknown = (value: string | number | undefined): string | number => value ?? '';
  const flag = (value: boolean | undefined): string | number => (value === undefined ? '' : Number(value));
  return [
    person.id,
    row.state,
    'notes' in row ? row.notes.join('; ') : row.reason,
    unknown(person.age),
    person.age === undefined ? '' : Number(person.ageCapped),
    unknown(person.sex),
    unknown(person.nihss),
    flag(person.priorStroke),
    unknown(person.bmi),
    ...LESION_FEATURE_NAMES.map((name) => ('features' in row ? row.features[name] : '')),
  ];
}

function noteCounts(measured: readonly MaskMeasurement[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const note of measured.flatMap((row) => ('notes' in row ? row.notes : []))) {
    counts.set(note, (counts.get(note) ?? 0) + 1);
  }
  return counts;
}

/** Whole or not at all: a reader never sees half a table. */
async function write(out: string, table: readonly (readonly (string | number)[])[]): Promise<void> {
  const partial = `${out}.partial`;
  try {
    await writeFile(partial, stringify(table.map((row) => [...row])));
    await rename(partial, out);
  } catch {
    throw new CommandError(`cannot write ${out}`);
  }
}

async function folderOf(out: string): Promise<void> {
  const folder = dirname(resolve(out));
  const info = await stat(folder).catch(() => undefined);
  if (info?.isDirectory() !== true) throw new CommandError(`there is no folder ${folder} to write into`);
}

function threadsOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const threads = Number(given);
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new CommandError('--threads is a whole number from 1 to 64');
  }
  return threads;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
