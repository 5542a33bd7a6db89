import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../src/audit/canonical-text.ts';

describe('canonical text', () => {
  it('is what the reference implementation writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(canonicalText(value)).toBe(canonicalize(value));
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the order of members, number-like names included', () => {
    expect(canonicalText({ b: 1, a: { 10: 1, 9: 2 } })).toBe('{"a":{"10":1,"9":2},"b":1}');
  });

  it('keeps a record whose text or numbers JSON cannot hold', () => {
    expect(canonicalText({ text: 'a\ud800b', n: Number.NaN })).toBe('{"n":null,"text":"a\ufffdb"}');
    expect(canonicalText({ 1: '\udc00' })).toBe('{"1":"\ufffd"}');
    expect(canonicalText('\\ud800 written out')).toBe('"\\\\ud800 written out"');
    expect(canonicalText('\u0000')).toBe('"\\u0000"');
    expect(canonicalText(undefined)).toBe('null');
    expect(canonicalText(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
  });
});
