/** One stored frame to samples, by the packing of its transfer syntax. */
import { ImageRefusal } from '../../image-refusal.ts';
import type { PixelFormat } from '../instance-header.ts';
import type { Packing, TransferSyntax } from '../transfer-syntaxes.ts';
import { decodeNatively } from './native-codecs.ts';
import { rawSamples, type RawSamples } from './raw-samples.ts';
import { streamHeader } from './stream-header.ts';
import { wasmDecoder, type StreamDecoder } from './wasm-decoder.ts';

const jpegLs = wasmDecoder('@cornerstonejs/codec-charls/decodewasmjs', 'JpegLSDecoder');
const jpeg2000 = wasmDecoder('@cornerstonejs/codec-openjpeg/decodewasmjs', 'J2KDecoder');
const htj2k = wasmDecoder('@cornerstonejs/codec-openjph/wasmjs', 'HTJ2KDecoder');

/**
 * @param content bytes of the frame: samples where the syntax is not compressed, else one code stream
 * @throws ImageRefusal 'damaged' when the stream cannot be decoded or is not what the header says, 'unsupported-type' for
 *   more than 16 compressed bits
 */
export async function decodeFrame(
  content: Uint8Array,
  syntax: TransferSyntax,
  pixels: PixelFormat,
): Promise<RawSamples> {
  const { packing, name } = syntax;
  if (packing === 'native') return rawSamples(content, pixels.bitsAllocated, syntax.littleEndian);
  if (pixels.bitsAllocated > 16) {
    throw new ImageRefusal('unsupported-type', `compressed pixels of ${pixels.bitsAllocated} bits are not supported`);
  }
  const precision = packing === 'rle' ? pixels.bitsAllocated : checkedPrecision(content, name, pixels);
  const bytes = precision <= 8 ? 1 : 2;
  const wanted = pixels.rows * pixels.columns * bytes;
  if (packing === 'rle' && !holdsRle(content, bytes, wanted)) throw damaged(name);
  let samples: Uint8Array;
  try {
    samples = await decoderOf(packing, pixels, precision)(content);
  } catch (error) {
    // Codecs throw numbers, strings and traps of WebAssembly; a fault of our own stays one.
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    throw damaged(name);
  }
  // Some codecs answer a broken stream with no or too few bytes in place of an error.
  if (samples.length !== wanted) throw damaged(name);
  return rawSamples(samples, bytes * 8);
}

function damaged(name: string): ImageRefusal {
  return new ImageRefusal('damaged', `a compressed frame (${name}) cannot be decoded; send the instance again`);
}

function decoderOf(packing: Exclude<Packing, 'native'>, pixels: PixelFormat, precision: number): StreamDecoder {
  switch (packing) {
    case 'jpeg-ls':
      return jpegLs;
    case 'jpeg-2000':
      return jpeg2000;
    case 'htj2k':
      return htj2k;
    case 'rle':
      return (stream) => decodeNatively('rle', stream, pixels, precision);
    case 'jpeg-baseline':
    case 'jpeg-extended':
    case 'jpeg-lossless':
      return (stream) => decodeNatively('jpeg', stream, pixels, precision);
  }
}

/** One segment for each byte of a sample, inside the frame; a run of two bytes gives at most 128 (PS3.5 Annex G). */
function holdsRle(content: Uint8Array, segments: number, wanted: number): boolean {
  if (content.length < 64 || (content.length - 64) * 64 < wanted) return false;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const starts = Array.from({ length: segments }, (_, at) => view.getUint32(4 + 4 * at, true));
  return view.getUint32(0, true) === segments && starts.every((start) => start >= 64 && start < content.length);
}

/** The stream must hold the image that the header describes, so no decoder makes room for another one. */
function checkedPrecision(stream: Uint8Array, name: string, pixels: PixelFormat): number {
  const found = streamHeader(stream);
  if (found === undefined) throw damaged(name);
  const { rows, columns, components, precision } = found;
  if (rows !== pixels.rows || columns !== pixels.columns || components !== pixels.samplesPerPixel) {
    throw new ImageRefusal(
      'damaged',
      `a compressed frame is ${columns} x ${rows} pixels, its header says ${pixels.columns} x ${pixels.rows}`,
    );
  }
  if (precision < 2 || precision > 16) {
    throw new ImageRefusal('unsupported-type', `compressed samples of ${precision} bits are not supported`);
  }
  return precision;
}
