/** Every id in the decisions has its words: collected from the tables where they are exported, and from the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_REASONS } from '../../src/case/index.ts';
import { GUIDELINE_IDS } from '../../src/decisions/evaluation.ts';
import { REPERFUSION_PHASES, bloodPressureTargets } from '../../src/decisions/targets/index.ts';
import { THROMBECTOMY_CONCLUSIONS } from '../../src/decisions/thrombectomy/index.ts';
import { THROMBOLYSIS_CONCLUSIONS, THROMBOLYSIS_RULES } from '../../src/decisions/thrombolysis/index.ts';
import { LOCALES } from '../../src/explanation/content/card-content.ts';
import { isFactKey } from '../../src/explanation/format/fact-value.ts';
import { testContent } from '../explanation/support/content.ts';

const DECISIONS = fileURLToPath(new URL('../../src/decisions/', import.meta.url));
// Scores have their own names; they are not criteria.
const sources = readdirSync(DECISIONS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('scores'))
  .map((file) => readFileSync(join(DECISIONS, file), 'utf8'))
  .join('\n');
const literals = (pattern: RegExp): string[] => [...new Set([...sources.matchAll(pattern)].map((m) => m[1] ?? ''))];

const missing = (keys: readonly (readonly string[])[]): string[] =>
  LOCALES.flatMap((locale) =>
    keys
      .filter((alternatives) => !alternatives.some((key) => testContent().texts[locale].has(key)))
      .map((alternatives) => `${locale}: ${alternatives.join(' or ')}`),
  );

describe('texts in both languages', () => {
  it('for every criterion of the thrombolysis tables, with a sentence', () => {
    const ids = GUIDELINE_IDS.flatMap((id) => THROMBOLYSIS_RULES[id].map((rule) => rule.id));
    expect(ids.length).toBeGreaterThan(50);
    expect(missing(ids.flatMap((id) => [[`criterion.${id}`], [`criterion.${id}.sentence`]]))).toEqual([]);
  });

  it('for every id that the sources of the decisions write', () => {
    const ids = literals(/\bid: '([a-z0-9.-]+)'/g);
    expect(ids.length).toBeGreaterThan(80);
    const kinds = ['criterion', 'target', 'stroke-state.edge', 'term.item', 'term.reading', 'score-value'];
    const keys = (id: string): string[] => kinds.map((kind) => `${kind}${kind.startsWith('term') ? '-' : '.'}${id}`);
    expect(missing(ids.map(keys))).toEqual([]);
  });

  it('for every note and action that the sources of the decisions write', () => {
    // A key may also be that of a fact.
    const keys = literals(/\bkey: '([a-z0-9-]+)'/g).filter((key) => !isFactKey(key));
    expect(keys.length).toBeGreaterThan(20);
    expect(missing(keys.map((key) => [`note.${key}`, `action.${key}`]))).toEqual([]);
  });

  it('for every conclusion, reason and target', () => {
    const conclusions = [...THROMBOLYSIS_CONCLUSIONS, ...THROMBECTOMY_CONCLUSIONS].map((c) => [`conclusion.${c}`]);
    const reasons = UNKNOWN_REASONS.map((why) => [`unknown-reason.${why}`]);
    const targets = REPERFUSION_PHASES.flatMap(bloodPressureTargets).map(({ id }) => [`target.${id}`]);
    expect(missing([...conclusions, ...reasons, ...targets])).toEqual([]);
  });
});
