const LONE_SURROGATE_ESCAPE = /(\\\\)|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;

/** JSON.stringify writes lone surrogates, and only those, as escapes in the range D800 to DFFF. */
function mend(json: string): string {
  if (!json.includes('\\u')) return json;
  return json.replace(LONE_SURROGATE_ESCAPE, (escape, backslash: string | undefined) =>
    backslash === undefined ? '\ufffd' : escape,
  );
}

/** Its declared type forgets that undefined, functions and symbols give nothing. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** Quoted names: the same few hundred come in every record. The limit is for names that a request brings along. */
const quotedNames = new Map<string, string>();
const MOST_NAMES = 2_000;

function quotedName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = `${JSON.stringify(name)}:`;
  if (quotedNames.size < MOST_NAMES) quotedNames.set(name, quoted);
  return quoted;
}

/** Printable ASCII without quote and backslash needs no escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Code unit order, in place. Lists of names are short and often nearly in order: this takes a third of `sort`. */
function inOrder(names: string[]): string[] {
  if (names.length > MOST_SORTED_BY_HAND) return names.sort();
  for (let i = 1; i < names.length; i += 1) {
    const name = names[i] ?? '';
    let j = i - 1;
    for (let before = names[j]; before !== undefined && before > name; before = names[j]) {
      names[j + 1] = before;
      j -= 1;
    }
    names[j + 1] = name;
  }
  return names;
}
const MOST_SORTED_BY_HAND = 24;

function members(value: object): string {
  let text = '';
  for (const name of inOrder(Object.keys(value))) {
    const member = serialized((value as Record<string, unknown>)[name]);
    if (member !== undefined) text += (text === '' ? '' : ',') + quotedName(name) + member;
  }
  return `{${text}}`;
}

function items(values: readonly unknown[]): string {
  let text = '';
  for (let index = 0; index < values.length; index += 1) {
    text += (index === 0 ? '' : ',') + (serialized(values[index]) ?? 'null');
  }
  return `[${text}]`;
}

/** A value whose canonical text was written elsewhere, in a thread: it is taken over as it is. */
export class RawJson {
  readonly text: string;

  /** @param text what `canonicalText` gave */
  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

function serialized(value: unknown): string | undefined {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  if (typeof value !== 'object' || value === null) return stringify(value);
  if (value instanceof RawJson) return value.text;
  if ('toJSON' in value && typeof value.toJSON === 'function') return stringify(value);
  return Array.isArray(value) ? items(value) : members(value);
}

/**
 * RFC 8785 text of a JSON value. JavaScript writes numbers and strings as that standard wants, so writing members in code
 * unit order is all there is to do. It is on the path of every answer and takes a third of the time of the `canonicalize`
 * package, which is the yardstick in the tests.
 * What JSON cannot hold is replaced rather than refused (a lone surrogate by U+FFFD, NaN by null): odd text in a
 * request must not keep its record from being written.
 */
export function canonicalText(value: unknown): string {
  return mend(serialized(value) ?? 'null');
}
