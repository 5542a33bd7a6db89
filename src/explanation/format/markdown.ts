/** GitHub-flavored Markdown without HTML. Every value that is not our own text passes one of the two escapes. */

/** Control, format and line-separating characters become a blank: they could end a table row or hide text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const ALL_PUNCTUATION = /[!-/:-@[-`{-~]/g;
/** Letters, digits and the common marks of our texts, none of which Markdown gives a meaning. */
const PLAIN = /^[ A-Za-z0-9.,;:()/%≤≥–\u4e00-\u9fff，。；：（）、-]*$/;
const ACTIVE_IN_TEXT = /[\\`*_[\]<>|~&@]/g;

/** For anything that came with the record: every ASCII punctuation mark is escaped, so nothing can become markup. */
export function escapeRecordText(text: string): string {
  return text.replace(INVISIBLE, ' ').trim().replace(ALL_PUNCTUATION, '\\$&');
}

/** For values that we formatted ourselves (numbers, units, times, labels): keeps the raw text readable. */
export function escapeValue(text: string): string {
  // Nearly every value is plain; the test is much cheaper than two replacements.
  if (PLAIN.test(text)) return text;
  return text.replace(INVISIBLE, ' ').replace(ACTIVE_IN_TEXT, '\\$&');
}

/** One line of a table; cells must be escaped already. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A table of lines made by `tableRow`. Empty when there are no rows. */
export function table(head: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  return `${tableRow(head)}\n${tableRow(head.map(() => '---'))}\n${rows.join('\n')}`;
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Joins the parts that are not empty with a blank line. */
export function blocks(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
