/** One stored frame to samples, by the packing of its transfer syntax. */
import { ImageRefusal } from '../../image-refusal.ts';
import type { PixelFormat } from '../instance-header.ts';
import type { TransferSyntax } from '../transfer-syntaxes.ts';
import { rawSamples, type RawSamples } from './raw-samples.ts';

/** @throws ImageRefusal 'unsupported-syntax' */
export function decodeFrame(content: Uint8Array, syntax: TransferSyntax, pixels: PixelFormat): Promise<RawSamples> {
  if (syntax.packing === 'native') {
    return Promise.resolve(rawSamples(content, pixels.bitsAllocated, syntax.littleEndian));
  }
  throw new ImageRefusal('unsupported-syntax', `${syntax.name} is not decoded here; send the instance uncompressed`);
}
