/** What the copy says about its own de-identification: PS3.3 C.7.1.1 and the codes of PS3.16 CID 7050. */
import { text, type OutElement } from '../write-data-set.ts';
import type { DeidentificationOptions } from './confidentiality-actions.ts';

export function methodElements(options: DeidentificationOptions): readonly OutElement[] {
  const { retainLongitudinal } = options;
  const chosen: readonly (readonly [boolean | undefined, string, string])[] = [
    [true, '113100', 'Basic Application Confidentiality Profile'],
    [options.cleanDescriptors, '113105', 'Clean Descriptors Option'],
    [retainLongitudinal === 'full', '113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
    [retainLongitudinal === 'modified', '113107', 'Retain Longitudinal Temporal Information Modified Dates Option'],
    [options.retainPatientCharacteristics, '113108', 'Retain Patient Characteristics Option'],
    [options.retainDeviceIdentity, '113109', 'Retain Device Identity Option'],
    [options.retainUids, '113110', 'Retain UIDs Option'],
    [options.retainInstitutionIdentity, '113112', 'Retain Institution Identity Option'],
  ];
  const codes = chosen.filter(([used]) => used === true).map(([, value, meaning]) => codeItem(value, meaning));
  const times =
    retainLongitudinal === undefined ? 'REMOVED' : retainLongitudinal === 'full' ? 'UNMODIFIED' : 'MODIFIED';
  return [
    { tag: 'x00120062', vr: 'CS', value: text('YES') },
    { tag: 'x00120063', vr: 'LO', value: text('DICOM PS3.15 Annex E, basic profile') },
    { tag: 'x00120064', vr: 'SQ', value: codes },
    { tag: 'x00280303', vr: 'CS', value: text(times) },
  ];
}

function codeItem(value: string, meaning: string): readonly OutElement[] {
  return [
    { tag: 'x00080100', vr: 'SH', value: text(value) },
    { tag: 'x00080102', vr: 'SH', value: text('DCM') },
    { tag: 'x00080104', vr: 'LO', value: text(meaning.slice(0, 64)) },
  ];
}
