/** Names and descriptions as the world writes them; examples of DICOM PS3.5 Annexes H to K. */
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/imaging/dicom/character-sets.ts';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { ctSeries } from '../../support/dicom-files.ts';

const ESC = '\x1b';
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('text', () => {
  it.each<[string, string, readonly string[], string]>([
    ['default repertoire', 'Mueller^Uwe', [], 'Mueller^Uwe'],
    ['Latin 1', 'M\xfcller', ['ISO_IR 100'], 'Müller'],
    ['Latin 1, misspelt as ISO-IR 100', 'M\xfcller', ['ISO-IR 100'], 'Müller'],
    ['Latin 2', '\xa6wider', ['ISO_IR 101'], 'Świder'],
    ['Cyrillic', '\xbb\xee\xda\x63\x65\xdc\xd1\xe3\xe0\xd3', ['ISO_IR 144'], 'Люкceмбург'],
    ['Arabic', '\xe2\xc8\xc7\xe6\xea', ['ISO_IR 127'], 'قباني'],
    ['Greek', '\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2', ['ISO_IR 126'], 'Διονυσιος'],
    ['Hebrew', '\xf9\xf8\xe5\xef', ['ISO_IR 138'], 'שרון'],
    ['Latin 9', '\xa4', ['ISO_IR 203'], '€'],
    ['Thai', '\xb9\xd2\xc1', ['ISO_IR 166'], 'นาม'],
    ['half-width katakana', '\xd4\xcf\xc0\xde^\xc0\xdb\xb3', ['ISO_IR 13'], 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
    ['UTF-8', Buffer.from('王^小東').toString('latin1'), ['ISO_IR 192'], '王^小東'],
    ['GB18030', '\xcd\xf5^\xd0\xa1\xb6\xab', ['GB18030'], '王^小东'],
    ['GB18030 with 0x5C inside a character', '\x81\\', ['GB18030'], '乗'],
    [
      'kanji after an empty first value (H.3-1)',
      `Yamada^Tarou=${ESC}$B;3ED${ESC}(B^${ESC}$BB@O:${ESC}(B=${ESC}$B$d$^$@${ESC}(B^${ESC}$B$?$m$&${ESC}(B`,
      ['', 'ISO 2022 IR 87'],
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'katakana, then kanji (H.3-2)',
      `\xd4\xcf\xc0\xde^\xc0\xdb\xb3=${ESC}$B;3ED${ESC}(J^${ESC}$BB@O:${ESC}(J=${ESC}$B$d$^$@${ESC}(J^${ESC}$B$?$m$&${ESC}(J`,
      ['ISO 2022 IR 13', 'ISO 2022 IR 87'],
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
    ],
    ['supplementary kanji', `${ESC}$(D\x30\x21${ESC}(B`, ['', 'ISO 2022 IR 159'], '丂'],
    [
      'Korean (I.2)',
      `Hong^Gildong=${ESC}$)C\xfb\xf3^${ESC}$)C\xd1\xce\xd4\xd7=${ESC}$)C\xc8\xab^${ESC}$)C\xb1\xe6\xb5\xbf`,
      ['', 'ISO 2022 IR 149'],
      'Hong^Gildong=洪^吉洞=홍^길동',
    ],
    [
      'Chinese (K.2)',
      `Zhang^XiaoDong=${ESC}$)A\xd5\xc5^${ESC}$)A\xd0\xa1\xb6\xab=`,
      ['', 'ISO 2022 IR 58'],
      'Zhang^XiaoDong=张^小东=',
    ],
    ['Latin 1, then Greek', `M\xfcller ${ESC}-F\xc4`, ['ISO 2022 IR 100', 'ISO 2022 IR 126'], 'Müller Δ'],
    ['UTF-8 that nobody declared', Buffer.from('Schädel').toString('latin1'), [], 'Schädel'],
  ])('%s', (_name, written, sets, wanted) => {
    expect(decodeText(bytes(written), sets, true)).toBe(wanted);
  });

  it.each<[string, string, readonly string[]]>([
    ['bytes beyond ASCII without a set', 'M\xfcller', []],
    ['an unknown set', 'M\xfcller', ['KLINGON']],
    ['broken UTF-8', 'M\xfcller', ['ISO_IR 192']],
    ['an unknown escape sequence', `${ESC}%G\xfc`, ['ISO 2022 IR 100']],
    ['half a kanji', `${ESC}$B;`, ['', 'ISO 2022 IR 87']],
  ])('is null for %s', (_name, written, sets) => {
    expect(decodeText(bytes(written), sets)).toBeNull();
  });

  it('reaches the header decoded, in sequences by the set of the instance', () => {
    const tags = {
      SpecificCharacterSet: 'ISO_IR 192',
      SeriesDescription: 'Schädel nativ',
      OtherPatientIDsSequence: [{ PatientID: 'Ä-7', IssuerOfPatientID: 'Köln' }],
    };
    const [instance] = ctSeries({ size: [2, 2, 1], tags });
    const header = parseInstance(instance?.bytes ?? new Uint8Array());
    expect(header.seriesDescription).toBe('Schädel nativ');
    expect(header.patient.otherIds).toEqual([{ id: 'Ä-7', issuer: 'Köln' }]);
  });
});
