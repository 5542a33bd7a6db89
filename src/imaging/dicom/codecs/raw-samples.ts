/** Samples as they lie in memory, bits beyond BitsStored included. */
export type RawSamples = Uint8Array | Uint16Array | Uint32Array;

/** Aligned samples of one uncompressed frame, in the order of this machine, which is little-endian. */
export function rawSamples(frame: Uint8Array, bitsAllocated: number, littleEndian = true): RawSamples {
  if (bitsAllocated === 8) return frame;
  // Not slice(): of a Buffer it would share the memory.
  const bytes = new Uint8Array(frame);
  const buffer = Buffer.from(bytes.buffer);
  if (bitsAllocated === 16) {
    if (!littleEndian) buffer.swap16();
    return new Uint16Array(bytes.buffer);
  }
  if (!littleEndian) buffer.swap32();
  return new Uint32Array(bytes.buffer);
}
