/** `stroke-cds images deidentify`: copies of DICOM files for export, by the basic profile of PS3.15 and the options of the site. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deidentify, type DeidentificationOptions } from '../imaging/dicom/index.ts';
import { ImageRefusal } from '../imaging/index.ts';
import { filesBelow } from './dicom-files.ts';
import { CommandError, EXIT, progress } from './terminal.ts';

export interface DeidentifyCommandOptions {
  readonly out: string;
  readonly retainUids?: boolean;
  readonly dates?: string;
  readonly retainPatientCharacteristics?: boolean;
  readonly retainDevice?: boolean;
  readonly retainInstitution?: boolean;
  readonly cleanDescriptors?: boolean;
}

const KEY = 'STROKE_CDS_EXPORT_KEY';

function keyOf(env: Readonly<Record<string, string | undefined>>): Uint8Array {
  const key = Buffer.from(env[KEY] ?? '', 'base64');
  if (key.length >= 16) return key;
  throw new CommandError(
    `${KEY} is to hold 16 bytes or more in base64: the same key gives the same patient the same pseudonym. ` +
      "Make one with: node -p \"require('crypto').randomBytes(32).toString('base64')\"",
  );
}

function optionsOf(given: DeidentifyCommandOptions): DeidentificationOptions {
  const { dates } = given;
  if (dates !== undefined && dates !== 'full' && dates !== 'modified') {
    throw new CommandError(
      "--dates is 'full' (kept) or 'modified' (moved by days that the key decides, the same for all of a patient)",
    );
  }
  return {
    ...(given.retainUids === true ? { retainUids: true } : {}),
    ...(dates === undefined ? {} : { retainLongitudinal: dates }),
    ...(given.retainPatientCharacteristics === true ? { retainPatientCharacteristics: true } : {}),
    ...(given.retainDevice === true ? { retainDeviceIdentity: true } : {}),
    ...(given.retainInstitution === true ? { retainInstitutionIdentity: true } : {}),
    ...(given.cleanDescriptors === true ? { cleanDescriptors: true } : {}),
  };
}

/** Names of the copies come from their new UIDs. @returns 0; 1 when files were left out or pixels may show a name */
export async function deidentifyCommand(paths: readonly string[], given: DeidentifyCommandOptions): Promise<number> {
  const key = keyOf(process.env);
  const options = optionsOf(given);
  const files = await filesBelow(paths);
  const folder = resolve(given.out);
  await mkdir(folder, { recursive: true });
  const notes = new Map<string, number>();
  const note = (text: string): void => {
    notes.set(text, (notes.get(text) ?? 0) + 1);
  };
  const bar = progress('de-identifying', files.length);
  let written = 0;
  for (const [at, file] of files.entries()) {
    try {
      const copy = deidentify(await readFile(file), { key, options });
      await writeFile(join(folder, `${copy.sopInstanceUid}.dcm`), copy.bytes);
      written++;
      for (const warning of copy.warnings) note(`warning: ${warning.message}`);
    } catch (error) {
      if (!(error instanceof ImageRefusal)) throw error;
      if (error.code !== 'not-dicom') note(`left out: ${error.message}`);
    }
    bar.tick(at + 1);
  }
  bar.done();
  process.stdout.write(`${String(written)} copies in ${folder}\n`);
  for (const [text, count] of notes) process.stderr.write(`${String(count)} x ${text}\n`);
  return notes.size > 0 ? EXIT.problems : EXIT.ok;
}
