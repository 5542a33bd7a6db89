/** DICOMweb Store Transaction, STOW-RS (PS3.18 section 10.5): DICOM files in a multipart/related body. */
import { Router, type Request, type Response } from 'express';
import { forEachConcurrently } from './concurrent.ts';
import { DEFAULT_MAX_INSTANCE_BYTES } from './receive.ts';
import { MultipartError, multipartParts, parseContentType, PARTS_IN_HAND, type Part } from './multipart.ts';
import type { Receiver } from './receipt.ts';
import type { DicomWebAuthenticator, DicomWebCaller } from './dicomweb-clients.ts';
import { stowResponse, type Outcome } from './stow-response.ts';
import { isUid } from './uid.ts';

export interface StowOptions {
  readonly receiver: Receiver;
  readonly authenticate: DicomWebAuthenticator;
  /** Bytes of one instance. Default 1 GiB. Each running request may hold two of them, and 64 MiB of smaller ones. */
  readonly maxInstanceBytes?: number;
  /** Bytes of one request. Default 16 GiB. */
  readonly maxRequestBytes?: number;
  /** Instances in one request. Default 20,000. */
  readonly maxInstances?: number;
  /** Requests that are read at the same time; further ones get 503. Default 4. */
  readonly maxConcurrent?: number;
  /** Called when disk or database did not keep an instance. */
  readonly onFault?: (error: unknown) => void;
}

/** Text without request values; the connection ends, because the rest of the body is not read. */
function refuse(res: Response, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  res
    .status(status)
    .set({ 'cache-control': 'no-store', connection: 'close', ...headers })
    .type('text/plain')
    .send(text);
}

function boundaryOf(req: Request): string | null {
  const content = parseContentType(req.headers['content-type']);
  if (content?.type !== 'multipart/related') return null;
  const ofParts = content.parameter('type')?.toLowerCase() ?? 'application/dicom';
  return ofParts === 'application/dicom' ? content.parameter('boundary') : null;
}

function acceptsJson(req: Request): boolean {
  return req.headers.accept === undefined || req.accepts('application/dicom+json', 'application/json') !== false;
}

/** Mount at /dicom-web, before any body parser. */
export function stowRouter(options: StowOptions): Router {
  const { receiver, authenticate, onFault, maxConcurrent = 4 } = options;
  const limits = {
    partBytes: options.maxInstanceBytes ?? DEFAULT_MAX_INSTANCE_BYTES,
    totalBytes: options.maxRequestBytes ?? 16 * 2 ** 30,
    parts: options.maxInstances ?? 20_000,
  };
  let running = 0;

  async function receivePart(part: Part, caller: DicomWebCaller, study: string | undefined): Promise<Outcome> {
    try {
      return await receiver.receive(
        part.bytes,
        { way: 'stow', peer: caller.name },
        study === undefined ? {} : { studyUid: study },
      );
    } catch (error) {
      onFault?.(error);
      return { outcome: 'not-kept' };
    }
  }

  /** A few instances are written while the next ones arrive; the answer keeps the order of the request. */
  async function receiveAll(
    req: Request,
    boundary: string,
    caller: DicomWebCaller,
    study?: string,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    await forEachConcurrently(multipartParts(req, boundary, limits), PARTS_IN_HAND, async (part, index) => {
      if (part.type !== null && part.type !== 'application/dicom') throw new WrongPart();
      outcomes[index] = await receivePart(part, caller, study);
    });
    return outcomes;
  }

  async function store(req: Request, res: Response, study?: string): Promise<void> {
    const caller = await authenticate(req.headers.authorization, req.originalUrl.split('?')[0] ?? '');
    if (caller === null) {
      res.status(401).set({ 'www-authenticate': 'Bearer', 'cache-control': 'no-store', connection: 'close' }).end();
      return;
    }
    const boundary = boundaryOf(req);
    const encoded = req.headers['content-encoding'] !== undefined;
    if (boundary === null || encoded) {
      refuse(res, 415, 'send DICOM files as multipart/related; type="application/dicom", without content encoding');
      return;
    }
    if (!acceptsJson(req)) {
      refuse(res, 406, 'the answer is application/dicom+json');
      return;
    }
    if (study !== undefined && !isUid(study)) {
      refuse(res, 400, 'the study in the address is no DICOM UID');
      return;
    }
    if (running >= maxConcurrent) {
      refuse(res, 503, 'too many requests are being stored; send again', { 'retry-after': '2' });
      return;
    }
    running += 1;
    try {
      await answer(req, res, boundary, caller, study);
    } finally {
      running -= 1;
    }
  }

  async function answer(
    req: Request,
    res: Response,
    boundary: string,
    caller: DicomWebCaller,
    study?: string,
  ): Promise<void> {
    try {
      const outcomes = await receiveAll(req, boundary, caller, study);
      if (outcomes.length === 0) {
        refuse(res, 400, 'the request holds no instance');
        return;
      }
      const { status, body } = stowResponse(outcomes);
      if (status === 503) res.set('retry-after', '5');
      // As bytes: text would get a charset, which this media type does not have.
      const headers = { 'cache-control': 'no-store', 'content-type': 'application/dicom+json' };
      res
        .status(status)
        .set(headers)
        .send(Buffer.from(JSON.stringify(body)));
    } catch (error) {
      if (error instanceof WrongPart) {
        refuse(res, 415, 'every part of the request is a DICOM file (application/dicom)');
      } else if (error instanceof MultipartError) {
        refuse(res, error.code === 'too-large' ? 413 : 400, `the request cannot be read: ${error.message}`);
      } else if (!req.complete) {
        // The sender went away; nobody reads an answer. What was complete is kept.
        res.destroy();
      } else {
        throw error;
      }
    }
  }

  const router = Router();
  router.post('/studies', (req, res) => store(req, res));
  router.post('/studies/:study', (req: Request<{ study: string }>, res) => store(req, res, req.params.study));
  router.all(['/studies', '/studies/:study'], (_req, res) => {
    refuse(res, 405, 'this address stores instances (POST) and answers no query', { allow: 'POST' });
  });
  return router;
}

class WrongPart extends Error {
  override readonly name = 'WrongPart';
}
