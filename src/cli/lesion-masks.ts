/** Which lesion mask belongs to which participant. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from './terminal.ts';

export interface FoundMasks {
  /** Path of the mask by participant id. */
  readonly masks: ReadonlyMap<string, string>;
  /** Participants without a mask, in their order. */
  readonly without: readonly string[];
  /** Participants to whom more than one file belongs: none of them is used. */
  readonly ambiguous: readonly string[];
  /** Files that belong to no participant. */
  readonly unmatched: readonly string[];
}

const MASK = /_lesion\.nii(\.gz)?$/i;

/** Names of the masks in a folder, sorted. @throws CommandError when there are none */
export async function maskFiles(folder: string): Promise<readonly string[]> {
  const info = await stat(folder).catch(() => undefined);
  if (info?.isDirectory() !== true) throw new CommandError(`there is no folder ${folder}`);
  const names = (await readdir(folder)).filter((name) => MASK.test(name)).sort();
  if (names.length === 0) {
    throw new CommandError(`${folder} holds no mask: name them <participant>_lesion.nii.gz (or .nii)`);
  }
  return names;
}

/**
 * The participant of a file name: the part before `_lesion`, without what processing put before `sub-`
 * (`bwsrsub-12_lesion.nii.gz` is sub-12) and without other entities (`sub-12_ses-1_lesion.nii.gz`).
 */
export function participantOfMask(name: string): string {
  const stem = name.replace(MASK, '');
  return /sub-[A-Za-z0-9]+/.exec(stem)?.[0] ?? stem;
}

/** `sub-12`, `SUB-12` and `12` are one participant; `sub-1` and `sub-12` never are. */
const key = (id: string): string => id.toLowerCase().replace(/^sub-/, '');

/** @throws CommandError when the folder holds no mask */
export async function findMasks(folder: string, ids: readonly string[]): Promise<FoundMasks> {
  const byKey = new Map<string, string[]>();
  for (const name of await maskFiles(folder)) {
    const at = key(participantOfMask(name));
    byKey.set(at, [...(byKey.get(at) ?? []), name]);
  }
  const masks = new Map<string, string>();
  const without: string[] = [];
  const ambiguous: string[] = [];
  for (const id of ids) {
    const [name, ...others] = byKey.get(key(id)) ?? [];
    if (name === undefined) without.push(id);
    else if (others.length > 0) ambiguous.push(id);
    else masks.set(id, join(folder, name));
  }
  const wanted = new Set(ids.map(key));
  const unmatched = [...byKey].flatMap(([at, names]) => (wanted.has(at) ? [] : names));
  return { masks, without, ambiguous, unmatched };
}
