/** The OpenAPI 3.1 document, built from the schemas that the service itself checks with. */
import type { Discovery } from '../cds-hooks/discovery.ts';
import { HOOK_NAMES } from '../cds-hooks/request.ts';
import type { JsonSchema } from '../cds-hooks/schemas/index.ts';
import {
  contextSchemas,
  discoverySchema,
  feedbackSchema,
  requestSchema,
  responseSchema,
} from '../cds-hooks/schemas/index.ts';

export interface OpenApiContent {
  readonly version: string;
  readonly publicBaseUrl: string;
  readonly discovery: Discovery;
  /** Whether images are accepted. */
  readonly dicomWeb: boolean;
}

type Json = Readonly<Record<string, unknown>>;

function response(description: string, mediaType?: string, schema?: Json): Json {
  return mediaType === undefined
    ? { description }
    : { description, content: { [mediaType]: { schema: schema ?? {} } } };
}

const outcome = (description: string): Json =>
  response(description, 'application/fhir+json', { $ref: '#/components/schemas/OperationOutcome' });

const REFUSALS: Json = {
  '400': outcome('The request is malformed; each issue names a JSON pointer and how to mend it'),
  '401': response('The caller was not authenticated; the body is empty'),
  '404': outcome('No such service'),
  '405': outcome('Another method is needed'),
  '413': outcome('The body is too large'),
  '415': outcome('The body is not JSON in UTF-8'),
  '500': outcome('The advice could not be computed'),
  '503': outcome('Not in time, or not recordable; call again'),
};

const HOOK_REFUSALS: Json = {
  ...REFUSALS,
  '403': outcome('The FHIR server is not agreed with this client'),
  '412': outcome('Nothing can be said: data were neither prefetched nor readable'),
};

/** One alternative for each hook, told apart by `hook`. */
function hookRequestSchema(hooks: readonly string[]): JsonSchema {
  const alternatives = HOOK_NAMES.filter((hook) => hooks.includes(hook)).map((hook) => ({
    title: hook,
    properties: { hook: { const: hook }, context: contextSchemas[hook] },
  }));
  return { ...requestSchema, oneOf: alternatives };
}

function post(summary: string, schema: Json, responses: Json, security: readonly Json[]): Json {
  return {
    post: {
      summary,
      security,
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses,
    },
  };
}

function get(summary: string, responses: Json, parameters: readonly Json[] = []): Json {
  return { get: { summary, ...(parameters.length === 0 ? {} : { parameters }), responses } };
}

function servicePaths({ services }: Discovery): Json {
  const bearer = [{ clientToken: [] }];
  const ids = [...new Set(services.map(({ id }) => id))];
  const paths = ids.flatMap((id): [string, Json][] => {
    const entries = services.filter((service) => service.id === id);
    const cards = response('Cards; an empty array when there is nothing to say', 'application/json', responseSchema);
    const request = hookRequestSchema(entries.map(({ hook }) => hook));
    const feedback = { '200': response('Stored; the body is empty'), ...REFUSALS };
    return [
      [`/cds-services/${id}`, post(entries[0]?.title ?? id, request, { '200': cards, ...HOOK_REFUSALS }, bearer)],
      [`/cds-services/${id}/feedback`, post('What users did with the cards', feedbackSchema, feedback, bearer)],
    ];
  });
  return Object.fromEntries(paths);
}

const OPERATION_OUTCOME: Json = {
  type: 'object',
  required: ['resourceType', 'issue'],
  properties: {
    resourceType: { const: 'OperationOutcome' },
    issue: { type: 'array', minItems: 1, items: { type: 'object', required: ['severity', 'code'] } },
  },
};

const EVALUATION_ID: Json = {
  name: 'evaluationId',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 22 },
};
const RESULT_ID: Json = { name: 'resultId', in: 'path', required: true, schema: { type: 'string' } };
const LANGUAGE: Json = { name: 'lang', in: 'query', schema: { enum: ['en', 'zh-CN'] } };

function otherPaths(): Json {
  const html = 'text/html';
  const ready = 'application/json';
  return {
    '/': get('What runs here', { '200': response('A page', html) }),
    '/cds-services': get('Discovery', { '200': response('The services', ready, discoverySchema) }),
    '/basis/{evaluationId}': get(
      'The full basis of a card',
      { '200': response('A page', html), '404': response('A page', html) },
      [EVALUATION_ID, LANGUAGE],
    ),
    '/basis/{evaluationId}/sheets/{resultId}': get(
      'The picture of a computed result that the card used',
      { '200': response('A picture', 'image/png'), '404': response('A page', html) },
      [EVALUATION_ID, RESULT_ID],
    ),
    '/health/live': get('The process answers', { '200': response('Live', ready) }),
    '/health/ready': get('Each part works', { '200': response('Ready', ready), '503': response('Not ready', ready) }),
    '/metrics': get('Prometheus metrics', { '200': response('Metrics', 'text/plain') }),
    '/openapi.json': get('This document', { '200': response('OpenAPI 3.1', 'application/json') }),
  };
}

const STUDY_UID: Json = { name: 'studyUid', in: 'path', required: true, schema: { type: 'string' } };

/** STOW-RS, DICOM PS3.18 section 10.5. */
function dicomWebPaths(): Json {
  const answer = (description: string): Json => response(description, 'application/dicom+json');
  const store = {
    summary: 'Store instances (STOW-RS)',
    security: [{ senderToken: [] }],
    requestBody: { required: true, content: { 'multipart/related; type="application/dicom"': {} } },
    responses: {
      '200': answer('All are kept: their bytes are on disk and their rows committed'),
      '202': answer('Some were refused; FailedSOPSequence names each with its reason'),
      '400': response('The body is not multipart/related as it says'),
      '401': response('The sender is not known; the body is empty'),
      '409': answer('None was kept'),
      '413': response('The body or an instance is too large'),
      '415': response('The body is not multipart/related with application/dicom'),
      '503': response('Too many senders at a time, or nothing could be kept; send again'),
    },
  };
  return {
    '/dicom-web/studies': { post: store },
    '/dicom-web/studies/{studyUid}': {
      parameters: [STUDY_UID],
      post: { ...store, summary: 'Store instances of one study' },
    },
  };
}

export function openApiDocument({ version, publicBaseUrl, discovery, dicomWeb }: OpenApiContent): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stroke decision support',
      version,
      summary: 'CDS Hooks 2.0 service with advisory cards for acute stroke',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicBaseUrl }],
    paths: { ...otherPaths(), ...servicePaths(discovery), ...(dicomWeb ? dicomWebPaths() : {}) },
    components: {
      schemas: { OperationOutcome: OPERATION_OUTCOME },
      securitySchemes: {
        clientToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Signed by the EHR; aud is the exact URL called, jti is used once.',
        },
        senderToken: { type: 'http', scheme: 'bearer', description: 'Of a sender of images (imaging.senders).' },
      },
    },
  };
}
