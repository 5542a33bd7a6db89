/**
 * Results to a DICOMweb archive by STOW-RS (PS3.18 section 10.5). An object counts as sent when the archive gives its
 * metadata back, and not before: an accepted upload can still be dropped, quarantined or filed elsewhere.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { archiveRequests, type ArchiveOptions, type SendToArchive } from './archive-request.ts';
import { DeliveryFailure, failureOfStatus } from './delivery-failure.ts';

export interface StorableObject {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly bytes: Uint8Array;
}

export interface ResultArchive {
  /**
   * Stores one object and waits until the archive gives it back. An object that is already there is not sent again, so
   * a repeated delivery changes nothing.
   * @throws DeliveryFailure; `mayHeal` says whether trying again makes sense
   */
  readonly store: (object: StorableObject, signal: AbortSignal) => Promise<void>;
}

export interface StoreOptions extends ArchiveOptions {
  /** Milliseconds before each look for what was stored; archives index in the background. */
  readonly lookAfterMs?: readonly number[];
}

const LOOK_AFTER_MS = [0, 300, 1_000, 3_000] as const;
const DICOM_JSON = 'application/dicom+json';

export function createResultArchive({ lookAfterMs = LOOK_AFTER_MS, ...options }: StoreOptions): ResultArchive {
  const send = archiveRequests(options);
  return {
    store: async (object, signal) => {
      if (await isFound(send, object, signal)) return;
      await stow(send, object, signal);
      for (const wait of lookAfterMs) {
        await sleep(wait, undefined, { signal });
        if (await isFound(send, object, signal)) return;
      }
      throw new DeliveryFailure('not-found-again', 'the archive accepted the object and does not give it back');
    },
  };
}

async function stow(send: SendToArchive, { studyUid, bytes }: StorableObject, signal: AbortSignal): Promise<void> {
  const boundary = randomUUID();
  const type = `multipart/related; type="application/dicom"; boundary=${boundary}`;
  const head = Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, 'latin1');
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');
  const body = { type, bytes: new Uint8Array(Buffer.concat([head, bytes, tail])) };
  const { status, json } = await send(
    { method: 'POST', path: `studies/${studyUid}`, accept: DICOM_JSON, body },
    signal,
  );
  const reason = failureReason(json);
  // 409: nothing was stored; 202: not everything was. One object was sent, so its reason speaks for both.
  if (reason !== undefined && (status === 409 || status === 202 || status === 200)) throw failureOfReason(reason);
  if (status < 200 || status >= 300) throw failureOfStatus(status);
}

const FAILED_SOP_SEQUENCE = '00081198';
const FAILURE_REASON = '00081197';

/** Of the first object that the archive names as failed. */
function failureReason(json: unknown): number | undefined {
  const [failed] = valuesOf(json, FAILED_SOP_SEQUENCE);
  if (failed === undefined) return undefined;
  const [reason] = valuesOf(failed, FAILURE_REASON);
  return typeof reason === 'number' ? reason : 0;
}

/** PS3.18 table 10.5.3-1 and PS3.4 table B.2-1. */
function failureOfReason(reason: number): DeliveryFailure {
  const said = `the archive refused the object (reason ${reason.toString(16).toUpperCase().padStart(4, '0')})`;
  const exhausted = reason >= 0xa700 && reason <= 0xa7ff;
  const processing = reason === 0x0110;
  return new DeliveryFailure(exhausted || processing ? 'busy' : 'refused', said);
}

/** Does the archive hold it, under the study and series that it belongs to? */
async function isFound(send: SendToArchive, object: StorableObject, signal: AbortSignal): Promise<boolean> {
  const { studyUid, seriesUid, sopInstanceUid } = object;
  const path = `studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}/metadata`;
  const { status, json } = await send({ method: 'GET', path, accept: DICOM_JSON }, signal);
  if (status === 404 || status === 410 || status === 204) return false;
  if (status !== 200) throw failureOfStatus(status);
  if (!Array.isArray(json)) throw new DeliveryFailure('not-understood', 'the archive answers metadata that is no list');
  const found = (json as readonly unknown[]).some((metadata) =>
    [
      ['00080016', object.sopClassUid],
      ['00080018', sopInstanceUid],
      ['0020000D', studyUid],
      ['0020000E', seriesUid],
    ].every(([tag = '', value]) => valuesOf(metadata, tag)[0] === value),
  );
  return found;
}

/** `Value` of an element in the DICOM JSON model (PS3.18 annex F). */
function valuesOf(dataSet: unknown, tag: string): readonly unknown[] {
  if (typeof dataSet !== 'object' || dataSet === null) return [];
  const element = (dataSet as Readonly<Record<string, unknown>>)[tag];
  if (typeof element !== 'object' || element === null) return [];
  const { Value: values } = element as { readonly Value?: unknown };
  return Array.isArray(values) ? (values as readonly unknown[]) : [];
}
