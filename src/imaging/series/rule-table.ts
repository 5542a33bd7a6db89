/** Role rules from outside: a JSON table by a schema, so that a site can put its own rules before the built-in ones. */
import { Ajv } from 'ajv';
import type { Condition, RoleRule } from './rule.ts';
import { SERIES_ROLES } from './series-role.ts';

const NUMBER = { type: 'number' } as const;
const NAMES = { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } } as const;
const object = (required: readonly string[], properties: object): object => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const PARTS = { type: 'array', minItems: 1, items: { $ref: '#/$defs/condition' } } as const;

/** JSON Schema (draft 7) of a table of rules. */
export const ROLE_RULES_SCHEMA = {
  type: 'array',
  items: object(['name', 'role', 'reason', 'when'], {
    name: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' },
    role: { type: 'string', enum: SERIES_ROLES },
    reason: { type: 'string', minLength: 1 },
    when: { $ref: '#/$defs/condition' },
    onlyIfNoOther: { type: 'boolean' },
    confirmedBy: {
      type: 'array',
      items: object(['pixels'], {
        pixels: {
          type: 'string',
          enum: ['headShare', 'bodyWidthMm', 'vesselShare', 'uniformShare', 'contrastRiseHu', 'signalDropShare'],
        },
        atLeast: NUMBER,
        atMost: NUMBER,
      }),
    },
  }),
  $defs: {
    condition: {
      anyOf: [
        object(['all'], { all: PARTS }),
        object(['any'], { any: PARTS }),
        object(['not'], { not: { $ref: '#/$defs/condition' } }),
        object(['text'], {
          text: { type: 'string', enum: ['description', 'study', 'kernel', 'sequence', 'manufacturer'] },
          has: { type: 'string', minLength: 1 },
          lacks: { type: 'string', minLength: 1 },
        }),
        object(['set'], {
          set: {
            type: 'string',
            enum: ['modality', 'imageType', 'plane', 'bodyPart', 'contrast', 'color', 'rescaleType'],
          },
          hasAny: NAMES,
          hasNone: NAMES,
        }),
        object(['number'], {
          number: {
            type: 'string',
            enum: [
              ...['images', 'positions', 'imagesPerPosition', 'orientationsInSeries', 'gapMm', 'thicknessMm'],
              ...['coverageMm', 'durationS', 'bValue', 'echoTimeMs', 'repetitionTimeMs', 'inversionTimeMs'],
            ],
          },
          atLeast: NUMBER,
          atMost: NUMBER,
          orUnknown: { type: 'boolean' },
        }),
      ],
    },
  },
} as const;

/** @throws TypeError that lists every problem of the table */
export function parseRoleRules(table: unknown): readonly RoleRule[] {
  const validate = new Ajv({ allErrors: true }).compile<readonly RoleRule[]>(ROLE_RULES_SCHEMA);
  if (!validate(table)) {
    const problems = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
    throw new TypeError(`the table of series rules is wrong:\n${[...new Set(problems)].join('\n')}`);
  }
  const wrong = table.flatMap(({ name, when }) =>
    patternsOf(when)
      .filter(isWrong)
      .map((text) => `${name}: ${text}`),
  );
  if (wrong.length > 0) throw new TypeError(`not a valid regular expression:\n${wrong.join('\n')}`);
  return table;
}

function patternsOf(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(patternsOf);
  if ('any' in condition) return condition.any.flatMap(patternsOf);
  if ('not' in condition) return patternsOf(condition.not);
  return 'text' in condition ? [condition.has, condition.lacks].filter((text) => text !== undefined) : [];
}

function isWrong(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source === '';
  } catch {
    return true;
  }
}
