/** Cards and their parts (CDS Hooks 2.0, 'HTTP Response'). */
import { coding, displayedCoding, extension, flag, httpUrl, resource, text } from './common.ts';

export const actionSchema = {
  type: 'object',
  description: 'an action with type and description',
  required: ['type', 'description'],
  properties: {
    type: { enum: ['create', 'update', 'delete'], description: "'create', 'update' or 'delete'" },
    description: text,
    resource,
    resourceId: text,
    extension,
  },
  oneOf: [
    { properties: { type: { enum: ['create', 'update'] } }, required: ['resource'] },
    { properties: { type: { const: 'delete' } }, required: ['resourceId'], not: { required: ['resource'] } },
  ],
} as const;

export const suggestionSchema = {
  type: 'object',
  description: 'a suggestion with a label',
  required: ['label'],
  properties: {
    label: text,
    uuid: text,
    isRecommended: flag,
    actions: { type: 'array', minItems: 1, items: actionSchema, description: 'an array with at least one action' },
    extension,
  },
} as const;

export const linkSchema = {
  type: 'object',
  description: 'a link with label, url and type',
  required: ['label', 'url', 'type'],
  properties: {
    label: text,
    url: httpUrl,
    type: { enum: ['absolute', 'smart'], description: "'absolute' or 'smart'" },
    appContext: text,
    autolaunchable: flag,
    extension,
  },
  // Only a SMART launch has a token response in which the context could travel (cds-resp-3).
  if: { required: ['appContext'] },
  then: { properties: { type: { const: 'smart' } } },
} as const;

export const sourceSchema = {
  type: 'object',
  description: 'a source with a label',
  required: ['label'],
  properties: { label: text, url: httpUrl, icon: httpUrl, topic: coding, extension },
} as const;

const atMostOneRecommended = {
  contains: { properties: { isRecommended: { const: true } }, required: ['isRecommended'] },
  minContains: 0,
  maxContains: 1,
} as const;

export const cardSchema = {
  type: 'object',
  description: 'a card with summary, indicator and source',
  required: ['summary', 'indicator', 'source'],
  properties: {
    uuid: text,
    summary: { type: 'string', minLength: 1, maxLength: 139, description: 'one sentence of fewer than 140 characters' },
    detail: text,
    indicator: { enum: ['info', 'warning', 'critical'], description: "'info', 'warning' or 'critical'" },
    source: sourceSchema,
    suggestions: { type: 'array', minItems: 1, items: suggestionSchema, description: 'an array of suggestions' },
    selectionBehavior: { enum: ['any', 'at-most-one'], description: "'any' or 'at-most-one'" },
    overrideReasons: { type: 'array', minItems: 1, items: displayedCoding, description: 'an array of Codings' },
    links: { type: 'array', minItems: 1, items: linkSchema, description: 'an array of links' },
    extension,
  },
  dependentRequired: { suggestions: ['selectionBehavior'] },
  if: { properties: { selectionBehavior: { const: 'at-most-one' } }, required: ['selectionBehavior'] },
  then: { properties: { suggestions: atMostOneRecommended } },
} as const;

export const responseSchema = {
  type: 'object',
  description: 'an object with cards',
  required: ['cards'],
  properties: {
    cards: { type: 'array', items: cardSchema, description: 'an array of cards' },
    systemActions: { type: 'array', items: actionSchema, description: 'an array of actions' },
    extension,
  },
} as const;
