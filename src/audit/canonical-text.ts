import canonicalize from 'canonicalize';

const LONE_SURROGATE_ESCAPE = /(\\\\)|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;

/** Its declared type forgets that undefined, functions and symbols give nothing. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** Thrown inside the short way for what it does not handle. */
const OTHER_WAY = new Error('needs the complete implementation');

/** A copy whose members are in code unit order. JavaScript moves number-like names forward, so those go the other way. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const source = value as Record<string, unknown>;
  if (typeof source['toJSON'] === 'function') throw OTHER_WAY;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(source).sort()) {
    const first = name.charCodeAt(0);
    if ((first >= 48 && first <= 57) || name === '__proto__') throw OTHER_WAY;
    copy[name] = sorted(source[name]);
  }
  return copy;
}

/** JSON.stringify writes lone surrogates, and only those, as escapes in the range D800 to DFFF. */
function mend(json: string): string {
  if (!/\\u[dD]/.test(json)) return json;
  return json.replace(LONE_SURROGATE_ESCAPE, (escape, backslash: string | undefined) =>
    backslash === undefined ? '\ufffd' : escape,
  );
}

/**
 * RFC 8785 text of a JSON value. JavaScript writes numbers and strings as that standard wants, so sorting the members is
 * all there is to do (half the time of the `canonicalize` package, which does the rare shapes and is the yardstick in the tests).
 * What JSON cannot hold is replaced rather than refused (a lone surrogate by U+FFFD, NaN by null): odd text in a
 * request must not keep its record from being written.
 */
export function canonicalText(value: unknown): string {
  let json: string | undefined;
  try {
    json = stringify(sorted(value));
    return mend(json ?? 'null');
  } catch (error) {
    if (error !== OTHER_WAY) throw error;
    json = stringify(value);
    return canonicalize(JSON.parse(mend(json ?? 'null'))) ?? 'null';
  }
}
