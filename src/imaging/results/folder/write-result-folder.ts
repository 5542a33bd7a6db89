/** A result as files, for research: findings, DICOM objects, maps and masks as NIfTI, the contact sheet. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImagingFinding, Instant } from '../../../case/index.ts';
import type { PipelineResult } from '../../pipelines/pipeline.ts';
import { writeNifti } from '../../volume/write-nifti.ts';
import { renderContactSheet } from '../contact-sheet/render-contact-sheet.ts';
import type { SheetWords } from '../contact-sheet/words.ts';
import type { NewResult } from '../result.ts';
import { findingsFile, type FileEntry, type StageDuration } from './findings-file.ts';

export interface ResultFolder {
  /** What was kept of the result, and what the pipeline handed over, volumes included. */
  readonly found: NewResult;
  readonly result: PipelineResult;
  readonly findings: readonly ImagingFinding[];
  readonly outputs: readonly { readonly kind: string; readonly bytes: Uint8Array }[];
  readonly stages: readonly StageDuration[];
  readonly at: Instant;
  /** Head of the contact sheet: 'Perfusion, CT'. */
  readonly title: string;
  readonly subtitle: string;
  readonly words: SheetWords;
}

/**
 * Files of a result below `folder`, made where it is missing; files of an earlier run are written over.
 * `findings.json` comes last: where it stands, the others are complete.
 * @returns every file written, `findings.json` included
 */
export async function writeResultFolder(input: ResultFolder, folder: string): Promise<readonly FileEntry[]> {
  const files: FileEntry[] = [];
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    files.push({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  };
  for (const [path, bytes] of named(input.outputs)) await write(path, bytes);
  const { result, found, findings, title, subtitle, words } = input;
  for (const { name, volume } of result.maps) {
    await write(`maps/${fileName(name)}.nii.gz`, await writeNifti(volume, { description: `${name} ${volume.unit}` }));
  }
  for (const { label, grid, voxels } of result.segments) {
    const mask = { ...grid, values: voxels, unit: '{label}' } as const;
    await write(`masks/${fileName(label)}.nii.gz`, await writeNifti(mask, { description: label }));
  }
  if (result.background !== null) await write('image.nii.gz', await writeNifti(result.background));
  const sheet = { ...result, findings, title, subtitle, words, state: found.state };
  await write('contact-sheet.png', await renderContactSheet(sheet));
  const { stages, at } = input;
  await write(
    'findings.json',
    new TextEncoder().encode(findingsFile({ result: found, findings, stages, at, files, words })),
  );
  return files;
}

/** 'seg.dcm', and 'seg-2.dcm' where a kind has several. */
function named(outputs: ResultFolder['outputs']): readonly (readonly [string, Uint8Array])[] {
  const count = new Map<string, number>();
  return outputs.map(({ kind, bytes }) => {
    const number = (count.get(kind) ?? 0) + 1;
    count.set(kind, number);
    return [`${kind}${number === 1 ? '' : `-${number}`}.dcm`, bytes] as const;
  });
}

/** Names of maps and labels come from pipelines; whatever they hold, a file of this folder comes out. */
const fileName = (name: string): string => name.replace(/[^A-Za-z0-9_-]+/g, '-');
