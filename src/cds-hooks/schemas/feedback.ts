/**
 * Feedback (CDS Hooks 2.0, 'Feedback'), as tolerant as EHRs need: only what a record cannot do without is required.
 * `overrideReason` and Epic's `overrideReasons` may be one object or several.
 */
import { extension, text } from './common.ts';

const overrideReason = {
  description: 'an object with reason and userComment, or an array of them',
  anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }],
} as const;

export const feedbackSchema = {
  type: 'object',
  description: 'an object with a feedback array',
  required: ['feedback'],
  properties: {
    feedback: {
      type: 'array',
      maxItems: 1000,
      description: 'an array of at most 1000 items',
      items: {
        type: 'object',
        description: 'an object with card and outcome',
        required: ['card', 'outcome'],
        properties: {
          card: { type: 'string', minLength: 1, maxLength: 128, description: 'the uuid of the card' },
          outcome: { enum: ['accepted', 'overridden'], description: "'accepted' or 'overridden'" },
          outcomeTimestamp: { type: 'string', description: 'a date-time with a zone (RFC 3339)' },
          acceptedSuggestions: {
            type: 'array',
            description: 'an array of objects with id',
            items: {
              type: 'object',
              required: ['id'],
              properties: { id: { ...text, maxLength: 128 } },
              description: 'an object with the uuid of the suggestion as id',
            },
          },
          overrideReason,
          overrideReasons: overrideReason,
          extension,
        },
      },
    },
  },
} as const;
