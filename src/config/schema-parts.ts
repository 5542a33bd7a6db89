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

/** Who signs tokens, and how they are checked: of EHRs and of senders of images. */
export const TOKEN_SIGNER = {
  id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' },
  issuer: text,
  subject: text,
  keys: {
    type: 'object',
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
    properties: {
      jku: text,
      jwks: closed(
        {
          keys: {
            type: 'array',
            minItems: 1,
            items: { type: 'object', required: ['kty'], properties: { kty: text } },
          },
        },
        ['keys'],
      ),
    },
  },
  algorithms: { ...texts, minItems: 1 },
  audiences: texts,
  tenants: texts,
  maxTokenLifetimeSeconds: { type: 'integer', minimum: 30, maximum: 3_600 },
} as const;
