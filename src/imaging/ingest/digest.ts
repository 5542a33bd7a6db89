/** SHA-256 of instances that may be hundreds of megabytes, in turns, so that hook calls are answered in between. */
import { createHash } from 'node:crypto';

/** About 10 ms of hashing or encrypting. */
const TURN_BYTES = 4 * 2 ** 20;

/** Yields pieces of a few megabytes and lets other work run between them. */
export async function* inTurns(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += TURN_BYTES) {
    if (at > 0) await new Promise(setImmediate);
    yield bytes.subarray(at, at + TURN_BYTES);
  }
}

/** @param before text that is hashed first @returns hexadecimal */
export async function sha256(bytes: Uint8Array, before = ''): Promise<string> {
  const hash = createHash('sha256').update(before);
  for await (const piece of inTurns(bytes)) hash.update(piece);
  return hash.digest('hex');
}
