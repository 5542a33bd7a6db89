/** What a JPEG, JPEG-LS or JPEG 2000 code stream says of itself, read before a decoder makes room for it. */

export interface StreamHeader {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Bits of a sample. */
  readonly precision: number;
}

/** @returns undefined for what is no such stream */
export function streamHeader(stream: Uint8Array): StreamHeader | undefined {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (view.byteLength < 12) return undefined;
  if (view.getUint16(0) === 0xffd8) return jpegHeader(view);
  const start = Buffer.from(stream.buffer, stream.byteOffset, Math.min(stream.length, 1024)).indexOf(SIZE_OF_IMAGE);
  return start < 0 ? undefined : jpeg2000Header(view, start);
}

/** SOC and SIZ; a few senders wrap the stream in a JP2 file. */
const SIZE_OF_IMAGE = Buffer.from([0xff, 0x4f, 0xff, 0x51]);

/** ITU-T T.81 B.2.2 and T.87 C.2.2: the first frame header (SOFn). */
function jpegHeader(view: DataView): StreamHeader | undefined {
  let at = 2;
  while (at + 10 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const frame = marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));
    if (frame) {
      return {
        precision: view.getUint8(at + 4),
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
      };
    }
    if (marker === 0xd9 || marker === 0xda) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** ITU-T T.800 A.5.1. */
function jpeg2000Header(view: DataView, start: number): StreamHeader | undefined {
  if (start + 43 > view.byteLength) return undefined;
  return {
    rows: view.getUint32(start + 12) - view.getUint32(start + 20),
    columns: view.getUint32(start + 8) - view.getUint32(start + 16),
    components: view.getUint16(start + 40),
    precision: (view.getUint8(start + 42) & 0x7f) + 1,
  };
}
