/** The readable page behind the 'Full basis' link of every card. The page itself is made elsewhere. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import { BASIS_PAGE_STYLE_HASH } from '../explanation/index.ts';

export type BasisLocale = 'en' | 'zh-CN';

/** @returns complete HTML without scripts, or undefined when there is no such evaluation */
export type BasisPage = (evaluationId: string, locale: BasisLocale) => Promise<string | undefined>;

/** @returns PNG, or undefined when the evaluation did not use such a result, or its picture is not kept */
export type BasisSheet = (evaluationId: string, resultId: string) => Promise<Uint8Array | undefined>;

/** At least 128 bits: 22 base64url characters, 32 hex digits or a UUID. Anything else is no id of ours. */
const EVALUATION_ID = /^[A-Za-z0-9_-]{22,64}$/;

const POLICY = [
  "default-src 'none'",
  // Exactly the page's own style sheet; nothing that came with a record can add another.
  `style-src ${BASIS_PAGE_STYLE_HASH}`,
  // Contact sheets, from below the page's own address.
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const NOT_FOUND: Readonly<Record<BasisLocale, string>> = {
  en: page('en', 'No such evaluation', 'The address is incomplete, or the evaluation is no longer kept.'),
  'zh-CN': page('zh-CN', '未找到该评估', '地址不完整，或该评估已不再保存。'),
};

function page(locale: BasisLocale, title: string, text: string): string {
  return `<!doctype html><html lang="${locale}"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>`;
}

/** The link says the language of its card; without it the browser's counts. */
function localeOf(req: Request): BasisLocale {
  const { lang } = req.query;
  if (lang === 'en' || lang === 'zh-CN') return lang;
  const preferred = req.acceptsLanguages(['en', 'zh-CN', 'zh']);
  return preferred === 'zh-CN' || preferred === 'zh' ? 'zh-CN' : 'en';
}

/** The page may concern a patient: not stored, not framed, not indexed, and its address is not passed on. */
function sendPage(res: Response, status: number, html: string): void {
  notPassedOn(res).status(status).set('content-security-policy', POLICY).type('html').send(html);
}

function notPassedOn(res: Response): Response {
  return res
    .set('cache-control', 'no-store')
    .set('referrer-policy', 'no-referrer')
    .set('x-robots-tag', 'noindex, nofollow');
}

/** @param basisSheet contact sheets behind the same link; absent where no images are analyzed */
export function basisRouter(basisPage: BasisPage, basisSheet?: BasisSheet): Router {
  const router = Router();
  router.get('/basis/:evaluationId', async (req, res) => {
    const locale = localeOf(req);
    const { evaluationId } = req.params;
    const html = EVALUATION_ID.test(evaluationId) ? await basisPage(evaluationId, locale) : undefined;
    sendPage(res, html === undefined ? 404 : 200, html ?? NOT_FOUND[locale]);
  });
  router.get('/basis/:evaluationId/sheets/:resultId', async (req, res) => {
    const { evaluationId, resultId } = req.params;
    const png = EVALUATION_ID.test(evaluationId) ? await basisSheet?.(evaluationId, resultId) : undefined;
    if (png === undefined) sendPage(res, 404, NOT_FOUND[localeOf(req)]);
    else notPassedOn(res).type('png').send(Buffer.from(png));
  });
  return router;
}
