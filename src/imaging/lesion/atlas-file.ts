/** Reads `models/arterial-atlas`: the labelled volume and what its numbers mean, checked against its digest. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { TERRITORIES, type Territory } from '../../case/index.ts';
import type { Affine, Point } from '../affine.ts';
import { readNifti } from '../nifti.ts';

export interface AtlasLabel {
  readonly id: number;
  readonly abbreviation: string;
  readonly name: string;
  readonly territory: Territory;
  readonly side: 'left' | 'right';
}

export interface AtlasManifest {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly citation: string;
  readonly file: string;
  readonly sha256: string;
  /** x of the plane between the hemispheres, in mm. */
  readonly midlineXMm: number;
  readonly labels: readonly AtlasLabel[];
}

export interface LabelVolume {
  readonly manifest: AtlasManifest;
  readonly size: Point;
  readonly affine: Affine;
  readonly labels: Uint8Array;
}

const text = { type: 'string', minLength: 1 };
const isManifest = new Ajv().compile<AtlasManifest>({
  type: 'object',
  required: ['name', 'version', 'licence', 'citation', 'file', 'sha256', 'midlineXMm', 'labels'],
  properties: {
    name: text,
    version: text,
    licence: text,
    citation: text,
    file: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' },
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    midlineXMm: { type: 'number' },
    labels: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['id', 'abbreviation', 'name', 'territory', 'side'],
        properties: {
          id: { type: 'integer', minimum: 1, maximum: 255 },
          abbreviation: text,
          name: text,
          territory: { enum: Object.keys(TERRITORIES) },
          side: { enum: ['left', 'right'] },
        },
      },
    },
  },
});

/** @throws Error that names the file when it is missing, damaged or not what the manifest says */
export async function readAtlasFile(directory: string): Promise<LabelVolume> {
  const path = join(directory, 'atlas.json');
  const manifest: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isManifest(manifest)) throw new Error(`${path} does not describe an arterial atlas`);
  const file = join(directory, manifest.file);
  const bytes = await readFile(file);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== manifest.sha256) throw new Error(`${file} differs from its digest in atlas.json`);
  const { size, affine, values } = readNifti(bytes);
  const known = new Set([0, ...manifest.labels.map(({ id }) => id)]);
  const labels = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const label = values[at] ?? 0;
    if (!known.has(label)) throw new Error(`${file} holds label ${label}, which atlas.json does not name`);
    labels[at] = label;
  }
  return { manifest, size, affine, labels };
}
