/** Errors with a status: thrown anywhere below a route, rendered as an OperationOutcome by the one error handler. */
import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';
import type { Finding } from './validation.ts';

/** FHIR issue-type codes in use. */
export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'not-found'
  | 'not-supported'
  | 'forbidden'
  | 'too-long'
  | 'incomplete'
  | 'timeout'
  | 'transient'
  | 'exception';

export interface Issue {
  readonly code: IssueCode;
  /** For the integrator; never holds a value of the request. */
  readonly text: string;
  /** JSON pointer into the request. */
  readonly pointer?: string;
}

/** `message` is a stable code for logs; the issues are for the wire. Neither holds request values. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    issues: readonly Issue[],
    options: { readonly cause?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(`http-${status}`, options.cause === undefined ? {} : { cause: options.cause });
    this.status = status;
    this.issues = issues;
    this.headers = options.headers ?? {};
  }
}

/** 401 without a body and without a reason; the reason is for the log only. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
  readonly reason: string;

  constructor(reason: string) {
    super('unauthenticated');
    this.reason = reason;
  }
}

export function problem(status: number, code: IssueCode, text: string, pointer?: string): HttpProblem {
  return new HttpProblem(status, [pointer === undefined ? { code, text } : { code, text, pointer }]);
}

/** 400 from what a schema found. */
export function invalid(findings: readonly Finding[]): HttpProblem {
  return new HttpProblem(
    400,
    findings.map(({ code, text, pointer }) => ({ code, text: `${pointer === '' ? '/' : pointer} ${text}`, pointer })),
  );
}

function issue({ code, text, pointer }: Issue): OperationOutcomeIssue {
  return {
    severity: 'error',
    code,
    details: { text },
    ...(pointer === undefined ? {} : { diagnostics: `JSON pointer: ${pointer === '' ? '/' : pointer}` }),
  };
}

export function operationOutcome(issues: readonly Issue[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: issues.map(issue) };
}
