/** RLE and the JPEG processes (baseline, extended to 12 bits, lossless) by the WebAssembly build of dcmjs-codecs. */
import codecs from 'dcmjs-codecs';
import type { PixelFormat } from '../instance-header.ts';

const { Context, NativeCodecs } = codecs;
// What it prints about a damaged stream is in our refusal.
codecs.log.setLevel('silent', false);

/** Samples as BitsAllocated says, little-endian. @throws whatever the module throws */
export async function decodeNatively(
  kind: 'rle' | 'jpeg',
  stream: Uint8Array,
  pixels: PixelFormat,
  precision: number,
): Promise<Uint8Array> {
  if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync();
  try {
    const context = new Context({
      width: pixels.columns,
      height: pixels.rows,
      bitsAllocated: precision <= 8 ? 8 : 16,
      bitsStored: precision,
      samplesPerPixel: pixels.samplesPerPixel,
      pixelRepresentation: pixels.signed ? 1 : 0,
      planarConfiguration: 0,
      photometricInterpretation: pixels.photometric,
      encodedBuffer: stream,
    });
    const decoded = kind === 'rle' ? NativeCodecs.decodeRle(context) : NativeCodecs.decodeJpeg(context);
    return new Uint8Array(decoded.getDecodedBuffer() ?? []);
  } catch (error) {
    // After a trap the memory of the module is in an unknown state.
    NativeCodecs.release();
    throw error;
  }
}
