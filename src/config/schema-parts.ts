/** Building blocks of the JSON Schema of the configuration file. */

export const text = { type: 'string', minLength: 1 } as const;
export const texts = { type: 'array', items: text, uniqueItems: true } as const;
export const oneOf = (values: readonly (string | null)[]) => ({ enum: values });
export const closed = (properties: Record<string, unknown>, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
