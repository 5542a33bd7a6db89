/** Reads FHIR resources from files for offline evaluation: JSON, NDJSON, either gzipped, or folders of them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FhirResource } from 'fhir/r4.js';
import { resourcesOf, unreadableEntries } from '../fhir/offline-records.ts';
import { CommandError } from './terminal.ts';

const READABLE = /\.(json|ndjson)(\.gz)?$/;

/** Readable JSON that is no FHIR: an error of whoever named it, of no interest in a folder. */
export class NoFhirResource extends CommandError {}

/** What is evaluated together: a file, or the NDJSON files of one folder. */
export interface PatientSource {
  /** As the person knows it: the file, or the folder. */
  readonly name: string;
  readonly files: readonly string[];
}

export interface PatientData {
  readonly resources: readonly FhirResource[];
  /** Entries and lines that are no resource. */
  readonly unreadable: number;
  /** `Bundle.timestamp`: the instant at which the bundle was put together. */
  readonly timestamp: string | undefined;
}

const isLines = (file: string): boolean => /\.ndjson(\.gz)?$/.test(file);

/**
 * The sources to read, in a stable order. A bulk export has a file for each type of resource: one alone would look like
 * a record with nothing else in it, so the NDJSON files of a folder are read as one.
 * @throws CommandError when a path does not exist or a folder holds none
 */
export async function patientSources(paths: readonly string[]): Promise<PatientSource[]> {
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
  const groups = new Map<string, string[]>();
  for (const file of new Set(files)) {
    const together = isLines(file) ? `lines in ${dirname(resolve(file))}` : file;
    groups.set(together, [...(groups.get(together) ?? []), file]);
  }
  return [...groups.values()].map((group) => {
    const [first = ''] = group;
    return { name: group.length === 1 ? first : dirname(resolve(first)), files: group };
  });
}

/** @throws NoFhirResource, or CommandError naming the file and, for NDJSON, the line that is not JSON */
export async function readPatientSource({ name, files }: PatientSource): Promise<PatientData> {
  const resources: FhirResource[] = [];
  let unreadable = 0;
  let timestamp: unknown;
  for (const file of files) {
    const content = await readText(file);
    const values = isLines(file)
      ? content
          .split(/\r?\n/)
          .flatMap((line, index) =>
            line.trim() === '' ? [] : [parse(line, `${basename(file)} line ${String(index + 1)}`)],
          )
      : [parse(content, basename(file))];
    for (const value of values) {
      for (const resource of resourcesIn(value, file)) resources.push(resource);
      unreadable += unreadableEntries(value);
    }
    if (!isLines(file)) timestamp = Reflect.get(Object(values[0]), 'timestamp');
  }
  if (resources.length === 0) {
    throw new NoFhirResource(`${name} holds no FHIR resource: give a Bundle or a resource with "resourceType"`);
  }
  return { resources, unreadable, timestamp: typeof timestamp === 'string' ? timestamp : undefined };
}

function resourcesIn(value: unknown, file: string): FhirResource[] {
  try {
    return resourcesOf(value);
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(`${basename(file)} is nested deeper than any resource is`);
    throw error;
  }
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
    if (file.endsWith('.gz')) bytes = await promisify(gunzip)(bytes);
  } catch {
    throw new CommandError(`cannot read ${file}${file.endsWith('.gz') ? ' (is it gzip?)' : ''}`);
  }
  // Leaves out the byte order mark that some editors and exports write first.
  return new TextDecoder().decode(bytes);
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommandError(`${where} is not JSON`);
  }
}
