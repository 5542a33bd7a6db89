/**
 * Where a JSON text breaks. `JSON.parse` says it in words that quote the text, which may hold patient data,
 * and not always with a position; so the place is found again here, on the error path only.
 */

const SCALAR_OR_SIGN = /(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{},:])/y;
const STRING_STOP = /["\\\u0000-\u001f]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** @returns the offset after the closing quote; undefined when the string is broken */
function stringEnd(json: string, start: number): number | undefined {
  let position = start + 1;
  for (;;) {
    STRING_STOP.lastIndex = position;
    const stop = STRING_STOP.exec(json);
    if (stop?.[0] === '"') return stop.index + 1;
    if (stop?.[0] !== '\\') return undefined;
    ESCAPE.lastIndex = stop.index;
    if (!ESCAPE.test(json)) return undefined;
    position = ESCAPE.lastIndex;
  }
}

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'end-of-text';

interface State {
  readonly open: ('[' | '{')[];
  expected: Expected;
}

function afterValue({ open }: State): Expected {
  return open.length === 0 ? 'end-of-text' : 'comma-or-end';
}

/** @returns false when the token may not stand here */
function punctuation(state: State, sign: string): boolean {
  const { open, expected } = state;
  const inside = open.at(-1);
  if (sign === '{' || sign === '[') {
    if (expected !== 'value' && expected !== 'value-or-end') return false;
    open.push(sign);
    state.expected = sign === '{' ? 'key-or-end' : 'value-or-end';
  } else if (sign === '}' || sign === ']') {
    const empty = expected === (sign === '}' ? 'key-or-end' : 'value-or-end');
    if (inside !== (sign === '}' ? '{' : '[') || !(empty || expected === 'comma-or-end')) return false;
    open.pop();
    state.expected = afterValue(state);
  } else if (sign === ':') {
    if (expected !== 'colon') return false;
    state.expected = 'value';
  } else {
    if (expected !== 'comma-or-end') return false;
    state.expected = inside === '{' ? 'key' : 'value';
  }
  return true;
}

function scalar(state: State, isString: boolean): boolean {
  if (state.expected === 'key' || state.expected === 'key-or-end') {
    state.expected = 'colon';
    return isString;
  }
  if (state.expected !== 'value' && state.expected !== 'value-or-end') return false;
  state.expected = afterValue(state);
  return true;
}

function string(state: State, json: string, position: number): number | undefined {
  const end = stringEnd(json, position);
  return end !== undefined && scalar(state, true) ? end : undefined;
}

function other(state: State, json: string, position: number): number | undefined {
  SCALAR_OR_SIGN.lastIndex = position;
  const token = SCALAR_OR_SIGN.exec(json);
  if (token === null) return undefined;
  const sign = token[2];
  const fits = sign === undefined ? scalar(state, false) : punctuation(state, sign);
  return fits ? SCALAR_OR_SIGN.lastIndex : undefined;
}

/**
 * @returns the zero-based offset of the first token that breaks the grammar, the length of the text when it ends too
 * early, or undefined when nothing is wrong
 */
export function jsonErrorPosition(json: string): number | undefined {
  const state: State = { open: [], expected: 'value' };
  let position = 0;
  for (;;) {
    while (' \t\r\n'.includes(json[position] ?? '!')) position += 1;
    if (position >= json.length) return state.expected === 'end-of-text' ? undefined : json.length;
    const end = json[position] === '"' ? string(state, json, position) : other(state, json, position);
    if (end === undefined) return position;
    position = end;
  }
}
