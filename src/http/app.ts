/** The Express app. It holds no state of its own: two of them live in one process. */
import express from 'express';
import type { Express, Router } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Discovery } from '../cds-hooks/discovery.ts';
import { bodyTimeout } from './body-timeout.ts';
import { basisRouter } from './basis-page.ts';
import type { BasisPage, BasisSheet } from './basis-page.ts';
import { errorHandler, notFound } from './error-handler.ts';
import { healthRouter } from './health.ts';
import type { ReadinessCheck } from './health.ts';
import { indexPage } from './index-page.ts';
import { modelPagesRouter, type ModelFolder } from './model-pages.ts';
import { requestLog } from './logging.ts';
import type { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { requestContext } from './request-context.ts';

export interface AppOptions {
  /** From `cdsHooksRouter`. */
  readonly cdsHooks: Router;
  /** From `discover(services)`: what the index page and the OpenAPI document describe. */
  readonly discovery: Discovery;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readiness: readonly ReadinessCheck[];
  readonly basisPage: BasisPage;
  readonly basisSheet?: BasisSheet;
  /** Where the card of an installed model lies. */
  readonly modelFolder?: ModelFolder;
  /** STOW-RS, under /dicom-web; absent where no images are accepted. */
  readonly dicomWeb?: Router;
  /** Version of the product. */
  readonly version: string;
  /** Public address without a trailing slash. */
  readonly publicBaseUrl: string;
  /** True when nobody is asked for a token; the index page says so. */
  readonly open: boolean;
}

/** Milliseconds; the bodies of hooks and feedback are small. */
const BODY_TIMEOUT = 15_000;

/** Rate limits, TLS and compression belong to the proxy in front. */
export function createApp(options: AppOptions): Express {
  const { logger, metrics, discovery, version, publicBaseUrl, open } = options;
  const app = express();
  app.disable('x-powered-by');
  // Answers are never cached, so hashing each body for an ETag would be wasted.
  app.disable('etag');
  app.use(requestContext());
  app.use(requestLog(logger));
  app.use(metrics.middleware);
  app.use(helmet());

  if (options.dicomWeb !== undefined) app.use('/dicom-web', options.dicomWeb);
  app.use(bodyTimeout(BODY_TIMEOUT));
  app.use(options.cdsHooks);
  app.get('/', indexPage({ version, publicBaseUrl, discovery, open }));
  app.use(basisRouter(options.basisPage, options.basisSheet));
  app.use(modelPagesRouter(options.modelFolder ?? (() => undefined)));
  app.use(healthRouter(options.readiness));
  app.get('/metrics', async (_req, res) => {
    res.set('content-type', metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  const openApi = openApiDocument({ version, publicBaseUrl, discovery, dicomWeb: options.dicomWeb !== undefined });
  app.get('/openapi.json', (_req, res) => {
    res.json(openApi);
  });

  app.use(notFound);
  app.use(errorHandler(logger));
  return app;
}
