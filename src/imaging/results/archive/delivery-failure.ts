/** Why an object did not reach its destination. The message holds no address, no UID and nothing of the patient. */

export const DELIVERY_FAILURE_CODES = [
  'unreachable',
  'time-out',
  'forbidden',
  'busy',
  'refused',
  'not-understood',
  'not-found-again',
] as const;
export type DeliveryFailureCode = (typeof DELIVERY_FAILURE_CODES)[number];

/** Whether the same object may be accepted later without anybody changing it. */
const MAY_HEAL: Readonly<Record<DeliveryFailureCode, boolean>> = {
  unreachable: true,
  'time-out': true,
  // Credentials are changed by people, often within the hour; the object is not at fault.
  forbidden: true,
  busy: true,
  refused: false,
  'not-understood': false,
  'not-found-again': true,
};

export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';
  readonly code: DeliveryFailureCode;
  /** false: trying again with the same object is useless. */
  readonly mayHeal: boolean;

  constructor(code: DeliveryFailureCode, message: string) {
    super(message);
    this.code = code;
    this.mayHeal = MAY_HEAL[code];
  }
}

/** @param answered HTTP status of an answer that is no success */
export function failureOfStatus(answered: number): DeliveryFailure {
  const said = `the destination answered HTTP ${answered}`;
  if (answered >= 300 && answered < 400) return new DeliveryFailure('refused', 'a redirect was not followed');
  if (answered === 401 || answered === 403) return new DeliveryFailure('forbidden', said);
  if (answered === 408 || answered === 504) return new DeliveryFailure('time-out', said);
  if (answered === 429 || answered >= 500) return new DeliveryFailure('busy', said);
  return new DeliveryFailure('refused', said);
}
