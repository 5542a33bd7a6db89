/**
 * De-identified copies for export: DICOM PS3.15 Annex E, Basic Application Level Confidentiality Profile with the
 * options that a site chooses. Pixels, their transfer syntax and the texts that stay are copied byte for byte.
 */
import { ImageRefusal } from '../image-refusal.ts';
import type { DataSet, Element } from 'dicom-parser';
import dcmjs from 'dcmjs';
import { cleanDescriptor } from './de-identification/clean-descriptor.ts';
import { actionOf, type Action, type DeidentificationOptions } from './de-identification/confidentiality-actions.ts';
import { exportWarnings, type ExportWarning } from './de-identification/export-warnings.ts';
import { methodElements } from './de-identification/method-elements.ts';
import { pseudonyms, shiftedDate, type Pseudonyms } from './de-identification/pseudonyms.ts';
import { characterSets, code, codes, text as decodedText, uid, valueBytes } from './elements.ts';
import { storedPictures } from './mosaic.ts';
import { openInstance } from './open-instance.ts';
import { headerOf } from './parse-instance.ts';
import { pixelDataElement } from './pixel-data.ts';
import { text, writeFile, type OutElement } from './write-data-set.ts';

export type { DeidentificationOptions } from './de-identification/confidentiality-actions.ts';
export type { ExportWarning } from './de-identification/export-warnings.ts';

export interface Deidentified {
  readonly bytes: Uint8Array;
  /** SOP Instance UID of the copy. */
  readonly sopInstanceUid: string;
  readonly warnings: readonly ExportWarning[];
}

interface Context {
  readonly names: Pseudonyms;
  readonly options: DeidentificationOptions;
  readonly enhanced: boolean;
  /** Of the enclosing data set. */
  readonly sets: readonly string[];
}

/**
 * @param key secret of the site, 16 bytes or more: the same key replaces the same patient and UID by the same ones
 * @throws ImageRefusal for what cannot be read, and 'unsupported-type' for objects without pixels (reports, documents)
 * @throws RangeError when the key is too short
 */
export function deidentify(
  bytes: Uint8Array,
  { key, options = {} }: { readonly key: Uint8Array; readonly options?: DeidentificationOptions },
): Deidentified {
  const opened = openInstance(bytes);
  const header = headerOf(opened);
  const { patient, studyUid, sopClassUid, sopInstanceUid, pixels } = header;
  if (pixels === null) {
    throw new ImageRefusal(
      'unsupported-type',
      'reports and documents are text about the patient: only images are de-identified',
      sopInstanceUid,
    );
  }
  const who = patient.patientId === null ? studyUid : `${patient.issuer ?? ''}\0${patient.patientId}`;
  const context: Context = {
    names: pseudonyms(key, who),
    options,
    enhanced: opened.dataSet.elements['x52009229'] !== undefined,
    sets: characterSets(opened.dataSet),
  };
  const elements = copied(opened.dataSet, context).filter(({ tag }) => !OWN.has(tag));
  const newUid = options.retainUids === true ? sopInstanceUid : context.names.uid(sopInstanceUid);
  const own: OutElement[] = [
    { tag: 'x00100010', vr: 'PN', value: text(context.names.patient) },
    { tag: 'x00100020', vr: 'LO', value: text(context.names.patient) },
    ...methodElements(options),
  ];
  const pictures = storedPictures({ ...header, pixels });
  const copy = writeFile({
    sopClassUid,
    sopInstanceUid: newUid,
    syntaxUid: opened.syntaxUid,
    syntax: opened.syntax,
    elements: [...elements, ...own],
    pixelData: pixelDataElement(opened, pictures.pixels, pictures.count),
  });
  // An attribute that was written under a VR not its own is gone: an image that needs it does not leave half.
  headerOf(openInstance(copy));
  return { bytes: copy, sopInstanceUid: newUid, warnings: exportWarnings(opened.dataSet) };
}

/** Written anew in every copy. */
const OWN = new Set(['x00100010', 'x00100020', 'x00120062', 'x00120063', 'x00120064', 'x00280303', 'x7fe00010']);

function copied(dataSet: DataSet, context: Context): OutElement[] {
  return Object.values(dataSet.elements)
    .filter(({ tag }) => !tag.startsWith('x0002') && tag !== 'x7fe00010')
    .flatMap((element) => copiedElement(dataSet, element, context) ?? []);
}

function copiedElement(dataSet: DataSet, element: Element, context: Context): OutElement | null {
  const { tag } = element;
  const vr = vrOf(element);
  const action = actionOf(tag.slice(1).toUpperCase(), vr, context.options, context.enhanced);
  if (vr === undefined || action === 'remove') return null;
  if (vr === 'SQ') return sequence(element, action, context);
  const value = newValue(dataSet, tag, vr, action, context);
  return value === null ? null : { tag, vr, value };
}

