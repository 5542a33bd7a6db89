/** Decoders built by Emscripten, as the cornerstone codecs publish them. A module that trapped is thrown away. */
import { createRequire } from 'node:module';

interface Decoder {
  readonly getEncodedBuffer: (length: number) => Uint8Array;
  readonly decode: () => void;
  /** A view of the module's memory: copy it. */
  readonly getDecodedBuffer: () => Uint8Array;
  readonly delete?: () => void;
}

/** By name of the decoder's class. */
type Module = Readonly<Record<string, (new () => Decoder) | undefined>>;
type Factory = (options: { readonly print: () => void; readonly printErr: () => void }) => Promise<Module>;

const require = createRequire(import.meta.url);
/** The options become the module: each takes an object of its own. */
const quiet = () => ({ print: () => undefined, printErr: () => undefined });

/** Decodes one code stream to samples of one or two bytes, little-endian. @throws whatever the module throws */
export type StreamDecoder = (stream: Uint8Array) => Promise<Uint8Array>;

/** @param path of the package's WebAssembly build: '@cornerstonejs/codec-charls/decodewasmjs' */
export function wasmDecoder(path: string, className: string): StreamDecoder {
  let loaded: Promise<Module> | undefined;
  return async (stream) => {
    loaded ??= (require(path) as Factory)(quiet());
    const module = await loaded;
    try {
      return decodeWith(module, className, stream);
    } catch (error) {
      // After a trap the memory of the module is in an unknown state.
      loaded = undefined;
      throw error;
    }
  };
}

function decodeWith(module: Module, className: string, stream: Uint8Array): Uint8Array {
  const Class = module[className];
  if (Class === undefined) throw new TypeError(`the codec has no ${className}`);
  const decoder = new Class();
  decoder.getEncodedBuffer(stream.length).set(stream);
  decoder.decode();
  const samples = new Uint8Array(decoder.getDecodedBuffer());
  decoder.delete?.();
  return samples;
}
