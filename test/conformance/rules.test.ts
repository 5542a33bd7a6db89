/** Keeps the table of rules and the titles of the tests in step. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RULES } from './rules.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Rule numbers at the start of a title: '#40 #41 …'. */
function numbersIn(file: string): readonly string[] {
  const titles = readFileSync(HERE + file, 'utf8').matchAll(/['"`]((?:#[\d.]+(?:-[a-z]+)? )+)/g);
  return [...titles].flatMap(([, numbers = '']) =>
    numbers
      .trim()
      .split(' ')
      .map((number) => number.slice(1)),
  );
}

const FILES = readdirSync(HERE).filter((name) => name.endsWith('.test.ts') && name !== 'rules.test.ts');
const TITLES = new Map(FILES.map((file) => [file, new Set(numbersIn(file))]));

describe('the table of rules', () => {
  it('holds every rule from 1 to 140', () => {
    const missing = Array.from({ length: 140 }, (_, index) => String(index + 1)).filter((number) => !(number in RULES));
    expect(missing).toEqual([]);
  });

  it('names a test that exists for every rule that is tested', () => {
    const untested = Object.entries(RULES).flatMap(([number, rule]) =>
      'testedBy' in rule && TITLES.get(rule.testedBy)?.has(number) !== true ? [`#${number} in ${rule.testedBy}`] : [],
    );
    expect(untested).toEqual([]);
  });

  it('knows every number that a title names, as tested', () => {
    const unknown = [...TITLES].flatMap(([file, numbers]) =>
      [...numbers].filter((number) => !('testedBy' in (RULES[number] ?? {}))).map((number) => `#${number} in ${file}`),
    );
    expect(unknown).toEqual([]);
  });

  it('says why for every rule that is not tested, and where for one that is tested elsewhere', () => {
    for (const [number, rule] of Object.entries(RULES)) {
      expect(rule.rule.length, number).toBeGreaterThan(2);
      if ('notTestedBecause' in rule) expect(rule.notTestedBecause.length, number).toBeGreaterThan(15);
      if ('testedIn' in rule) expect(existsSync(ROOT + rule.testedIn), `#${number}: ${rule.testedIn}`).toBe(true);
    }
  });
});
