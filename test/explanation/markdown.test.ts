import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../src/explanation/format/html.ts';
import { blocks, escapeRecordText, escapeValue, list, table, tableRow } from '../../src/explanation/format/markdown.ts';

// A client that allows HTML and turns bare addresses into links is the worst case.
const lenient = new MarkdownIt({ html: true, linkify: true });
const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[click](javascript:alert(1))',
    '![x](https://evil.example/x.png)',
    'https://evil.example',
    'www.evil.example',
    'a@evil.example',
    '| a | b |\n|---|---|\n| c | d |',
    '# heading\n\n- list',
    '`code` **bold** ~~gone~~',
    '&lt;b&gt; &#60;b&#62;',
    'a\u2028b\u0000c\u202Ed',
    '\\',
    '\\|',
  ),
);

function types(markdown: string): string[] {
  return lenient.parse(markdown, {}).flatMap((token) => [token.type, ...(token.children ?? []).map((c) => c.type)]);
}

describe('text that came with the record', () => {
  it('never becomes markup, a link or HTML, whatever it holds', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const found = types(`value: ${escapeRecordText(value)} end`);
        expect(new Set(found)).toEqual(
          new Set(
            ['paragraph_open', 'inline', 'text', 'paragraph_close'].concat(
              found.includes('text_special') ? ['text_special'] : [],
            ),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('never breaks a table: the row keeps its cells', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const row = [escapeRecordText(a), escapeRecordText(b), 'end'];
        const tokens = lenient.parse(table(['one', 'two', 'three'], [tableRow(row)]), {});
        expect(tokens.filter((token) => token.type === 'td_open')).toHaveLength(3);
        expect(tokens.filter((token) => token.type === 'tr_open')).toHaveLength(2);
        expect(tokens.some((token) => token.type.includes('html'))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is still readable: letters, digits and signs stay', () => {
    expect(lenient.render(escapeRecordText('INR 480 {INR}')).trim()).toBe('<p>INR 480 {INR}</p>');
  });
});

describe('values that we format', () => {
  it('cannot open HTML, a link, emphasis or a cell', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const html = lenient.render(`x ${escapeValue(value)} y`);
        expect(html).not.toMatch(/<(?!\/?(p|ul|ol|li|h1|a|br)\b)/);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps comparators and thresholds as they are read', () => {
    expect(lenient.render(escapeValue('<185/110 mmHg, ≥6 & "ok"')).trim()).toBe(
      '<p>&lt;185/110 mmHg, ≥6 &amp; &quot;ok&quot;</p>',
    );
  });
});

describe('HTML escaping', () => {
  it('leaves no character that could open a tag, an entity or end an attribute', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const escaped = escapeHtml(value);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});

describe('building blocks', () => {
  it('says nothing where there is nothing to say', () => {
    expect(table(['a'], [])).toBe('');
    expect(blocks(['', 'a', '', 'b'])).toBe('a\n\nb');
    expect(list([])).toBe('');
  });
});
