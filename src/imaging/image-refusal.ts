/** Why an image cannot be used. The message is for the person who gave it and holds nothing of the patient. */

export type RefusalCode =
  | 'not-nifti'
  | 'damaged'
  | 'too-large'
  | 'unsupported-type'
  | 'not-three-dimensional'
  | 'no-position'
  | 'left-right-unclear'
  | 'impossible-geometry'
  | 'not-binary'
  | 'no-background'
  | 'outside-template';

export class ImageRefusal extends Error {
  override readonly name = 'ImageRefusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
