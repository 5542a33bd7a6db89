import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonErrorPosition } from '../../src/cds-hooks/json-position.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the place where a JSON text breaks', () => {
  it.each([
    ['{"a": 1,}', 8],
    ['{"a": abc}', 6],
    ['{"a" 1}', 5],
    ['[1 2]', 3],
    ['{"a": "open', 6],
    ['{"a": 1', 7],
    ['', 0],
    ['{} {}', 3],
    ['{// comment\n}', 1],
    ["{'a': 1}", 1],
    ['[01]', 2],
    ['{"a": [}', 7],
  ])('%s: %i', (text, position) => {
    expect(jsonErrorPosition(text)).toBe(position);
  });

  it('is found in a long string too', () => {
    expect(jsonErrorPosition(`["${'\\n'.repeat(500_000)}", x]`)).toBe(1_000_005);
    expect(jsonErrorPosition(`["${'a'.repeat(2_000_000)}`)).toBe(1);
  });

  it('is found exactly when JSON.parse refuses the text', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', ':', 'x', '0', '\n'))
      .map(([json, at, sign]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + sign + json.slice(cut + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken), (text) => {
        expect(jsonErrorPosition(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 500 },
    );
  });
});
