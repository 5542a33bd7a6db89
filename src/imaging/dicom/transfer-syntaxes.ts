/** Transfer syntaxes by UID (DICOM PS3.6 Annex A): how the data set is written, and how the pixels are packed. */

export type Packing =
  'native' | 'rle' | 'jpeg-baseline' | 'jpeg-extended' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

export interface TransferSyntax {
  readonly name: string;
  readonly explicit: boolean;
  readonly littleEndian: boolean;
  readonly deflated: boolean;
  readonly packing: Packing;
  /** Never lossless. */
  readonly lossy: boolean;
}

const BASE = '1.2.840.10008.1.2';

const packed = (name: string, packing: Packing, lossy = false): TransferSyntax => ({
  name,
  explicit: true,
  littleEndian: true,
  deflated: false,
  packing,
  lossy,
});

export const TRANSFER_SYNTAXES: Readonly<Record<string, TransferSyntax>> = {
  [BASE]: { ...packed('Implicit VR Little Endian', 'native'), explicit: false },
  [`${BASE}.1`]: packed('Explicit VR Little Endian', 'native'),
  [`${BASE}.1.99`]: { ...packed('Deflated Explicit VR Little Endian', 'native'), deflated: true },
  [`${BASE}.2`]: { ...packed('Explicit VR Big Endian', 'native'), littleEndian: false },
  [`${BASE}.5`]: packed('RLE Lossless', 'rle'),
  [`${BASE}.4.50`]: packed('JPEG Baseline', 'jpeg-baseline', true),
  [`${BASE}.4.51`]: packed('JPEG Extended', 'jpeg-extended', true),
  [`${BASE}.4.57`]: packed('JPEG Lossless', 'jpeg-lossless'),
  [`${BASE}.4.70`]: packed('JPEG Lossless, first-order prediction', 'jpeg-lossless'),
  [`${BASE}.4.80`]: packed('JPEG-LS Lossless', 'jpeg-ls'),
  [`${BASE}.4.81`]: packed('JPEG-LS Near-lossless', 'jpeg-ls', true),
  [`${BASE}.4.90`]: packed('JPEG 2000 Lossless', 'jpeg-2000'),
  [`${BASE}.4.91`]: packed('JPEG 2000', 'jpeg-2000'),
  [`${BASE}.4.201`]: packed('HTJ2K Lossless', 'htj2k'),
  [`${BASE}.4.202`]: packed('HTJ2K Lossless RPCL', 'htj2k'),
  [`${BASE}.4.203`]: packed('HTJ2K', 'htj2k'),
};
