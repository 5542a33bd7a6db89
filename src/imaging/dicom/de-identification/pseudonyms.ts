/** Replacements that a key holder can make again and nobody else can undo: HMAC-SHA256 of the original. */
import { createHmac } from 'node:crypto';

export interface Pseudonyms {
  /** '2.25.' and the number of a UUID (version 8) made of the digest; UIDs of the standard itself stay. */
  readonly uid: (original: string) => string;
  /** Days by which the dates of this patient move into the past: 1 to 3650. */
  readonly shiftDays: number;
  /** 'S-' and ten characters: for PatientID and PatientName. */
  readonly patient: string;
}

const STANDARD = '1.2.840.10008.';

/**
 * @param key secret of the site, 16 bytes or more; the same key gives the same replacements
 * @param patient what tells patients apart: issuer and patient ID
 * @throws RangeError when the key is too short to be a secret
 */
export function pseudonyms(key: Uint8Array, patient: string): Pseudonyms {
  if (key.length < 16) throw new RangeError('the key of de-identification needs 16 bytes or more');
  const digest = (purpose: string, text: string): Buffer =>
    createHmac('sha256', key).update(`${purpose}\0${text}`).digest();
  return {
    uid: (original) => (original.startsWith(STANDARD) ? original : uuidUid(digest('uid', original))),
    shiftDays: 1 + (digest('shift', patient).readUInt32BE(0) % 3650),
    patient: `S-${digest('patient', patient).toString('hex').slice(0, 10).toUpperCase()}`,
  };
}

/** RFC 9562: version 8, the variant of the standard. PS3.5 B.2. */
function uuidUid(digest: Buffer): string {
  const uuid = Buffer.from(digest.subarray(0, 16));
  uuid[6] = 0x80 | ((uuid[6] ?? 0) & 0x0f);
  uuid[8] = 0x80 | ((uuid[8] ?? 0) & 0x3f);
  return `2.25.${BigInt(`0x${uuid.toString('hex')}`)}`;
}

/** DA or DT moved into the past, its time and zone unchanged; null for what is no date. */
export function shiftedDate(written: string, days: number): string | null {
  const found = /^(\d{4})(\d{2})(\d{2})(.*)$/.exec(written);
  if (found === null) return null;
  const at = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]) - days);
  if (Number.isNaN(at)) return null;
  return `${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}${found[4] ?? ''}`;
}
