/** multipart/related bodies (RFC 2387) part by part: STOW-RS requests and WADO-RS responses. */
import { MIMEType } from 'node:util';
import type { ConcurrencyLimits } from './concurrent.ts';
import {
  MaxFileSizeExceededError,
  MaxHeaderSizeExceededError,
  MaxPartsExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  MultipartParser,
  type MultipartPart,
} from '@remix-run/multipart-parser';

/** `too-large`: a limit was reached. `malformed`: this is no multipart body, or it was cut off. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError';
  readonly code: 'malformed' | 'too-large';

  constructor(code: 'malformed' | 'too-large', message: string) {
    super(message);
    this.code = code;
  }
}

export interface MultipartLimits {
  /** Bytes of one part. */
  readonly partBytes: number;
  /** Bytes of all parts together. */
  readonly totalBytes: number;
  readonly parts: number;
}

/** Parts that are being stored while the next one arrives. */
export const PARTS_IN_HAND: ConcurrencyLimits<Part> = {
  tasks: 4,
  bytes: 64 * 2 ** 20,
  sizeOf: ({ bytes }) => bytes.length,
};

export interface Part {
  /** Media type in lower case without parameters; null when the part names none. */
  readonly type: string | null;
  readonly bytes: Uint8Array;
}

const HEADER_BYTES = 8 * 1024;
/** Text before the first boundary is allowed and means nothing. */
const PREAMBLE_BYTES = 64 * 1024;
/** RFC 2046 allows 70 characters; Orthanc sends 73. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,199}[0-9A-Za-z'()+_,\-./:=?]$/;

/** Media type in lower case and its parameters; null when the header is malformed or absent. */
export function parseContentType(
  header: string | undefined | null,
): { readonly type: string; readonly parameter: (name: string) => string | null } | null {
  try {
    const { essence, params } = new MIMEType(header ?? '');
    return { type: essence, parameter: (name) => params.get(name) };
  } catch {
    return null;
  }
}

function toMultipartError(error: unknown): unknown {
  if (
    error instanceof MaxFileSizeExceededError ||
    error instanceof MaxTotalSizeExceededError ||
    error instanceof MaxPartsExceededError ||
    error instanceof MaxHeaderSizeExceededError
  ) {
    return new MultipartError('too-large', error.message);
  }
  return error instanceof MultipartParseError ? new MultipartError('malformed', error.message) : error;
}

/** The parser wants the body to begin with the boundary. */
async function* withoutPreamble(body: AsyncIterable<Uint8Array>, boundary: string): AsyncIterable<Uint8Array> {
  const opening = Buffer.from(`--${boundary}`, 'latin1');
  let start: Buffer | null = Buffer.alloc(0);
  for await (const chunk of body) {
    if (start === null) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    let at = start.indexOf(opening);
    while (at > 0 && start[at - 1] !== 10) at = start.indexOf(opening, at + 1);
    if (at >= 0) {
      yield start.subarray(at);
      start = null;
    } else if (start.length > PREAMBLE_BYTES) {
      throw new MultipartError('malformed', 'the boundary that the content type names is not in the body');
    }
  }
  if (start !== null)
    throw new MultipartError('malformed', 'the boundary that the content type names is not in the body');
}

function typeOf(part: MultipartPart): string | null {
  let type: string | undefined;
  try {
    type = part.headers['content-type'];
  } catch {
    throw new MultipartError('malformed', 'the headers of a part are not text');
  }
  return parseContentType(type)?.type ?? null;
}

function isFinished(parser: MultipartParser): boolean {
  try {
    parser.finish();
    return true;
  } catch {
    return false;
  }
}

/**
 * Yields each part as soon as it is complete; no more than one part and one chunk are in memory.
 * What follows the closing boundary is read and ignored.
 * @throws MultipartError
 */
export async function* multipartParts(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  { partBytes, totalBytes, parts }: MultipartLimits,
): AsyncIterable<Part> {
  if (!BOUNDARY.test(boundary)) throw new MultipartError('malformed', 'the boundary of the content type is not one');
  const parser = new MultipartParser(boundary, {
    maxHeaderSize: HEADER_BYTES,
    maxFileSize: partBytes,
    maxTotalSize: totalBytes,
    maxParts: parts,
  });
  let finished = false;
  try {
    for await (const chunk of withoutPreamble(body, boundary)) {
      // Line ends and text after the closing boundary belong to nobody.
      if (finished || chunk.length === 0) continue;
      for (const part of parser.write(chunk)) {
        yield { type: typeOf(part), bytes: part.bytes };
      }
      finished = isFinished(parser);
    }
    parser.finish();
  } catch (error) {
    throw toMultipartError(error);
  }
}
