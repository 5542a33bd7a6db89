/** What users write by hand may hold patient data: encrypted with the site's key, or not kept at all. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

export interface FreeTextVault {
  /**
   * @param context what the text belongs to (key of the feedback); it cannot be opened under another one
   * @returns null when free text is not kept
   */
  readonly seal: (text: string, context: string) => string | null;
  /** @throws when the key is not the one it was sealed with, or the text was changed */
  readonly open: (sealed: string, context: string) => string;
}

export type FreeTextConfig =
  | { readonly mode: 'drop' }
  /** 32 bytes, base64. Older keys only open what they sealed. */
  | { readonly mode: 'encrypt'; readonly key: string; readonly olderKeys?: readonly string[] };

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/** @returns undefined when it is not 32 bytes in base64 */
export function parseKey(base64: string): Buffer | undefined {
  const text = base64.trim();
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES && key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
    ? key
    : undefined;
}

/** Names the key without telling anything about it. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('stroke-cds key id').update(key).digest('hex').slice(0, 8);
}

/** @throws when a key is not 32 bytes in base64 */
export function createFreeTextVault(config: FreeTextConfig): FreeTextVault {
  if (config.mode === 'drop') {
    return {
      seal: () => null,
      open: () => {
        throw new Error('free text is not kept here, so there is no key to open it');
      },
    };
  }
  const keys = [config.key, ...(config.olderKeys ?? [])].map((text) => {
    const key = parseKey(text);
    if (key === undefined) throw new Error('the key for free text is not 32 bytes in base64');
    return key;
  });
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const active = keys[0];
  if (active === undefined) throw new Error('there is no key for free text');
  const activeId = keyId(active);

  return {
    seal: (text, context) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', active, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return [VERSION, activeId, ...[iv, cipher.getAuthTag(), sealed].map((b) => b.toString('base64url'))].join('.');
    },
    open: (text, context) => {
      const [version, id = '', iv = '', tag = '', sealed = ''] = text.split('.');
      const key = byId.get(id);
      if (version !== VERSION || key === undefined) throw new Error('sealed with a key that is not configured');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64url')), decipher.final()]).toString('utf8');
    },
  };
}
