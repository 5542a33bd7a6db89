/** Why a resource was not written. The message holds no address, no identifier and nothing of the patient. */

export const WRITE_FAILURE_CODES = [
  'unreachable',
  'time-out',
  'no-token',
  'forbidden',
  'busy',
  'conflict',
  'refused',
  'not-understood',
  'patient-not-found',
  'patient-not-certain',
  'not-unique',
] as const;
export type WriteFailureCode = (typeof WRITE_FAILURE_CODES)[number];

/** Whether the same write may succeed later without anybody changing it. */
const MAY_HEAL: Readonly<Record<WriteFailureCode, boolean>> = {
  unreachable: true,
  'time-out': true,
  'no-token': true,
  forbidden: true,
  busy: true,
  // Somebody else wrote in between: the next try starts from what they wrote.
  conflict: true,
  refused: false,
  'not-understood': false,
  // The patient may be registered after the images.
  'patient-not-found': true,
  'patient-not-certain': false,
  'not-unique': false,
};

export class WriteFailure extends Error {
  override readonly name = 'WriteFailure';
  readonly code: WriteFailureCode;
  /** false: trying again is useless until a person changes something. */
  readonly mayHeal: boolean;

  constructor(code: WriteFailureCode, message: string) {
    super(message);
    this.code = code;
    this.mayHeal = MAY_HEAL[code];
  }
}

export function failureOfStatus(status: number): WriteFailure {
  const said = `the FHIR server answered HTTP ${status}`;
  if (status >= 300 && status < 400) return new WriteFailure('refused', 'a redirect was not followed');
  if (status === 401 || status === 403) return new WriteFailure('forbidden', said);
  if (status === 408 || status === 504) return new WriteFailure('time-out', said);
  if (status === 409 || status === 412) return new WriteFailure('conflict', said);
  if (status === 429 || status >= 500) return new WriteFailure('busy', said);
  return new WriteFailure('refused', said);
}
