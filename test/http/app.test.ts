import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { BasisLocale } from '../../src/http/basis-page.ts';
import { createHarness, EVALUATION_ID, hookRequest, PATH } from '../cds-hooks/support/harness.ts';

const failing = () => Promise.reject(new Error('CANARY: connection to 10.0.0.1 refused'));
const working = () => Promise.resolve();

describe('readiness', () => {
  it('is 503 when a required part fails, names each part and hides the reason', async () => {
    const readiness = [
      { name: 'database', required: true, check: failing },
      { name: 'content', required: true, check: working },
    ];
    const response = await request(createHarness({ app: { readiness } }).app).get('/health/ready');
    expect([response.status, response.body]).toEqual([
      503,
      {
        status: 'not-ready',
        parts: [
          { name: 'database', required: true, status: 'failed' },
          { name: 'content', required: true, status: 'ok' },
        ],
      },
    ]);
  });

  it('is 200 and degraded when another part fails, even at once', async () => {
    const check = (): Promise<void> => {
      throw new Error('no model');
    };
    const readiness = [{ name: 'models', required: false, check }];
    const response = await request(createHarness({ app: { readiness } }).app).get('/health/ready');
    expect([response.status, (response.body as { status: string }).status]).toEqual([200, 'degraded']);
  });

  it('does not wait for ever for a part that hangs', async () => {
    const readiness = [{ name: 'database', required: true, check: () => new Promise<void>(() => undefined) }];
    expect((await request(createHarness({ app: { readiness } }).app).get('/health/ready')).status).toBe(503);
  });

  it('does not touch liveness', async () => {
    const readiness = [{ name: 'database', required: true, check: failing }];
    expect((await request(createHarness({ app: { readiness } }).app).get('/health/live')).status).toBe(200);
  });
});

describe('the basis page', () => {
  const pages = (asked: [string, BasisLocale][]) => (id: string, locale: BasisLocale) => {
    asked.push([id, locale]);
    return Promise.resolve(id === EVALUATION_ID ? '<h1>Basis</h1>' : undefined);
  };

  it.each(['1', '..%2f..%2fetc%2fpasswd', 'x'.repeat(65), '<script>aaaaaaaaaaaaaaaaaaa'])(
    'of %s is not even looked up',
    async (id) => {
      const asked: [string, BasisLocale][] = [];
      const { app } = createHarness({ app: { basisPage: pages(asked) } });
      const response = await request(app).get(`/basis/${id}`);
      expect([response.status, asked]).toEqual([404, []]);
      expect(response.text).not.toContain('<script>');
    },
  );

  it('that does not exist is a page with 404', async () => {
    const response = await request(createHarness().app).get(`/basis/${EVALUATION_ID}`);
    expect([response.status, response.type]).toEqual([404, 'text/html']);
  });

  it('runs no script, is not stored, framed, indexed or passed on', async () => {
    const response = await request(createHarness({ app: { basisPage: pages([]) } }).app).get(`/basis/${EVALUATION_ID}`);
    expect(response.status).toBe(200);
    expect(response.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.get('content-security-policy')).not.toContain('script');
    expect(response.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(response.get('cache-control')).toBe('no-store');
    expect(response.get('referrer-policy')).toBe('no-referrer');
    expect(response.get('x-robots-tag')).toContain('noindex');
  });

  it.each<[string, string, BasisLocale]>([
    ['?lang=zh-CN', 'en', 'zh-CN'],
    ['?lang=en', 'zh-CN', 'en'],
    ['?lang=fr', 'zh;q=0.9', 'zh-CN'],
    ['', 'de', 'en'],
  ])('%s with Accept-Language %s is in %s', async (query, language, locale) => {
    const asked: [string, BasisLocale][] = [];
    const { app } = createHarness({ app: { basisPage: pages(asked) } });
    await request(app).get(`/basis/${EVALUATION_ID}${query}`).set('accept-language', language);
    expect(asked).toEqual([[EVALUATION_ID, locale]]);
  });
});

describe('a request id', () => {
  it('of the caller is taken over when it is well-formed', async () => {
    const response = await request(createHarness().app).get('/health/live').set('x-request-id', 'abcdef01-2345');
    expect(response.get('x-request-id')).toBe('abcdef01-2345');
  });

  it.each(['John Smith', 'x', 'a'.repeat(65), '{"a":1}'])('such as %s is replaced', async (given) => {
    const response = await request(createHarness().app).get('/health/live').set('x-request-id', given);
    expect(response.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the app', () => {
  it('says at / what runs, and warns when it runs open', async () => {
    const closed = await request(createHarness().app).get('/');
    expect([closed.status, closed.type]).toEqual([200, 'text/html']);
    expect(closed.text).toContain('/cds-services/stroke');
    expect(closed.text).not.toContain('runs open');
    expect((await request(createHarness({ app: { open: true } }).app).get('/')).text).toContain('runs open');
  });

  it('does not say what it is built with', async () => {
    const response = await request(createHarness().app).get('/');
    expect(response.headers).not.toHaveProperty('x-powered-by');
    expect(response.get('x-content-type-options')).toBe('nosniff');
  });

  it('describes every route in OpenAPI 3.1', async () => {
    const response = await request(createHarness().app).get('/openapi.json');
    const { openapi, paths } = response.body as {
      openapi: string;
      paths: Record<string, Record<string, { responses: object }>>;
    };
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths).sort()).toEqual([
      '/',
      '/basis/{evaluationId}',
      '/basis/{evaluationId}/sheets/{resultId}',
      '/cds-services',
      '/cds-services/stroke',
      '/cds-services/stroke/feedback',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/openapi.json',
    ]);
    expect(Object.keys(paths['/cds-services/stroke']?.['post']?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '405', '412', '413', '415', '500', '503']),
    );
  });

  it('counts requests by route template, and cards by topic', async () => {
    const harness = createHarness();
    await harness.post(PATH, hookRequest());
    await request(harness.app).post(PATH);
    await request(harness.app).get('/unknown/CANARY');
    const metrics = (await request(harness.app).get('/metrics')).text;
    expect(metrics).toContain('http_request_seconds_count{method="POST",route="/cds-services/:id",status="200"} 1');
    expect(metrics).toContain('http_request_seconds_count{method="GET",route="unmatched",status="404"} 1');
    expect(metrics).toContain(
      'cds_hooks_invocation_seconds_count{service="stroke",hook="patient-view",status="200"} 1',
    );
    expect(metrics).toContain('cds_hooks_cards_total{topic="thrombolysis",indicator="warning"} 1');
    expect(metrics).toContain('cds_hooks_authentication_failures_total{reason="no-token"} 1');
    expect(metrics).not.toContain('CANARY');
  });
});
