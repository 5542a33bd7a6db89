import { expect, it } from 'vitest';
import { safeError } from '../../src/http/safe-error.ts';

it.each(['ECONNREFUSED', 'ERR_JWKS_TIMEOUT', '25006', '53100', '57P01'])('the code %s is logged', (code) => {
  expect(safeError(Object.assign(new Error('text'), { code }))).toMatchObject({ type: 'Error', code });
});

it.each(['8841907', '1234', 'mrn-88419', '53100 ', '5310é'])('what is no code is not: %j', (code) => {
  expect(safeError(Object.assign(new Error('text'), { code }))).not.toHaveProperty('code');
});
