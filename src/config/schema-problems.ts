/** What the schema finds, in words. */
import { Ajv, type ErrorObject } from 'ajv';
import type { Problem } from './config.ts';
import { FILE_SCHEMA, type FileConfig } from './file-config.ts';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: true });
const validate = ajv.compile<FileConfig>(FILE_SCHEMA);

function list(values: unknown): string {
  return (values as readonly unknown[]).map((value) => JSON.stringify(value)).join(', ');
}

function inWords({ instancePath, keyword, params, message }: ErrorObject): Problem {
  const p = params as Record<string, unknown>;
  switch (keyword) {
    case 'additionalProperties':
      return {
        path: `${instancePath}/${String(p['additionalProperty'])}`,
        message: 'is not an option',
        mend: 'Remove it or correct its spelling; config/README.md lists all options.',
      };
    case 'required':
      return {
        path: `${instancePath}/${String(p['missingProperty'])}`,
        message: 'is missing',
        mend: 'Add it; config/README.md says what it is.',
      };
    case 'enum':
      return { path: instancePath, message: 'has an unknown value', mend: `Use one of ${list(p['allowedValues'])}.` };
    case 'type':
      return { path: instancePath, message: 'has the wrong type', mend: `Give it as ${String(p['type'])}.` };
    case 'minimum':
    case 'maximum':
      return {
        path: instancePath,
        message: `is out of range: ${message ?? ''}`,
        mend: `Give a number ${String(p['comparison'])} ${String(p['limit'])}.`,
      };
    default:
      return {
        path: instancePath === '' ? '/' : instancePath,
        message: message ?? 'is not valid',
        mend: 'See config/README.md.',
      };
  }
}

export function schemaErrors(value: unknown): readonly ErrorObject[] {
  return validate(value) ? [] : (validate.errors ?? []);
}

export function schemaProblems(value: unknown): Problem[] {
  return schemaErrors(value).map(inWords);
}
