/** The model card of each installed model as a readable page, with its pictures. Nothing of a patient is here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import type { Response } from 'express';
import MarkdownIt from 'markdown-it';
import { BASIS_PAGE_STYLE, BASIS_PAGE_STYLE_HASH } from '../explanation/index.ts';

/** Folder of an installed model; undefined when there is none of the name. */
export type ModelFolder = (name: string) => string | undefined;

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const PICTURE = /^([a-z0-9][a-z0-9-]{0,63})\.(svg|png)$/;
const TYPES: Readonly<Record<string, string>> = { svg: 'image/svg+xml', png: 'image/png' };

const PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${BASIS_PAGE_STYLE_HASH}`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
/** A drawing opened by itself may style itself and nothing else: no script, no request. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

function render(name: string, card: string): string {
  const markdown = new MarkdownIt({ html: false, linkify: false });
  // Pictures are named relative to the folder of the model; the check sees the address that was made of it.
  const own = `/models/${name}/pictures/`;
  markdown.normalizeLink = (address) =>
    /^pictures\/[a-z0-9-]+\.(svg|png)$/.test(address) ? own + address.slice('pictures/'.length) : address;
  markdown.validateLink = (address) => address.startsWith(own) || /^(https:\/\/|#)/.test(address);
  return markdown.render(card);
}

function pageOf(name: string, card: string): string {
  const title = /^# +(.+)$/m.exec(card)?.[1] ?? name;
  const { escapeHtml } = new MarkdownIt().utils;
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">`,
    `<title>${escapeHtml(title)}</title><style>${BASIS_PAGE_STYLE}</style></head>`,
    `<body><main>${render(name, card)}</main></body></html>`,
  ].join('');
}

function send(res: Response, policy: string, type: string, body: string | Buffer): void {
  res
    .status(200)
    .set('content-security-policy', policy)
    .set('x-content-type-options', 'nosniff')
    .set('cache-control', 'no-cache')
    .type(type)
    .send(body);
}

/** A file that is not there is 'not found'; anything else goes to the error handler. */
async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `GET /models/<name>/card` and `/models/<name>/pictures/<file>`; names that are none of an installed model are 404. */
export function modelPagesRouter(folderOf: ModelFolder): Router {
  const router = Router();
  router.get('/models/:name/card', async (req, res, next) => {
    const { name } = req.params;
    const folder = NAME.test(name) ? folderOf(name) : undefined;
    const card = folder === undefined ? undefined : await read(join(folder, 'MODEL_CARD.md'));
    if (card === undefined) {
      next();
      return;
    }
    send(res, PAGE_POLICY, 'html', pageOf(name, card.toString('utf8')));
  });
  router.get('/models/:name/pictures/:file', async (req, res, next) => {
    const { name, file } = req.params;
    const extension = PICTURE.exec(file)?.[2];
    const folder = NAME.test(name) && extension !== undefined ? folderOf(name) : undefined;
    const picture = folder === undefined ? undefined : await read(join(folder, 'pictures', file));
    if (picture === undefined) {
      next();
      return;
    }
    send(res, PICTURE_POLICY, TYPES[extension ?? ''] ?? 'application/octet-stream', picture);
  });
  return router;
}
