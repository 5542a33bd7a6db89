/**
 * Text of a data set by its SpecificCharacterSet (0008,0005): DICOM PS3.3 C.12.1.1.2 and PS3.5 chapter 6, with code
 * extensions of ISO 2022. What cannot be decoded is null, never a guess that looks like a name.
 */

/** A code element in use: what decodes its bytes, after they are put in the form that decoder knows. */
interface CodeSet {
  readonly label: string;
  readonly form: (bytes: readonly number[]) => Uint8Array;
}

const asIs = (bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
const high = (bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes, (byte) => byte | 0x80);
const supplementary = (bytes: readonly number[]): Uint8Array =>
  Uint8Array.from(bytes.flatMap((byte, at) => (at % 2 === 0 ? [0x8f, byte | 0x80] : [byte | 0x80])));

const single = (label: string): CodeSet => ({ label, form: asIs });
const ASCII = single('us-ascii');
const JIS_X_0201 = single('shift_jis');

/** Defined terms without code extensions, the ISO 2022 ones by the same number. */
const SINGLE_BYTE: Readonly<Record<string, CodeSet>> = {
  '100': single('iso-8859-1'),
  '101': single('iso-8859-2'),
  '109': single('iso-8859-3'),
  '110': single('iso-8859-4'),
  '144': single('iso-8859-5'),
  '127': single('iso-8859-6'),
  '126': single('iso-8859-7'),
  '138': single('iso-8859-8'),
  '148': single('iso-8859-9'),
  '203': single('iso-8859-15'),
  '13': JIS_X_0201,
  '166': single('windows-874'),
};

/** Escape sequences (after ESC) that designate G0 or G1. */
const DESIGNATIONS: readonly (readonly [escape: string, side: 'g0' | 'g1', set: CodeSet])[] = [
  ['(B', 'g0', ASCII],
  ['(J', 'g0', JIS_X_0201],
  [')I', 'g1', JIS_X_0201],
  ['-A', 'g1', single('iso-8859-1')],
  ['-B', 'g1', single('iso-8859-2')],
  ['-C', 'g1', single('iso-8859-3')],
  ['-D', 'g1', single('iso-8859-4')],
  ['-L', 'g1', single('iso-8859-5')],
  ['-G', 'g1', single('iso-8859-6')],
  ['-F', 'g1', single('iso-8859-7')],
  ['-H', 'g1', single('iso-8859-8')],
  ['-M', 'g1', single('iso-8859-9')],
  ['-b', 'g1', single('iso-8859-15')],
  ['-T', 'g1', single('windows-874')],
  ['$B', 'g0', { label: 'euc-jp', form: high }],
  ['$@', 'g0', { label: 'euc-jp', form: high }],
  ['$(D', 'g0', { label: 'euc-jp', form: supplementary }],
  ['$)C', 'g1', { label: 'euc-kr', form: asIs }],
  ['$)A', 'g1', { label: 'gb18030', form: asIs }],
];

const WHOLE: Readonly<Record<string, string>> = { ISO_IR_192: 'utf-8', GB18030: 'gb18030', GBK: 'gbk' };

/**
 * @param terms values of (0008,0005); empty for the default repertoire
 * @param name a person name, whose components also end a designation
 */
export function decodeText(bytes: Uint8Array, terms: readonly string[], name = false): string | null {
  if (bytes.every((byte) => byte < 0x80 && byte !== 0x1b)) return Buffer.from(bytes).toString('latin1');
  const named = terms.map((term) =>
    term
      .trim()
      .toUpperCase()
      .replace(/^ISO[ _-]?IR[ _-]?/, 'ISO_IR_'),
  );
  const whole = named.map((term) => WHOLE[term]).find((label) => label !== undefined);
  if (whole !== undefined) return decoded(whole, bytes);
  const first = named[0] ?? '';
  const number = /(?:ISO_IR_|ISO 2022 IR )(\d+)$/.exec(first)?.[1] ?? '6';
  const initial = SINGLE_BYTE[number];
  // Bytes beyond ASCII without a declared set: UTF-8 is the one form that is hardly met by chance.
  if (initial === undefined && !bytes.includes(0x1b)) return number === '6' ? decoded('utf-8', bytes) : null;
  return decodeRuns(bytes, initial, name);
}

function decodeRuns(bytes: Uint8Array, initial: CodeSet | undefined, name: boolean): string | null {
  const start = { g0: initial === JIS_X_0201 ? JIS_X_0201 : ASCII, g1: initial };
  let state: { g0: CodeSet; g1: CodeSet | undefined } = { ...start };
  let text = '';
  let run: number[] = [];
  let side: 'g0' | 'g1' = 'g0';
  const flush = (): boolean => {
    const set = state[side];
    const part = run.length === 0 ? '' : set === undefined ? null : decoded(set.label, set.form(run));
    run = [];
    text += part ?? '';
    return part !== null;
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x1b) {
      if (!flush()) return null;
      const found = designation(bytes, at + 1);
      if (found === undefined) return null;
      state = { ...state, [found.side]: found.set };
      at += found.length;
      continue;
    }
    const next = byte < 0x80 ? 'g0' : 'g1';
    // A two-byte set in G0 may hold the bytes of a delimiter as halves of a character.
    const inPair = next === 'g0' && state.g0.form !== asIs && (side === 'g0' ? run.length % 2 === 1 : false);
    const delimiter = !inPair && endsDesignation(byte, name, state.g0);
    if ((next !== side || delimiter) && !flush()) return null;
    side = next;
    if (delimiter) {
      state = { ...start };
      text += String.fromCharCode(byte);
    } else run.push(byte);
  }
  return flush() ? text : null;
}

function endsDesignation(byte: number, name: boolean, g0: CodeSet): boolean {
  if (byte < 0x20) return true;
  if (g0.form !== asIs) return false;
  return byte === 0x5c || (name && (byte === 0x5e || byte === 0x3d));
}

function designation(bytes: Uint8Array, from: number): { side: 'g0' | 'g1'; set: CodeSet; length: number } | undefined {
  const ahead = String.fromCharCode(...bytes.subarray(from, from + 3));
  const found = DESIGNATIONS.find(([escape]) => ahead.startsWith(escape));
  return found === undefined ? undefined : { side: found[1], set: found[2], length: found[0].length };
}

function decoded(label: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
