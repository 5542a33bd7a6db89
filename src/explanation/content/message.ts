/** One ICU message, compiled once. Formatting never throws: a value that was not given is shown as a dash. */
import { IntlMessageFormat } from 'intl-messageformat';

export const MISSING_VALUE = '—';

export type MessageValues = Readonly<Record<string, string | number>>;

export interface CompiledMessage {
  readonly placeholders: ReadonlySet<string>;
  /** The whole text when it names no value. */
  readonly fixed: string | null;
  readonly format: (values: MessageValues) => string;
}

type Ast = ReturnType<IntlMessageFormat['getAst']>;

/** Element kinds of the ICU syntax tree: plain text, '{name}', and '#' inside a plural. */
const LITERAL = 0;
const ARGUMENT = 1;
const POUND = 7;

/** @throws SyntaxError when the text is not a valid ICU message */
export function compileMessage(text: string, locale: string): CompiledMessage {
  // Angle brackets are plain characters here: medicine writes '<185/110', not tags.
  const message = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
  const names = [...placeholdersOf(message.getAst())];
  const placeholders: ReadonlySet<string> = new Set(names);
  if (names.length === 0) {
    const fixed = String(message.format({}));
    return { placeholders, fixed, format: () => fixed };
  }
  const pieces = simplePieces(message.getAst());
  if (pieces !== undefined) return { placeholders, fixed: null, format: (values) => fill(pieces, values) };
  return {
    placeholders,
    fixed: null,
    format: (values) => {
      const isComplete = names.every((name) => values[name] !== undefined);
      const filled = isComplete ? values : Object.fromEntries(names.map((n) => [n, values[n] ?? MISSING_VALUE]));
      return String(message.format(filled));
    },
  };
}

/** Text, and the name of the value that follows it; null at the end. */
interface Piece {
  readonly text: string;
  readonly name: string | null;
}

/** Nine of ten messages are text and plain values: joined directly, they cost a tenth. Undefined for plurals and the like. */
function simplePieces(elements: Ast): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let text = '';
  for (const element of elements) {
    const kind: number = element.type;
    if (!('value' in element) || (kind !== LITERAL && kind !== ARGUMENT)) return undefined;
    if (kind === LITERAL) text += element.value;
    else {
      pieces.push({ text, name: element.value });
      text = '';
    }
  }
  if (text !== '') pieces.push({ text, name: null });
  return pieces;
}

function fill(pieces: readonly Piece[], values: MessageValues): string {
  let filled = '';
  for (const { text, name } of pieces) filled += name === null ? text : text + String(values[name] ?? MISSING_VALUE);
  return filled;
}

function placeholdersOf(elements: Ast): Set<string> {
  const names = new Set<string>();
  const visit = (list: Ast): void => {
    for (const element of list) {
      const kind: number = element.type;
      if (kind === LITERAL || kind === POUND) continue;
      if ('value' in element) names.add(element.value);
      if ('options' in element) for (const option of Object.values(element.options)) visit(option.value);
    }
  };
  visit(elements);
  return names;
}
