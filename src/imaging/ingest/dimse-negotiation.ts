/** What an association may be used for (PS3.8 section 7.1.1): C-ECHO, and C-STORE in any syntax that can be read. */
import { TRANSFER_SYNTAXES } from '../dicom/transfer-syntaxes.ts';

const VERIFICATION = '1.2.840.10008.1.1';
/** Every standard storage SOP class (PS3.4 annex B.5) starts so. */
const STORAGE_ROOT = '1.2.840.10008.5.1.4.1.1.';
const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';

/**
 * Preferred first: uncompressed as most senders hold it, then lossless compression, which is kept as it comes. Lossy ones
 * last: a sender that offers only them has only them.
 */
const PREFERRED: readonly string[] = [
  EXPLICIT,
  IMPLICIT,
  ...Object.entries(TRANSFER_SYNTAXES)
    .filter(([uid]) => uid !== EXPLICIT && uid !== IMPLICIT)
    .sort(([, a], [, b]) => Number(a.lossy) - Number(b.lossy))
    .map(([uid]) => uid),
];

export type Negotiated = { readonly accepted: string } | { readonly refused: 'abstract-syntax' | 'transfer-syntaxes' };

export function negotiate(abstractSyntax: string, proposed: readonly string[]): Negotiated {
  if (abstractSyntax !== VERIFICATION && !abstractSyntax.startsWith(STORAGE_ROOT)) {
    return { refused: 'abstract-syntax' };
  }
  const accepted = PREFERRED.find((uid) => proposed.includes(uid));
  return accepted === undefined ? { refused: 'transfer-syntaxes' } : { accepted };
}
