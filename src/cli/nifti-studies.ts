/** Studies of NIfTI files for `stroke-cds analyze`: a file does not say what it shows, so the caller does. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ImageRefusal } from '../imaging/index.ts';
import { niftiSeries } from '../imaging/nifti-series.ts';
import type { RoledSeries } from '../imaging/pipelines/pipeline.ts';
import { SERIES_ROLES, type SeriesRole } from '../imaging/series/series-role.ts';
import { CommandError } from './terminal.ts';

export const NIFTI = /\.nii(\.gz)?$/i;

export interface NiftiStudy {
  readonly name: string;
  readonly series: readonly RoledSeries[];
  /** Of the files, in order. */
  readonly bytes: readonly Uint8Array[];
}

/** Counts what cannot be used, by reason. */
type OnRefused = (reason: string) => void;

const nameOf = (file: string): string => basename(file).replace(NIFTI, '');

/** @throws CommandError for a role that is none */
export function seriesRole(text: string | undefined): SeriesRole {
  const role = SERIES_ROLES.find((known) => known === text);
  if (role === undefined) {
    throw new CommandError(
      `a NIfTI file does not say what it shows: give --role, or --series role=file, with one of ${SERIES_ROLES.join(', ')}`,
    );
  }
  return role;
}

/** Each file a study of its own, all of one role. */
export async function studyPerFile(
  files: readonly string[],
  role: SeriesRole,
  onRefused: OnRefused,
): Promise<readonly NiftiStudy[]> {
  const studies: NiftiStudy[] = [];
  for (const file of files) {
    const study = await studyOf(nameOf(file), [{ file, role }], onRefused);
    if (study !== null) studies.push(study);
  }
  return studies;
}

/**
 * Several files as one study: 'adc=adc.nii.gz', 'dwi-b1000=b1000.nii.gz'. It has the name of the first file.
 * @returns null when every file was refused
 * @throws CommandError for what is no pair of role and file, or a file that cannot be read
 */
export function studyOfSeries(pairs: readonly string[], onRefused: OnRefused): Promise<NiftiStudy | null> {
  const files = pairs.map((pair) => {
    const at = pair.indexOf('=');
    const file = pair.slice(at + 1);
    if (at < 1 || !NIFTI.test(file))
      throw new CommandError('--series takes role=file with a NIfTI file: adc=adc.nii.gz');
    return { role: seriesRole(pair.slice(0, at)), file };
  });
  return studyOf(nameOf(files[0]?.file ?? ''), files, onRefused);
}

async function studyOf(
  name: string,
  files: readonly { readonly file: string; readonly role: SeriesRole }[],
  onRefused: OnRefused,
): Promise<NiftiStudy | null> {
  const series: RoledSeries[] = [];
  const bytes: Uint8Array[] = [];
  for (const { file, role } of files) {
    const content = await readFile(file).catch(() => {
      throw new CommandError(`cannot read ${file}`);
    });
    try {
      series.push(niftiSeries(content, role, basename(file), name));
      bytes.push(content);
    } catch (error) {
      if (!(error instanceof ImageRefusal)) throw error;
      onRefused(error.message);
    }
  }
  return series.length === 0 ? null : { name, series, bytes };
}
