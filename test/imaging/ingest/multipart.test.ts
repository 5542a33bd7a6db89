import fc from 'fast-check';
import { expect, it } from 'vitest';
import { multipartParts, parseContentType, type MultipartLimits } from '../../../src/imaging/ingest/multipart.ts';

const LIMITS: MultipartLimits = { partBytes: 10_000, totalBytes: 50_000, parts: 20 };

async function* chunks(body: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < body.length; at += size) {
    await Promise.resolve();
    yield body.subarray(at, at + size);
  }
}

function bodyOf(parts: readonly Uint8Array[], boundary: string, around: readonly string[] = []): Buffer {
  const pieces = parts.flatMap((part) => [`\r\n--${boundary}\r\nContent-Type: Application/DICOM\r\n\r\n`, part]);
  return Buffer.concat([around[0] ?? '', ...pieces, `\r\n--${boundary}--`, around[1] ?? ''].map((p) => Buffer.from(p)));
}

async function read(body: Uint8Array, boundary = 'b', size = 7, limits = LIMITS): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const { type, bytes } of multipartParts(chunks(body, size), boundary, limits)) {
    expect(type).toBe('application/dicom');
    found.push(Buffer.from(bytes));
  }
  return found;
}

it('gives every part byte for byte, however the body is cut into chunks and whatever stands around it', async () => {
  const part = fc.uint8Array({ maxLength: 300 });
  // Lines and dashes like those of the boundary.
  const nasty = fc.array(fc.constantFrom('\r\n', '--', '\r\n--', 'xyz', '-', '\r', 'xy'), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          part,
          nasty.map((texts) => Buffer.from(texts.join(''))),
        ),
        { minLength: 1, maxLength: 5 },
      ),
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom(['', ''], ['a preamble', '\r\n'], ['', '\r\nan epilogue\r\n--xyzzy']),
      async (parts, size, around) => {
        const found = await read(bodyOf(parts, 'xyzzy', around), 'xyzzy', size);
        expect(found.map((bytes) => bytes.toString('hex'))).toEqual(
          parts.map((bytes) => Buffer.from(bytes).toString('hex')),
        );
      },
    ),
  );
});

it.each([
  ['a part', { ...LIMITS, partBytes: 99 }],
  ['all parts', { ...LIMITS, totalBytes: 199 }],
  ['the number of parts', { ...LIMITS, parts: 1 }],
])('refuses when %s is over the limit', async (_what, limits) => {
  const body = bodyOf([Buffer.alloc(100), Buffer.alloc(100)], 'b');
  await expect(read(body, 'b', 50, limits)).rejects.toMatchObject({ name: 'MultipartError', code: 'too-large' });
});

it('refuses a body that was cut off anywhere', async () => {
  const body = bodyOf([Buffer.alloc(20), Buffer.alloc(20)], 'b');
  for (let length = 0; length < body.length - 1; length++) {
    await expect(read(body.subarray(0, length))).rejects.toMatchObject({ code: 'malformed' });
  }
});

it('does not read on for ever where the boundary never comes, and takes no boundary that is none', async () => {
  await expect(read(Buffer.alloc(1_000_000), 'b', 1000)).rejects.toThrow(/not in the body/);
  await expect(read(Buffer.alloc(10), 'b\r\n')).rejects.toMatchObject({ code: 'malformed' });
  const noText = Buffer.concat([
    Buffer.from('--b\r\nContent-Type: '),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('\r\n\r\nx\r\n--b--'),
  ]);
  await expect(read(noText)).rejects.toMatchObject({ code: 'malformed' });
});

it('reads quoted parameters of a content type, and nothing of a malformed one', () => {
  const content = parseContentType('Multipart/Related; type="application/dicom"; boundary="a;b\\"c"; start=x');
  expect(content?.type).toBe('multipart/related');
  expect(['type', 'boundary', 'start', 'other'].map((name) => content?.parameter(name))).toEqual([
    'application/dicom',
    'a;b"c',
    'x',
    null,
  ]);
  expect([undefined, '', 'multipart', 'a/b/c'].map(parseContentType)).toEqual([null, null, null, null]);
});
