/**
 * Patient and study of a source instance, as our own objects repeat them: an archive files an object under the study
 * and patient that it names, so both must be the source's, letter for letter (PS3.3 C.7.1.1, C.7.2.1).
 */
import { openInstance } from '../../dicom/open-instance.ts';
import { texts } from '../../dicom/elements.ts';
import { ImageRefusal } from '../../image-refusal.ts';

/** Keyword → tag. Type 2 elements are written empty when the source has none. */
const REQUIRED = {
  PatientName: 'x00100010',
  PatientID: 'x00100020',
  PatientBirthDate: 'x00100030',
  PatientSex: 'x00100040',
  StudyInstanceUID: 'x0020000d',
  StudyDate: 'x00080020',
  StudyTime: 'x00080030',
  ReferringPhysicianName: 'x00080090',
  StudyID: 'x00200010',
  AccessionNumber: 'x00080050',
} as const;
const OPTIONAL = {
  IssuerOfPatientID: 'x00100021',
  PatientAge: 'x00101010',
  PatientSize: 'x00101020',
  PatientWeight: 'x00101030',
  PatientIdentityRemoved: 'x00120062',
  DeidentificationMethod: 'x00120063',
  StudyDescription: 'x00081030',
  TimezoneOffsetFromUTC: 'x00080201',
} as const;
/** Of the image, but a segmentation must repeat it. */
const LOSSY = 'x00282110';
const LOSSY_HOW = { LossyImageCompressionRatio: 'x00282112', LossyImageCompressionMethod: 'x00282114' } as const;

type Element = string | readonly string[] | null;
type Elements = Readonly<Record<string, Element>>;

export interface StudyHeader {
  readonly studyUid: string;
  /** ±HHMM where the source tells it. */
  readonly utcOffset: string | null;
  /** How the image was compressed with loss; null: it was not. */
  readonly lossy: Elements | null;
  /** By keyword, ready for a data set. */
  readonly elements: Elements;
}

/** @param instance a stored instance of the source series @throws ImageRefusal where it is no instance of a study */
export function readStudyHeader(instance: Uint8Array): StudyHeader {
  const { dataSet } = openInstance(instance);
  const elements: Record<string, Element> = {};
  const read = (tag: string): Element => {
    const found = texts(dataSet, tag).filter((value) => value !== null);
    return found.length > 1 ? found : (found[0] ?? null);
  };
  for (const [keyword, tag] of Object.entries(REQUIRED)) elements[keyword] = read(tag);
  const present = (tags: Readonly<Record<string, string>>): Record<string, Element> =>
    Object.fromEntries(
      Object.entries(tags).flatMap(([keyword, tag]) => {
        const value = read(tag);
        return value === null ? [] : [[keyword, value]];
      }),
    );
  const { TimezoneOffsetFromUTC: offset, ...optional } = present(OPTIONAL);
  const studyUid = elements['StudyInstanceUID'];
  // A source that says 'de-identified' must say how (PS3.3 C.7.1.1); many do not, and our objects must be valid.
  const unstated = optional['PatientIdentityRemoved'] === 'YES' && optional['DeidentificationMethod'] === undefined;
  if (unstated) optional['DeidentificationMethod'] = 'not stated by the source';
  if (typeof studyUid !== 'string') throw new ImageRefusal('damaged', 'the instance names no study');
  return {
    studyUid,
    utcOffset: typeof offset === 'string' && /^[+-]\d{4}$/.test(offset) ? offset : null,
    lossy: read(LOSSY) === '01' ? present(LOSSY_HOW) : null,
    elements: { ...elements, ...optional },
  };
}
