import { expect, it } from 'vitest';
import { isUid } from '../../../src/imaging/ingest/uid.ts';

it.each(['1.2.840.10008.1.2', '2.25.0', '1.0.3', '1.2.003', `1.${'2'.repeat(62)}`])('%s is a UID', (text) => {
  expect(isUid(text)).toBe(true);
});

it.each([
  ...['', '1', '.1', '1.', '1..2', '..', '1.2.a', '1.2/3', '../1.2', '1.2\0', '1.2 ', '1.2\n'],
  `1.${'2'.repeat(63)}`,
])('%j is none', (text) => {
  expect(isUid(text)).toBe(false);
});
