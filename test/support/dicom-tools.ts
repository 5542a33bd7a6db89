/** Independent programs that judge what we write: dciodvfy, dsrdump, pydicom. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const READER = fileURLToPath(new URL('read-dicom.py', import.meta.url));
const PYTHON = '/usr/bin/python3';

const runs = (command: string, ...given: readonly string[]): boolean =>
  spawnSync(command, given, { stdio: 'ignore' }).error === undefined;

/** null when they are installed; else what is missing. */
export function dicomToolsUnavailable(): string | null {
  if (!runs('dciodvfy', '-version')) return 'dciodvfy is not installed (Debian: dicom3tools)';
  if (!runs('dsrdump', '--version')) return 'dsrdump is not installed (Debian: dcmtk)';
  const pydicom = spawnSync(PYTHON, ['-c', 'import pydicom, numpy'], { stdio: 'ignore' });
  return pydicom.status === 0 ? null : 'pydicom is not installed (Debian: python3-pydicom, python3-numpy)';
}

function withFiles<T>(files: readonly Uint8Array[], use: (folder: string, paths: readonly string[]) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-dicom-'));
  try {
    const paths = files.map((bytes, at) => {
      const path = join(folder, `${String(at).padStart(4, '0')}.dcm`);
      writeFileSync(path, bytes);
      return path;
    });
    return use(folder, paths);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines of dciodvfy that say 'Error', and its warnings but those about coding schemes that it does not know. */
export function dciodvfyProblems(instance: Uint8Array): readonly string[] {
  return withFiles([instance], (_folder, [path = '']) => {
    const { stderr } = spawnSync('dciodvfy', [path], { encoding: 'utf8' });
    if (stderr.trim() === '') throw new Error('dciodvfy said nothing');
    return stderr
      .split('\n')
      .filter((line) => /^(Error|Warning)/.test(line) && !line.includes('Coding Scheme Designator'));
  });
}

/** The report as dcmtk prints it. @throws when dcmtk refuses the report */
export function dsrdump(instance: Uint8Array): string {
  return withFiles([instance], (_folder, [path = '']) =>
    execFileSync('dsrdump', ['+Pl', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

export interface ReadFrame {
  readonly segment: number;
  readonly position: readonly number[];
  readonly source: string;
  readonly sourceFrame: number;
  readonly purpose: readonly [string, string];
  /** One byte a pixel. */
  readonly mask: string;
}

export interface ReadItem {
  readonly relationship: string | null;
  readonly type: string;
  /** null for a reference without a name, as in a Key Object Selection. */
  readonly concept: readonly [string, string] | null;
  readonly value?: unknown;
  readonly unit?: readonly [string, string];
  readonly children: readonly ReadItem[];
}

interface Common {
  readonly uid: string;
  readonly series: string;
  readonly study: string;
  readonly patient: readonly [string, string, string];
  readonly times: readonly [string, string, string];
  readonly rows: number;
  readonly columns: number;
}
export type ReadSeg = Common & {
  readonly modality: 'SEG';
  readonly orientation: readonly number[];
  readonly spacing: readonly number[];
  readonly frameOfReference: string;
  /** Keywords of functional group and element, dimension by dimension. */
  readonly dimensions: readonly (readonly [string, string])[];
  readonly segments: readonly {
    readonly number: number;
    readonly label: string;
    readonly type: readonly [string, string];
    readonly category: readonly [string, string];
    readonly algorithm: string;
    readonly tracking: string;
  }[];
  readonly frames: readonly ReadFrame[];
};
export type ReadSr = Common & {
  readonly modality: 'SR';
  readonly completion: string;
  readonly preliminary: string;
  readonly verification: string;
  readonly evidence: Readonly<Record<string, readonly string[]>>;
  readonly predecessors: readonly string[];
  readonly root: ReadItem;
};
export type ReadKo = Common & {
  readonly modality: 'KO';
  readonly evidence: Readonly<Record<string, readonly string[]>>;
  readonly root: ReadItem;
};
export type ReadCt = Common & {
  readonly modality: 'CT';
  readonly position: readonly number[];
  readonly orientation: readonly number[];
  readonly spacing: readonly number[];
  readonly frameOfReference: string;
  /** Hounsfield units, four bytes each, little endian. */
  readonly values: string;
};

/** What pydicom reads of the instances, in their order. */
export function readWithPydicom(instances: readonly Uint8Array[]): readonly (ReadSeg | ReadSr | ReadKo | ReadCt)[] {
  return withFiles(instances, (folder) => {
    const json = execFileSync(PYTHON, [READER, folder], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    return JSON.parse(json) as readonly (ReadSeg | ReadSr | ReadKo | ReadCt)[];
  });
}

export const maskOf = ({ mask }: ReadFrame): Uint8Array => new Uint8Array(Buffer.from(mask, 'base64'));

export function hounsfieldOf({ values }: ReadCt): Int32Array {
  const bytes = Uint8Array.from(Buffer.from(values, 'base64'));
  return new Int32Array(bytes.buffer);
}
