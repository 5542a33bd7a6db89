/** From values by keyword to the bytes of a DICOM instance: explicit little endian, UTF-8. */
import dcmjs, { type NaturalDataset } from 'dcmjs';

/** Our implementation, in the meta information of every instance (a UID made of a UUID, PS3.5 section B.2). */
const IMPLEMENTATION_UID = '2.25.221357683941736052958337911926433051837';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

// It reports through a logger of its own, with values of the data set.
dcmjs.log.setLevel('silent');

/** A DICOM object of ours, ready to be stored. */
export interface DicomObject {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly bytes: Uint8Array;
}

export interface InstanceDataset extends NaturalDataset {
  SOPClassUID: string;
  SOPInstanceUID: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
}

/** @param implementation name of the software, at most 16 characters */
export function encodeInstance(dataset: InstanceDataset, implementation: string): DicomObject {
  const { DicomDict, DicomMetaDictionary } = dcmjs.data;
  const meta = DicomMetaDictionary.denaturalizeDataset({
    FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
    MediaStorageSOPClassUID: dataset.SOPClassUID,
    MediaStorageSOPInstanceUID: dataset.SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT_LITTLE_ENDIAN,
    ImplementationClassUID: IMPLEMENTATION_UID,
    ImplementationVersionName: implementation.slice(0, 16),
  });
  const file = new DicomDict(meta);
  file.dict = DicomMetaDictionary.denaturalizeDataset({ ...dataset, SpecificCharacterSet: 'ISO_IR 192' });
  return {
    sopClassUid: dataset.SOPClassUID,
    sopInstanceUid: dataset.SOPInstanceUID,
    studyUid: dataset.StudyInstanceUID,
    seriesUid: dataset.SeriesInstanceUID,
    bytes: new Uint8Array(file.write()),
  };
}

const DS_LENGTH = 16;

/** A number as Decimal String: the shortest text that reads back the same, or as many digits as 16 characters hold. */
export function decimalString(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('a decimal string needs a finite number');
  let text = String(value);
  for (let digits = 16; text.length > DS_LENGTH; digits--) text = String(Number(value.toPrecision(digits)));
  return text;
}

/**
 * Text for a VR that holds so many characters, without the separator of values. Bytes are counted, not characters:
 * archives that check lengths do so, too.
 */
export function fitting(text: string, length: number): string {
  const plain = text.replaceAll('\\', '/');
  if (Buffer.byteLength(plain) <= length) return plain;
  let kept = plain.slice(0, length - 3);
  while (Buffer.byteLength(kept) > length - 3) kept = kept.slice(0, -1);
  return `${kept}...`;
}
