import canonicalize from 'canonicalize';

const LONE_SURROGATE_ESCAPE = /(\\\\)|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;

/**
 * RFC 8785 text of a JSON value.
 * What JSON cannot hold is replaced rather than refused (a lone surrogate by U+FFFD, NaN by null): odd text in a
 * request must not keep its record from being written.
 */
export function canonicalText(value: unknown): string {
  try {
    return canonicalize(value) ?? 'null';
  } catch {
    // JSON.stringify writes lone surrogates, and only those, as escapes in the range D800 to DFFF.
    const text = JSON.stringify(value) as string | undefined;
    const mended = (text ?? 'null').replace(LONE_SURROGATE_ESCAPE, (escape, backslash: string | undefined) =>
      backslash === undefined ? '\ufffd' : escape,
    );
    return canonicalize(JSON.parse(mended)) ?? 'null';
  }
}
