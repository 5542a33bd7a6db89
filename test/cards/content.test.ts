import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContentProblems, loadCardContent } from '../../src/explanation/content/load.ts';
import { CARDS_FOLDER, testContent } from '../explanation/support/content.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cards-'));
  cpSync(CARDS_FOLDER, folder, { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function edit(file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

function problems(): readonly string[] {
  try {
    loadCardContent(folder);
  } catch (error) {
    if (error instanceof ContentProblems) return error.problems;
    throw error;
  }
  return [];
}

describe('content with a mistake is refused at start', () => {
  it('when a locale lacks a text', () => {
    edit('thrombolysis/zh-CN.md', (text) => text.replace('## summary.contraindicated\n', '## summary.contra\n'));
    expect(problems()).toEqual(
      expect.arrayContaining([
        'zh-CN: thrombolysis.summary.contraindicated is missing',
        'en: thrombolysis.summary.contra is missing',
        'thrombolysis.summary.contra is not declared in card.json',
      ]),
    );
  });

  it('when a text names a value that does not exist', () => {
    edit('thrombolysis/en.md', (text) =>
      text.replace('Thrombolysis: recommended{window}', 'Thrombolysis: recommended{windw}'),
    );
    expect(problems()).toEqual(['en: thrombolysis.summary.recommended uses the unknown placeholder {windw}']);
  });

  it('when the translation of a term names another value', () => {
    edit('terms/zh-CN/unit.json', (text) => text.replace('{value} kg', '{weight} kg'));
    expect(problems()).toEqual(['zh-CN: unit.kg uses the unknown placeholder {weight}']);
  });

  it('when a message, a JSON file or a definition is malformed, naming all of them', () => {
    edit('thrombectomy/en.md', (text) => text.replace('{window}', '{window'));
    edit('terms/en/fact.json', () => '{');
    edit('hemorrhage/card.json', (text) => text.replace('"topic": "hemorrhage"', '"topic": "thrombolysis"'));
    const found = problems().join('\n');
    expect(found).toContain('en: thrombectomy.summary.recommended is not a valid message');
    expect(found).toContain('terms/en/fact.json is not valid JSON');
    expect(found).toContain("hemorrhage/card.json: topic is 'thrombolysis'");
  });

  it('when a file is gone or an order has no name', () => {
    rmSync(join(folder, 'about/zh-CN.md'));
    edit('orders.json', (text) => text.replace('"id": "aptt"', '"id": "unnamed"'));
    expect(problems()).toEqual(
      expect.arrayContaining(['about/zh-CN.md cannot be read', 'en: order.unnamed is missing']),
    );
  });

  it('when a folder is not there at all', () => {
    rmSync(folder, { recursive: true });
    expect(problems().length).toBeGreaterThan(5);
  });
});

describe('the content that ships', () => {
  it('loads without a problem', () => {
    expect(problems()).toEqual([]);
  });

  it('has a version that changes with any text', () => {
    const before = loadCardContent(folder).version;
    expect(before).toBe(testContent().version);
    edit('about/en.md', (text) => `${text}\nMore.\n`);
    expect(loadCardContent(folder).version).not.toBe(before);
  });

  it('holds no HTML and never orders: no imperative to give', () => {
    const { texts } = testContent();
    for (const key of texts.en.keys()) {
      for (const locale of ['en', 'zh-CN'] as const)
        expect(texts[locale].text(key), key).not.toMatch(/<\/?[a-z][^>]*>/i);
      expect(texts.en.text(key), key).not.toMatch(/\bgive now\b|^give\b|\badminister now\b/i);
    }
  });

  it('has no English words left in the Chinese names of criteria', () => {
    const { texts } = testContent();
    const accepted =
      /\b(NIHSS|mRS|ASPECTS|DWI|FLAIR|ICA|M1|M2|INR|aPTT|PT|CT|MRI|CTA|MRA|TIA|DAWN|DEFUSE|SELECT2|ANGEL|ASPECT|ARIA|mg|dL|dl|mm|mmol|mmHg|mL|s|L|IIb|IIIa|Xa|GCS|ST|AHA|ASA|ESO|BP|SBP|DOAC|PCC|U|kg|IU|Tmax|LDL|FUNC|ICH|BAT|BRAIN|max|TXA|FFP|h)\b/g;
    for (const key of texts['zh-CN'].keys().filter((k) => k.startsWith('criterion.') && !k.endsWith('.sentence')))
      expect(texts['zh-CN'].text(key).replace(accepted, ''), key).not.toMatch(/[A-Za-z]{4,}/);
  });

  it('says the same about itself in both languages, to the section', () => {
    const { about } = testContent();
    expect(about['zh-CN'].map((s) => s.id)).toEqual(about.en.map((s) => s.id));
    for (const id of ['intended-use', 'users', 'population', 'validation', 'limits', 'report'])
      expect(about.en.some((s) => s.id === id && s.body.length > 40)).toBe(true);
  });
});