function sequence({ tag, items = [] }: Element, action: Action, context: Context): OutElement {
  if (action === 'empty' || action === 'dummy') return { tag, vr: 'SQ', value: [] };
  const copies = items.flatMap(({ dataSet }) =>
    dataSet === undefined ? [] : [copied(dataSet, { ...context, sets: characterSets(dataSet, context.sets) })],
  );
  return { tag, vr: 'SQ', value: copies };
}

function newValue(dataSet: DataSet, tag: string, vr: string, action: Action, context: Context): Uint8Array | null {
  const present = valueBytes(dataSet, tag);
  if (present === null || action === 'empty') return new Uint8Array();
  switch (action) {
    case 'dummy':
      return dummy(vr, uid(dataSet, tag), context.names);
    case 'uid':
      return text(
        codes(dataSet, tag)
          .map((original) => (original === '' ? '' : context.names.uid(original)))
          .join('\\'),
        0,
      );
    case 'shift':
      return shifted(codes(dataSet, tag), context.names.shiftDays);
    case 'clean':
      return text(cleanDescriptor(decodedText(dataSet, tag, context.sets)));
    case 'age':
      return text(oldest(code(dataSet, tag)));
    default:
      return plausible(present, tag === ZONE ? 'DT' : vr) ? even(present) : null;
  }
}

/** TimezoneOffsetFromUTC, a short string that is part of a date. */
const ZONE = 'x00080201';

/** What stands in an element must be what its VR says: a name in a code string is no code string. */
const PLAUSIBLE: Readonly<Record<string, RegExp>> = {
  CS: /^[A-Z0-9_ \\]*$/,
  DS: /^[0-9+\-.eE \\]*$/,
  IS: /^[0-9+\- \\]*$/,
  DA: /^[0-9. \\]*$/,
  TM: /^[0-9:. \\]*$/,
  DT: /^[0-9+\-. \\]*$/,
  UI: /^[0-9. \\]*$/,
};

function plausible(value: Uint8Array, vr: string): boolean {
  return (
    PLAUSIBLE[vr]?.test(
      Buffer.from(value)
        .toString('latin1')
        .replace(/[\0 ]+$/, ''),
    ) ?? true
  );
}

function even(value: Uint8Array): Uint8Array {
  return value.length % 2 === 0 ? value : Buffer.concat([value, new Uint8Array(1)]);
}

function shifted(dates: readonly string[], days: number): Uint8Array | null {
  const moved = dates.map((date) => shiftedDate(date, days));
  return moved.some((date) => date === null) ? null : text(moved.join('\\'));
}

const DUMMIES: Readonly<Record<string, string>> = {
  ...{ DA: '19000101', TM: '000000', DT: '19000101000000', AS: '000Y', IS: '0', DS: '0' },
  ...{ AE: 'ANONYMIZED', CS: 'ANONYMIZED', LO: 'ANONYMIZED', LT: 'ANONYMIZED', PN: 'ANONYMIZED', SH: 'ANONYMIZED' },
  ...{ ST: 'ANONYMIZED', UC: 'ANONYMIZED', UR: 'urn:anonymized', UT: 'ANONYMIZED' },
};
const NUMBER_BYTES: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8, AT: 4 };

function dummy(vr: string, original: string | null, names: Pseudonyms): Uint8Array {
  if (vr === 'UI') return original === null ? new Uint8Array() : text(names.uid(original), 0);
  return vr in DUMMIES ? text(DUMMIES[vr] ?? '') : new Uint8Array(NUMBER_BYTES[vr] ?? 0);
}

/** Ages above 89 single people out. */
function oldest(age: string | null): string {
  return age !== null && /^\d{3}Y$/.test(age) && Number(age.slice(0, 3)) > 89 ? '090Y' : (age ?? '');
}

/** VRs that the dictionary leaves open. */
const OPEN: Readonly<Record<string, readonly string[]>> = {
  ox: ['OW', 'OB'],
  OB: ['OB', 'OW'],
  OW: ['OW', 'OB'],
  xs: ['US', 'SS'],
  lt: ['OW', 'US', 'SS'],
};

/** undefined for what is no standard element, or is not written as one. */
function vrOf({ tag, vr }: Element): string | undefined {
  const known = dcmjs.data.DicomMetaDictionary.dictionary[`(${tag.slice(1, 5)},${tag.slice(5)})`.toUpperCase()]?.vr;
  if (known === undefined) return undefined;
  const allowed = OPEN[known] ?? [known];
  // The parser read offset tables as OB: see open-instance.ts.
  if (vr === undefined || known === 'OV') return allowed[0];
  return allowed.includes(vr) ? vr : undefined;
}
