/** Reads a bounded JSON body, with the hash of its raw bytes, after the caller was authenticated. */
import { createHash } from 'node:crypto';
import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { jsonErrorPosition } from './json-position.ts';
import { HttpProblem, problem } from './problem.ts';

export interface JsonBody {
  readonly body: unknown;
  /** SHA-256 of the raw bytes, hex. */
  readonly hash: string;
}

export type JsonBodyReader = (request: Request, response: Response) => Promise<JsonBody>;

/** A failure that still knows the hash of what was sent. */
export class UnreadableBody extends HttpProblem {
  readonly hash: string | undefined;

  constructor(status: number, issues: HttpProblem['issues'], hash: string | undefined) {
    super(status, issues);
    this.hash = hash;
  }
}

interface ParserError {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

function parserError(error: unknown): ParserError {
  const from = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  const { status, type, body } = from;
  return { status: typeof status === 'number' ? status : 500, type: typeof type === 'string' ? type : '', body };
}

/** FHIR needs a few dozen levels; far more exist to overflow whatever walks through them. */
const DEEPEST = 100;
/** Characters beyond which the place of a mistake is not worth the time to find it. */
const LONGEST_SEARCHED = 256 * 1024;

/** Level by level, because recursion is what such a body is meant to break. */
function nestsDeeperThan(body: unknown, limit: number): boolean {
  let level: object[] = typeof body === 'object' && body !== null ? [body] : [];
  for (let depth = 0; depth < limit; depth += 1) {
    const next: object[] = [];
    for (const container of level) {
      const members: readonly unknown[] = Array.isArray(container) ? container : Object.values(container);
      for (const member of members) {
        if (typeof member === 'object' && member !== null) next.push(member);
      }
    }
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}

function syntaxText(body: unknown): string {
  const isSearched = typeof body === 'string' && body.length <= LONGEST_SEARCHED;
  const position = isSearched ? jsonErrorPosition(body) : undefined;
  const where = position === undefined ? '' : ` at character ${position}`;
  return `the body is not valid JSON${where}: send one JSON object without comments or trailing commas`;
}

/** The parser's own messages quote the body, so none of them is passed on. */
function translate(error: unknown, hash: string | undefined, limit: number): HttpProblem {
  const { status, type, body } = parserError(error);
  if (type === 'entity.too.large') {
    return new UnreadableBody(413, [{ code: 'too-long', text: `the body must not exceed ${limit} bytes` }], hash);
  }
  if (type === 'entity.parse.failed') {
    return new UnreadableBody(400, [{ code: 'structure', text: syntaxText(body) }], hash);
  }
  if (status === 415) {
    return new UnreadableBody(
      415,
      [{ code: 'not-supported', text: 'send UTF-8, plain or with gzip, deflate or br' }],
      hash,
    );
  }
  return new UnreadableBody(400, [{ code: 'structure', text: 'the body could not be read in full' }], hash);
}

/** @param limit largest body in bytes, after decompression */
export function jsonBodyReader(limit: number): JsonBodyReader {
  const hashes = new WeakMap<object, string>();
  const parse: RequestHandler = express.json({
    limit,
    strict: true,
    type: () => true,
    verify: (request, _response, raw) => {
      hashes.set(request, createHash('sha256').update(raw).digest('hex'));
    },
  });
  return (request, response) =>
    new Promise((resolve, reject) => {
      if (
        request.is(['application/json', 'application/*+json']) === false ||
        request.headers['content-type'] === undefined
      ) {
        reject(problem(415, 'not-supported', 'send the body as application/json'));
        return;
      }
      parse(request, response, (error?: unknown) => {
        const hash = hashes.get(request);
        if (error !== undefined) reject(translate(error, hash, limit));
        else if (hash === undefined) reject(problem(400, 'structure', 'the body is empty: send one JSON object'));
        else if (nestsDeeperThan(request.body, DEEPEST)) {
          const text = `the body must not nest deeper than ${DEEPEST} levels`;
          reject(new UnreadableBody(400, [{ code: 'structure', text }], hash));
        } else resolve({ body: request.body as unknown, hash });
      });
    });
}
