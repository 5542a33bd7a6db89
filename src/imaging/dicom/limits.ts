/** What one DICOM instance may claim. Real CT and MR instances stay an order of magnitude below. */
export const LIMITS = {
  /** Bytes of an instance as received. */
  fileBytes: 2 ** 31,
  /** Bytes before the pixel data; an enhanced instance takes about 2 kB a frame. */
  headerBytes: 32 * 2 ** 20,
  /** Elements and sequence items before the pixel data: about 40 a frame. */
  elements: 1_000_000,
  elementsOfOneDataSet: 20_000,
  nesting: 24,
  /** Bytes of one text that is kept. */
  textBytes: 4096,
  /** Bytes that a deflated data set may unpack to, and how many times its packed size. */
  inflatedBytes: 2 ** 30,
  inflateRatio: 200,
  rows: 8192,
  columns: 8192,
  frames: 20_000,
  /** Pixels of all frames of one instance. */
  pixels: 2 ** 30,
  /** Pixels of the frames that one call reads: 1 GB of values. */
  pixelsAtOnce: 2 ** 28,
} as const;
