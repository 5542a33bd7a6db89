import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { scoreRow } from '../decisions/scores/index.ts';
import { CommandError, EXIT } from './terminal.ts';

/** Rows of a JSON array, of `{ "vectors": [...] }`-like objects with one array, or of NDJSON. */
function rowsOf(content: string): unknown[] {
  const trimmed = content.trim();
  if (trimmed === '')
    throw new CommandError('no rows: give a JSON array of {"score", "inputs"} or one such object a line');
  try {
    const parsed: unknown = JSON.parse(trimmed);
    if (Array.isArray(parsed)) return parsed as unknown[];
    return [parsed];
  } catch {
    return trimmed.split(/\r?\n/).flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        throw new CommandError(`line ${String(index + 1)} is not JSON: write one {"score", "inputs"} object a line`);
      }
    });
  }
}

/** The row without what an earlier run said of it: its result, or its error after the input was mended. */
function withoutScore(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'result' && name !== 'error'));
}

/** `stroke-cds score [file]`: writes each row with its `result`, as an array when it read one, else a line each. */
export async function scoreCommand(file: string | undefined): Promise<number> {
  let content: string;
  try {
    content = file === undefined || file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch {
    throw new CommandError(`cannot read ${file ?? 'standard input'}`);
  }
  const isArray = content.trim().startsWith('[');
  const results = rowsOf(content).map((row) => {
    const scored = scoreRow(row);
    return typeof row === 'object' && row !== null ? { ...withoutScore(row), ...scored } : scored;
  });
  process.stdout.write(
    isArray ? `${JSON.stringify(results, null, 2)}\n` : results.map((r) => `${JSON.stringify(r)}\n`).join(''),
  );
  return results.some((r) => 'error' in r) ? EXIT.problems : EXIT.ok;
}
