/**
 * Identifiers that follow from what they name: a job that runs again makes the same result, findings and DICOM objects,
 * so that nothing is stored twice anywhere.
 */
import { createHash } from 'node:crypto';

/** A UUID of version 8 (RFC 9562 section 5.8) from the SHA-256 of the parts; their borders count. */
export function uuidOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A DICOM UID made of a UUID (PS3.5 section B.2). */
export function uidOf(...parts: readonly string[]): string {
  return `2.25.${BigInt(`0x${uuidOf(...parts).replaceAll('-', '')}`).toString()}`;
}

export interface ResultKey {
  readonly studyUid: string;
  readonly pipeline: string;
  readonly pipelineVersion: string;
  /** SHA-256 over everything that decides the result: digests of the instances, overrides, models, settings. */
  readonly inputsHash: string;
}

export function resultIdOf({ studyUid, pipeline, pipelineVersion, inputsHash }: ResultKey): string {
  return uuidOf('result', studyUid, pipeline, pipelineVersion, inputsHash);
}
