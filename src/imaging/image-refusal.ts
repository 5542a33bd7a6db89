/** Why an image cannot be used. The message is for the person who gave it and holds nothing of the patient. */

export const REFUSAL_CODES = [
  'not-nifti',
  'no-time',
  'not-dicom',
  'damaged',
  // A stored image whose file is gone.
  'missing-file',
  'too-large',
  'unsupported-type',
  'unsupported-syntax',
  'not-three-dimensional',
  'no-position',
  'left-right-unclear',
  'impossible-geometry',
  'not-binary',
  'no-background',
  'outside-template',
  // Of a stack of slices that is to become a volume or a time series.
  'no-pixels',
  'too-few-slices',
  'mixed-geometry',
  'conflicting-slices',
  'missing-slices',
  'no-times',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export class ImageRefusal extends Error {
  override readonly name = 'ImageRefusal';
  readonly code: RefusalCode;
  /** SOP Instance UID of a DICOM instance, where it could be read. */
  readonly instanceUid: string | null;

  constructor(code: RefusalCode, message: string, instanceUid: string | null = null) {
    super(message);
    this.code = code;
    this.instanceUid = instanceUid;
  }
}
