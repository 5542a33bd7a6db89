/** Files that the configuration names, read at start: what is wrong with one stops the start and says what to mend. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ImagingConfig } from './config/index.ts';
import { ROLE_RULES } from './imaging/series/role-rules.ts';
import type { RoleRule } from './imaging/series/rule.ts';
import { parseRoleRules } from './imaging/series/rule-table.ts';

/** @throws Error that names the option and the file */
function textOf(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new Error(`imaging.${option}: ${file} cannot be read (${code}); check the name and the rights of the file`);
  }
}

/** PEM texts for the DICOM port. @throws Error when a file cannot be read or its key and certificate do not belong together */
export function dimseTls(dimse: ImagingConfig['dimse']): { key: string; cert: string; ca?: string } | undefined {
  if (dimse?.tls == null) return undefined;
  const { certificateFile, keyFile, clientAuthorityFile: authority } = dimse.tls;
  const texts = {
    cert: textOf('dimse.tls.certificateFile', certificateFile),
    key: textOf('dimse.tls.keyFile', keyFile),
    ...(authority === null ? {} : { ca: textOf('dimse.tls.clientAuthorityFile', authority) }),
  };
  try {
    createSecureContext(texts);
  } catch {
    // The library may quote what it was given.
    throw new Error('imaging.dimse.tls: the files are no PEM, or key and certificate do not belong together');
  }
  return texts;
}

/** The site's rules before the built-in ones; the built-in ones alone where the site has none. @throws Error for a wrong table */
export function seriesRules({ seriesRules: file }: Pick<ImagingConfig, 'seriesRules'>): readonly RoleRule[] {
  if (file === null) return ROLE_RULES;
  const text = textOf('seriesRules', file);
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch {
    throw new Error(`imaging.seriesRules: ${file} is not valid JSON`);
  }
  try {
    return [...parseRoleRules(table), ...ROLE_RULES];
  } catch (error) {
    throw new Error(`imaging.seriesRules: ${file}: ${error instanceof Error ? error.message : 'cannot be used'}`);
  }
}
