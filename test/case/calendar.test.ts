import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/case/index.ts';

describe('an instant', () => {
  it.each([
    '2026-02-29T10:00:00Z',
    '2026-02-30T10:00:00Z',
    '2026-04-31T10:00:00+02:00',
    '2026-13-01T10:00:00Z',
    '2026-00-10T10:00:00Z',
    '2026-11-00T10:00:00Z',
    '2026-11-32T10:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T10:60:00Z',
    '2026-11-23T10:00:00',
    '2026-11-23',
    '',
  ])('%s is none: it is never taken for another day', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it.each(['2024-02-29T10:00:00Z', '2026-12-31T23:59:59.999Z', '2026-11-30T00:00:00-11:30'])('%s is one', (text) => {
    expect(parseInstant(text)).toBe(Date.parse(text));
  });

  it('every real instant is read back', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.getTime());
        },
      ),
      { numRuns: 200 },
    );
  });
});
