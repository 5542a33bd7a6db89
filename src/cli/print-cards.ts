/** Cards on a terminal: the Markdown as it is, indented, with bold where the terminal can. */
interface PrintedCard {
  readonly summary: string;
  readonly indicator: string;
  readonly detail?: string;
  readonly suggestions?: readonly { readonly label: string }[];
  readonly links?: readonly { readonly label: string; readonly url: string }[];
}

const MARK: Readonly<Record<string, string>> = { critical: '!!', warning: '! ', info: 'i ' };

function styled(text: string, on: boolean): string {
  const plain = on ? text.replaceAll(/\*\*(.+?)\*\*/g, '\u001b[1m$1\u001b[22m') : text.replaceAll('**', '');
  // Escapes are for Markdown: here nothing is markup any more.
  return plain.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
}

/** @param width columns to wrap prose at; tables stay whole */
function wrap(line: string, width: number): string[] {
  if (line.startsWith('|') || line.length <= width) return [line];
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(' ')) {
    if (row !== '' && row.length + 1 + word.length > width) {
      rows.push(row);
      row = '  ';
    }
    row = row.trim() === '' ? row + word : `${row} ${word}`;
  }
  return [...rows, row];
}

export function printCards(body: unknown, options: { readonly color: boolean; readonly brief?: boolean }): string {
  const cards = (body as { cards?: readonly PrintedCard[] }).cards ?? [];
  if (cards.length === 0) return '    (no card: nothing in the record points to an acute stroke)\n';
  const bold = (text: string): string => (options.color ? `\u001b[1m${text}\u001b[22m` : text);
  return cards
    .map((card) => {
      const lines = [`  ${MARK[card.indicator] ?? '  '} ${bold(card.summary)}`];
      if (options.brief !== true) {
        for (const line of (card.detail ?? '').split('\n')) {
          for (const part of wrap(line, 112)) lines.push(`       ${styled(part, options.color)}`);
        }
        for (const { label } of card.suggestions ?? []) lines.push(`       [ ] ${label}`);
        for (const { label, url } of card.links ?? []) lines.push(`       -> ${label}: ${url}`);
        lines.push('');
      }
      return lines.join('\n').replaceAll(/[ \t]+$/gm, '');
    })
    .join('\n')
    .concat('\n');
}
