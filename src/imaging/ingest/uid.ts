/**
 * A DICOM unique identifier (PS3.5 section 9.1): numbers with dots between them, 64 characters at most. Numbers may
 * start with zeros here, though the standard forbids it: scanners in use write such UIDs.
 */
const UID = /^\d+(\.\d+)+$/;
const LONGEST = 64;

/** What passes is safe as a file name and in a URL. */
export function isUid(text: string): boolean {
  return text.length <= LONGEST && UID.test(text);
}
