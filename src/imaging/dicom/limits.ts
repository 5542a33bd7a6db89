/** What one DICOM instance may claim. Real CT and MR instances stay an order of magnitude below. */
export const LIMITS = {
  /** Bytes of an instance as received. */
  fileBytes: 2 ** 31,
  /** Bytes before the pixel data; an enhanced instance takes about 2 kB a frame. */
  headerBytes: 32 * 2 ** 20,
  /** Sequence items before the pixel data. */
  items: 500_000,
  nesting: 24,
  /** Bytes of one text that is kept. */
  textBytes: 4096,
  /** Bytes that a deflated data set may unpack to, and how many times its packed size. */
  inflatedBytes: 2 ** 30,
  inflateRatio: 200,
  rows: 16_384,
  columns: 16_384,
  frames: 20_000,
  /** Pixels of all frames of one instance. */
  pixels: 2 ** 30,
} as const;
