/** Which FHIR servers a client may name, and which addresses lie under one of them. */

/** The hook named a FHIR server that is not on the client's list. The text names no URL: it may hold patient data. */
export class FhirServerNotAllowed extends Error {
  override readonly name = 'FhirServerNotAllowed';
}

/** Encoded dots, slashes and backslashes: a proxy behind the URL may decode them and leave the base path. */
const HIDDEN_SEGMENT = /%(2e|2f|5c)|\\/i;
const DOT_SEGMENT = /(^|\/)\.{1,2}(\/|$)/;

/** A loop, because a regular expression takes quadratic time on a long run of slashes that does not end the text. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** Longer than any base URL or page link in use; URL parsing should not be fed megabytes. */
const MAX_URL_LENGTH = 8_192;

/**
 * One spelling for a FHIR base URL: host in lower case, no default port, no trailing slash.
 * @returns undefined when it is not a plain http(s) base: user info, query, fragment, dot segments or encoded separators
 */
export function normalizeBaseUrl(text: string): string | undefined {
  // The URL parser drops tabs and line breaks and resolves dot segments silently, so these are looked for before it.
  if (text.length > MAX_URL_LENGTH || /[\s?#]/.test(text) || HIDDEN_SEGMENT.test(text) || !URL.canParse(text))
    return undefined;
  if (DOT_SEGMENT.test(text.replace(/^[a-z]+:\/\/[^/]*/i, ''))) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/]*@/i.test(text)) return undefined;
  return `${url.origin}${withoutTrailingSlashes(url.pathname)}`;
}

/**
 * To be called before any request is made to the server that a hook names.
 * @param url `fhirServer` of the hook request
 * @param allowed base URLs of the client's trust record
 * @param options `allowInsecureHttp`: accept plain http, for development only
 * @returns the normalized base URL
 * @throws FhirServerNotAllowed
 */
export function assertAllowedFhirServer(
  url: string,
  allowed: readonly string[],
  options: { readonly allowInsecureHttp?: boolean } = {},
): string {
  const base = normalizeBaseUrl(url);
  if (base === undefined) throw new FhirServerNotAllowed('the FHIR server is not a plain base URL');
  if (!base.startsWith('https://') && options.allowInsecureHttp !== true) {
    throw new FhirServerNotAllowed('the FHIR server does not use https');
  }
  if (!allowed.some((entry) => normalizeBaseUrl(entry) === base)) {
    throw new FhirServerNotAllowed('the FHIR server is not on the list of this client');
  }
  return base;
}

/**
 * Resolves a `next` link, absolute or relative.
 * @param base normalized base URL
 * @returns the absolute address, or undefined when it leaves the base: the token must not go there
 */
export function addressUnder(base: string, link: string): string | undefined {
  if (link.length > MAX_URL_LENGTH || !URL.canParse(link, `${base}/`)) return undefined;
  const url = new URL(link, `${base}/`);
  const root = new URL(base);
  const rootPath = withoutTrailingSlashes(root.pathname);
  if (url.origin !== root.origin || url.username !== '' || url.password !== '') return undefined;
  if (HIDDEN_SEGMENT.test(url.pathname)) return undefined;
  if (url.pathname !== rootPath && !url.pathname.startsWith(`${rootPath}/`)) return undefined;
  url.hash = '';
  return url.href;
}
