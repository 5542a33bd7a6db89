/**
 * How an instance lies on disk: as received, or sealed with AES-256-GCM.
 * Sealed: 8 bytes 'SCDSIMG1', 8 bytes key id, 12 bytes nonce, the encrypted instance, 16 bytes authentication tag.
 * A stored plain instance never starts with the mark: DICOM has a preamble or a group number there.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { inTurns } from './digest.ts';
import { ImageRefusal } from '../image-refusal.ts';

const MARK = Buffer.from('SCDSIMG1', 'latin1');
const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = MARK.length + KEY_ID_BYTES + NONCE_BYTES;

export interface ImageSeal {
  /** @param path of the file in the store: a sealed file does not open under another one */
  readonly seal: (instance: Uint8Array, path: string) => Promise<readonly Uint8Array[]>;
  /** Plain files pass as they are, so that a site can configure a key later. @throws ImageRefusal 'damaged' */
  readonly open: (file: Buffer, path: string) => Buffer;
}

/** Names the key without telling anything about it. */
function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('stroke-cds image key id').update(key).digest().subarray(0, KEY_ID_BYTES);
}

/** @returns undefined when it is not 32 bytes in base64 */
function parseImageKey(base64: string): Buffer | undefined {
  const text = base64.trim();
  const key = Buffer.from(text, 'base64');
  const same = key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  return key.length === KEY_BYTES && same ? key : undefined;
}

function checkedKey(base64: string): Buffer {
  const key = parseImageKey(base64);
  if (key === undefined) throw new Error('a key for stored images is not 32 bytes in base64');
  return key;
}

/**
 * @param key 32 bytes in base64; undefined stores instances as received
 * @param olderKeys only open what they sealed
 * @throws Error when a key is not 32 bytes in base64
 */
export function createImageSeal(key: string | undefined, olderKeys: readonly string[] = []): ImageSeal {
  const active = key === undefined ? undefined : checkedKey(key);
  const all = [...(active === undefined ? [] : [active]), ...olderKeys.map(checkedKey)];
  const byId = new Map(all.map((k) => [keyId(k).toString('hex'), k]));

  return {
    seal: async (instance, path) => {
      if (active === undefined) return [instance];
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', active, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(path, 'utf8'));
      const sealed: Uint8Array[] = [];
      for await (const piece of inTurns(instance)) sealed.push(cipher.update(piece));
      sealed.push(cipher.final());
      return [MARK, keyId(active), nonce, ...sealed, cipher.getAuthTag()];
    },
    open: (file, path) => {
      if (!file.subarray(0, MARK.length).equals(MARK)) return file;
      const id = file.subarray(MARK.length, MARK.length + KEY_ID_BYTES).toString('hex');
      const opener = byId.get(id);
      if (opener === undefined) {
        throw new ImageRefusal('damaged', `the stored image is encrypted with key ${id}, which is not configured`);
      }
      if (file.length < HEADER_BYTES + TAG_BYTES) throw damaged();
      const nonce = file.subarray(HEADER_BYTES - NONCE_BYTES, HEADER_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', opener, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(path, 'utf8'));
      decipher.setAuthTag(file.subarray(file.length - TAG_BYTES));
      try {
        const plain = decipher.update(file.subarray(HEADER_BYTES, file.length - TAG_BYTES));
        decipher.final();
        return plain;
      } catch {
        throw damaged();
      }
    },
  };
}

function damaged(): ImageRefusal {
  return new ImageRefusal('damaged', 'the stored image is not what was written; restore it or send it again');
}
