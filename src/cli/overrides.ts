/** What a reviewer may override in an analysis, as options of commands. */
import { CommandError } from './terminal.ts';

export interface OverrideOptions {
  /** 'i,j,k' */
  readonly aif?: string;
  readonly vof?: string;
  readonly deconvolution?: string;
}

const METHODS = ['oscillation-index', 'plain-svd'] as const;

function voxel(text: string, name: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.length !== 3 || !numbers.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new CommandError(`--${name} takes three voxel indices such as 120,80,6`);
  }
  return numbers;
}

/** @throws CommandError for what is no voxel and no method */
export function overridesOf({ aif, vof, deconvolution }: OverrideOptions): Readonly<Record<string, unknown>> {
  if (deconvolution !== undefined && !METHODS.some((method) => method === deconvolution)) {
    throw new CommandError(`--deconvolution is one of ${METHODS.join(', ')}`);
  }
  return {
    ...(aif === undefined ? {} : { aif: voxel(aif, 'aif') }),
    ...(vof === undefined ? {} : { vof: voxel(vof, 'vof') }),
    ...(deconvolution === undefined ? {} : { deconvolution }),
  };
}
