/** What `GET /cds-services` answers (CDS Hooks 2.0, 'Discovery'). */
import { extension, text } from './common.ts';

export const discoverySchema = {
  type: 'object',
  description: 'an object with services',
  required: ['services'],
  properties: {
    services: {
      type: 'array',
      description: 'an array of services',
      items: {
        type: 'object',
        description: 'a service with hook, description and id',
        required: ['hook', 'description', 'id'],
        properties: {
          hook: text,
          title: text,
          description: text,
          id: { type: 'string', pattern: '^[A-Za-z0-9._~-]+$', description: 'an id that needs no escaping in a URL' },
          prefetch: {
            type: 'object',
            minProperties: 1,
            additionalProperties: text,
            description: 'an object of query templates by key',
          },
          usageRequirements: text,
          extension,
        },
      },
    },
    extension,
  },
} as const;
