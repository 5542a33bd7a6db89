/** Compiled schemas and their findings in words that say where and how to mend, and never repeat a value. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { HOOK_NAMES } from './request.ts';
import type { HookName } from './request.ts';
import type { JsonSchema } from './schemas/index.ts';
import {
  cardSchema,
  contextSchemas,
  discoverySchema,
  feedbackSchema,
  requestSchema,
  responseSchema,
} from './schemas/index.ts';

/** One thing wrong with a JSON document. */
export interface Finding {
  /** JSON pointer (RFC 6901) made of names that a schema knows. */
  readonly pointer: string;
  /** What is wrong and how to mend it. */
  readonly text: string;
  readonly code: 'required' | 'value' | 'structure' | 'invariant';
}

/** @returns what is wrong, at most ten findings; empty when the document is valid */
export type Check = (document: unknown) => readonly Finding[];

/** A finding that names a member which has another form in the schema helps more than its parent's 'oneOf'. */
const COMBINING = new Set(['oneOf', 'anyOf', 'not', 'if']);
const MOST_FINDINGS = 10;

function advice(error: ErrorObject): string {
  const description: unknown = error.parentSchema?.['description'];
  return typeof description === 'string' ? description : 'as the CDS Hooks specification defines it';
}

function finding(error: ErrorObject): Finding {
  const missing: unknown = error.params['missingProperty'];
  if ((error.keyword === 'required' || error.keyword === 'dependentRequired') && typeof missing === 'string') {
    return { pointer: `${error.instancePath}/${missing}`, text: 'is missing and required', code: 'required' };
  }
  const code = error.keyword === 'type' ? 'structure' : 'value';
  return { pointer: error.instancePath, text: `must be ${advice(error)}`, code };
}

function findings(errors: readonly ErrorObject[]): readonly Finding[] {
  const precise = errors.filter((error) => !COMBINING.has(error.keyword));
  return (precise.length > 0 ? precise : errors).slice(0, MOST_FINDINGS).map(finding);
}

function createAjv(): Ajv2020 {
  // `verbose` hands over the schema of each error, whose description is the advice.
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, strictRequired: false, strictTypes: false });
  ajvFormats.default(ajv, ['uri']);
  return ajv;
}

function check(ajv: Ajv2020, schema: JsonSchema): Check {
  const validate: ValidateFunction = ajv.compile(schema);
  return (document) => (validate(document) ? [] : findings(validate.errors ?? []));
}

export interface Checks {
  readonly discovery: Check;
  readonly request: Check;
  readonly context: Readonly<Record<HookName, Check>>;
  readonly card: Check;
  readonly response: Check;
  readonly feedback: Check;
}

function compile(): Checks {
  const ajv = createAjv();
  const context = Object.fromEntries(HOOK_NAMES.map((hook) => [hook, check(ajv, contextSchemas[hook])]));
  return {
    discovery: check(ajv, discoverySchema),
    request: check(ajv, requestSchema),
    context: context as Record<HookName, Check>,
    card: check(ajv, cardSchema),
    response: check(ajv, responseSchema),
    feedback: check(ajv, feedbackSchema),
  };
}

let compiled: Checks | undefined;

/** The compiled schemas; compiled on first use (about 50 ms), so that importing has no cost. */
export function checks(): Checks {
  compiled ??= compile();
  return compiled;
}
