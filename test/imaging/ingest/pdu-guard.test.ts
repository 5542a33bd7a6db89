import fc from 'fast-check';
import { expect, it } from 'vitest';
import { negotiate } from '../../../src/imaging/ingest/dimse-negotiation.ts';
import { createPduGuard } from '../../../src/imaging/ingest/pdu-guard.ts';

const LIMITS = { pduBytes: 1000, unansweredBytes: 5000 };

function pdu(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(6 + length, 7);
  bytes[0] = type;
  bytes[1] = 0;
  bytes.writeUInt32BE(length, 2);
  return bytes;
}

it('lets well-formed PDUs pass, however they are cut into chunks', () => {
  const stream = fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.nat(300)), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 400 }), (pdus, size) => {
      const guard = createPduGuard(LIMITS);
      const bytes = Buffer.concat(pdus.map(([type, length]) => pdu(type, length)));
      for (let at = 0; at < bytes.length; at += size) expect(guard.accept(bytes.subarray(at, at + size))).toBe(true);
    }),
  );
});

it.each([
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['TLS', Buffer.from([0x16, 3, 1, 0, 200, 1])],
  ['a PDU of four gigabytes', Buffer.from([4, 0, 0xff, 0xff, 0xff, 0xff])],
  ['a PDU over the limit', pdu(4, 1001)],
])('stops %s', (_what, bytes) => {
  expect(createPduGuard(LIMITS).accept(bytes)).toBe(false);
});

it('stops a peer that sends on and on without waiting for an answer', () => {
  const guard = createPduGuard(LIMITS);
  for (let n = 0; n < 20; n++) {
    expect(guard.accept(pdu(4, 900))).toBe(true);
    if (n < 15) guard.answered();
  }
  expect(guard.accept(pdu(4, 900))).toBe(false);
});

it('storage and verification are accepted in the best syntax that is offered; nothing else is', () => {
  const ct = '1.2.840.10008.5.1.4.1.1.2';
  const [implicit, explicit, jpegLs, jpeg] = ['', '.1', '.4.80', '.4.50'].map((end) => `1.2.840.10008.1.2${end}`);
  const syntaxes = (...list: (string | undefined)[]): string[] => list.filter((uid) => uid !== undefined);
  expect(negotiate(ct, syntaxes(jpegLs, implicit, explicit))).toEqual({ accepted: explicit });
  expect(negotiate(ct, syntaxes(jpeg, jpegLs))).toEqual({ accepted: jpegLs });
  expect(negotiate(ct, syntaxes(jpeg))).toEqual({ accepted: jpeg });
  expect(negotiate(ct, ['1.2.3'])).toEqual({ refused: 'transfer-syntaxes' });
  expect(negotiate('1.2.840.10008.1.1', syntaxes(implicit))).toEqual({ accepted: implicit });
  expect(negotiate('1.2.840.10008.5.1.4.1.2.2.1', syntaxes(implicit))).toEqual({ refused: 'abstract-syntax' });
});
