import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScore, scoreRow } from '../../../src/decisions/scores/index.ts';
import { PUBLISHED_HEMORRHAGE } from './published-hemorrhage-vectors.ts';
import { PUBLISHED } from './published-vectors.ts';

const SHARED = resolve('../shared/clinical/score-vectors.json');

interface Vector {
  readonly id: string;
  readonly score: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

function expectClose(actual: unknown, expected: unknown, label: string): void {
  if (Array.isArray(expected)) {
    expected.forEach((value, i) => {
      expectClose((actual as unknown[])[i], value, `${label}[${String(i)}]`);
    });
  } else if (typeof expected === 'number') expect(actual, label).toBeCloseTo(expected, 3);
  else expect(actual, label).toBe(expected);
}

describe.each([...PUBLISHED, ...PUBLISHED_HEMORRHAGE])('$score as published ($source)', ({ score, base, rows }) => {
  it.each(rows.map(([inputs, expected]) => ({ inputs, expected })))('$inputs → $expected', ({ inputs, expected }) => {
    const result = runScore(score, { ...base, ...inputs });
    expect(result.status).toBe('computed');
    expect(result).toMatchObject(expected);
  });

  it('gives no number when any one input is missing', () => {
    const names = Object.keys(base);
    for (const name of names) {
      const result = runScore(score, { ...base, [name]: null });
      expect(result, name).toMatchObject({ status: 'missing', inputs: [name] });
    }
  });
});

describe.skipIf(!existsSync(SHARED))(
  'shared vectors (skipped when ../shared/clinical/score-vectors.json is not there)',
  () => {
    const vectors = existsSync(SHARED) ? (JSON.parse(readFileSync(SHARED, 'utf8')) as readonly Vector[]) : [];

    it('holds vectors', () => {
      expect(vectors.length).toBeGreaterThan(50);
    });

    it.each(vectors)('$id', (vector) => {
      const row = scoreRow(vector);
      expect('error' in row ? row.error : undefined).toBeUndefined();
      const result = ('result' in row ? { ...row.result } : {}) as Record<string, unknown>;
      for (const [name, value] of Object.entries(vector.expected)) expectClose(result[name], value, name);
    });
  },
);
