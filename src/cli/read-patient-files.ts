/** Reads FHIR resources from files for offline evaluation: JSON, NDJSON, either gzipped, or folders of them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FhirResource } from 'fhir/r4.js';
import { resourcesOf } from '../fhir/offline-records.ts';
import { CommandError } from './terminal.ts';

const READABLE = /\.(json|ndjson)(\.gz)?$/;

/** Readable JSON that is no FHIR: an error of whoever named it, of no interest in a folder. */
export class NoFhirResource extends CommandError {}

export interface PatientFile {
  readonly file: string;
  readonly resources: readonly FhirResource[];
  /** `Bundle.timestamp`: the instant at which the bundle was put together. */
  readonly timestamp: string | undefined;
}

/** The files to read, in a stable order. @throws CommandError when a path does not exist or a folder holds none */
export async function patientFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) throw new CommandError(`there is no file or folder ${path}`);
    if (!info.isDirectory()) {
      files.push(path);
      continue;
    }
    const inside = (await readdir(path)).filter((name) => READABLE.test(name)).sort();
    if (inside.length === 0) throw new CommandError(`${path} holds no .json, .ndjson, .json.gz or .ndjson.gz file`);
    files.push(...inside.map((name) => join(path, name)));
  }
  return files;
}

/** @throws NoFhirResource, or CommandError naming the file and, for NDJSON, the line that is not JSON */
export async function readPatientFile(file: string): Promise<PatientFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
    if (file.endsWith('.gz')) bytes = await promisify(gunzip)(bytes);
  } catch {
    throw new CommandError(`cannot read ${file}${file.endsWith('.gz') ? ' (is it gzip?)' : ''}`);
  }
  const content = bytes.toString('utf8');
  if (/\.ndjson(\.gz)?$/.test(file)) {
    const resources = content.split(/\r?\n/).flatMap((line, index) => {
      if (line.trim() === '') return [];
      return resourcesOf(parse(line, `${basename(file)} line ${String(index + 1)}`));
    });
    return { file, resources, timestamp: undefined };
  }
  const parsed = parse(content, basename(file));
  const resources = resourcesOf(parsed);
  if (resources.length === 0) {
    throw new NoFhirResource(`${file} holds no FHIR resource: give a Bundle or a resource with "resourceType"`);
  }
  const timestamp: unknown = Reflect.get(Object(parsed), 'timestamp');
  return { file, resources, timestamp: typeof timestamp === 'string' ? timestamp : undefined };
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommandError(`${where} is not JSON`);
  }
}
