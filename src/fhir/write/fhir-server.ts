/** Search, create and update on the one FHIR server that a site allows to be written to. */
import type { FhirResource } from 'fhir/r4.js';
import { normalizeBaseUrl } from '../access/allowed-servers.ts';
import { isObject, objectsOf, type JsonObject } from '../access/json.ts';
import type { AccessTokens } from './backend-services.ts';
import type { BoundedAnswer, RequestLimits } from '../../outgoing/bounded-request.ts';
import { fhirRequest } from './fhir-request.ts';
import { failureOfStatus, WriteFailure } from './write-failure.ts';

export interface FhirServerOptions extends RequestLimits {
  readonly baseUrl: string;
  /** null: the server asks for no token. */
  readonly tokens: AccessTokens | null;
  readonly allowInsecureHttp?: boolean;
}

export interface FhirServer {
  /** Matches of a search, at most `limit`. Parameters travel in the body: identifiers stay out of addresses and logs. */
  readonly search: (
    type: FhirResource['resourceType'],
    parameters: Readonly<Record<string, string>>,
    limit: number,
    signal: AbortSignal,
  ) => Promise<readonly JsonObject[]>;
  /** Unless the search finds one in the meantime. @returns its relative reference */
  readonly create: (resource: FhirResource, unless: string, signal: AbortSignal) => Promise<string>;
  /** Of the version that was read, where the server counts versions. */
  readonly update: (resource: FhirResource, version: string | null, signal: AbortSignal) => Promise<void>;
}

const FHIR_JSON = 'application/fhir+json';

/** @throws RangeError for an address that nothing may be written to */
export function createFhirServer({
  baseUrl,
  tokens,
  allowInsecureHttp = false,
  ...limits
}: FhirServerOptions): FhirServer {
  const base = normalizeBaseUrl(baseUrl);
  if (base === undefined) throw new RangeError('the FHIR server for results is not a plain base URL');
  if (!base.startsWith('https://') && !allowInsecureHttp) {
    throw new RangeError('the FHIR server for results does not use https');
  }

  async function once(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<{ answer: BoundedAnswer; token: string | null }> {
    const token = tokens === null ? null : await tokens.token(signal);
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const all = { accept: FHIR_JSON, 'cache-control': 'no-cache', ...headers, ...authorization };
    return { answer: await fhirRequest(`${base}/${path}`, { method, headers: all, body }, signal, limits), token };
  }

  async function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<BoundedAnswer> {
    let { answer, token } = await once(method, path, headers, body, signal);
    // A token can be withdrawn before its end: one new try with a new one.
    if (answer.status === 401 && token !== null) {
      tokens?.forget(token);
      ({ answer, token } = await once(method, path, headers, body, signal));
    }
    if (answer.status < 200 || answer.status >= 300) throw failureOfStatus(answer.status);
    return answer;
  }

  return {
    search: async (type, parameters, limit, signal) => {
      const form = new URLSearchParams({ ...parameters, _count: String(limit) }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const { json } = await send('POST', `${type}/_search`, headers, form, signal);
      if (!isObject(json) || json['resourceType'] !== 'Bundle') {
        throw new WriteFailure('not-understood', 'the answer to a search is no Bundle');
      }
      return objectsOf(json['entry'])
        .map(({ resource }) => resource)
        .filter((resource): resource is JsonObject => isObject(resource) && resource['resourceType'] === type);
    },
    create: async (resource, unless, signal) => {
      const headers = { 'content-type': FHIR_JSON, 'if-none-exist': unless, prefer: 'return=minimal' };
      const answer = await send('POST', resource.resourceType, headers, JSON.stringify(resource), signal);
      const id = /\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(answer.headers.get('location') ?? '')?.[1];
      const told = isObject(answer.json) && typeof answer.json['id'] === 'string' ? answer.json['id'] : undefined;
      const known = id ?? told;
      if (known === undefined) throw new WriteFailure('not-understood', 'the server does not say what it created');
      return `${resource.resourceType}/${known}`;
    },
    update: async (resource, version, signal) => {
      const headers = {
        'content-type': FHIR_JSON,
        prefer: 'return=minimal',
        ...(version === null ? {} : { 'if-match': `W/"${version}"` }),
      };
      const path = `${resource.resourceType}/${resource.id ?? ''}`;
      await send('PUT', path, headers, JSON.stringify(resource), signal);
    },
  };
}
