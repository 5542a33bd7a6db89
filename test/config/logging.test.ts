import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging.ts';

function logged(
  write: (logger: ReturnType<typeof createLogger>) => void,
  logLevel: 'info' | 'silent' = 'info',
): string {
  const lines: string[] = [];
  write(createLogger({ logLevel }, { write: (line: string) => lines.push(line) }));
  return lines.join('');
}

describe('the log', () => {
  it.each([
    { authorization: 'CANARY' },
    { headers: { authorization: 'CANARY', cookie: 'CANARY' } },
    { req: { headers: { authorization: 'CANARY', cookie: 'CANARY' } } },
    { res: { headers: { 'set-cookie': 'CANARY' } } },
    { fhirAuthorization: { access_token: 'CANARY' } },
    { request: { fhirAuthorization: { access_token: 'CANARY' } } },
    { context: { patientId: 'CANARY', userId: 'CANARY' } },
    { feedback: { overrideReason: { userComment: 'CANARY' } } },
    { body: { name: 'CANARY' }, prefetch: 'CANARY' },
    { config: { audit: { freeText: { key: 'CANARY' } } } },
  ])('holds no secret of %j', (fields) => {
    const text = logged((logger) => {
      logger.info(fields, 'message');
    });
    expect(text).not.toContain('CANARY');
    expect(text).toContain('message');
  });

  it('holds name, message and code of an error, not what a driver hung on it', () => {
    const error = Object.assign(new Error('duplicate'), { code: '23505', detail: 'CANARY', parameters: ['CANARY'] });
    const text = logged((logger) => {
      logger.error({ err: error }, 'failed');
    });
    expect(text).not.toContain('CANARY');
    expect(JSON.parse(text)).toMatchObject({
      level: 'error',
      service: 'stroke-cds',
      err: { message: 'duplicate', code: '23505' },
    });
  });

  it('is silent when told so', () => {
    expect(
      logged((logger) => {
        logger.error('x');
      }, 'silent'),
    ).toBe('');
  });
});
