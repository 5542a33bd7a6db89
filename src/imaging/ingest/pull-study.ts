/** Fetches a study from the configured archive: QIDO-RS for what there is, WADO-RS for the series that are not held. */
import type { Database } from '../../storage/index.ts';
import { archiveRequests, assertArchiveUrl, type ArchiveOptions } from '../results/archive/archive-request.ts';
import { DeliveryFailure, failureOfStatus } from '../results/archive/delivery-failure.ts';
import { forEachConcurrently } from './concurrent.ts';
import { MultipartError, multipartParts, parseContentType, PARTS_IN_HAND } from './multipart.ts';
import { DEFAULT_MAX_INSTANCE_BYTES } from './receive.ts';
import type { Receiver } from './receipt.ts';
import { setExpected } from './study-index.ts';
import { isUid } from './uid.ts';

export interface PullOptions {
  /** Base address, Authorization header and time limit of QIDO-RS. */
  readonly archive: ArchiveOptions;
  /** Of the archive in the origin of what it sends. Default 'archive'. */
  readonly name?: string;
  readonly database: Database;
  readonly receiver: Receiver;
  /** Default 1 GiB. */
  readonly maxInstanceBytes?: number;
  /** Bytes of one series. Default 8 GiB. */
  readonly maxSeriesBytes?: number;
  /** Milliseconds without a byte after which a series is given up. Default 30,000. */
  readonly idleMs?: number;
}

export interface Pulled {
  /** false: the archive does not know the study. */
  readonly found: boolean;
  /** Instances that the archive counts. */
  readonly expected: number;
  readonly stored: number;
  /** Held before, also where the archive changed a header since. */
  readonly alreadyHeld: number;
  /** By code. */
  readonly refused: Readonly<Record<string, number>>;
}

export type PullStudy = (studyUid: string, signal: AbortSignal) => Promise<Pulled>;

interface ArchivedSeries {
  readonly seriesUid: string;
  readonly instances: number | null;
}

const SERIES_UID = '0020000E';
const SERIES_RELATED_INSTANCES = '00201209';
const MAX_SERIES = 1_000;

function firstValue(item: unknown, tag: string): unknown {
  const element = (item as Record<string, { Value?: unknown } | undefined> | null)?.[tag];
  return Array.isArray(element?.Value) ? (element.Value as readonly unknown[])[0] : undefined;
}

/** Small series first: a plain CT of the head is among them, and its answer is the most urgent. */
function seriesOf(json: unknown): readonly ArchivedSeries[] {
  if (!Array.isArray(json)) throw new DeliveryFailure('not-understood', 'the archive answered no list of series');
  const list = json.map((item): ArchivedSeries => {
    const [seriesUid, count] = [firstValue(item, SERIES_UID), Number(firstValue(item, SERIES_RELATED_INSTANCES))];
    if (typeof seriesUid !== 'string' || !isUid(seriesUid)) {
      throw new DeliveryFailure('not-understood', 'the archive listed a series without a UID');
    }
    return { seriesUid, instances: Number.isSafeInteger(count) && count >= 0 ? count : null };
  });
  if (list.length > MAX_SERIES) throw new DeliveryFailure('refused', 'the study has more series than a study has');
  return list.sort((a, b) => (a.instances ?? Infinity) - (b.instances ?? Infinity));
}

/** Passes the chunks on; aborts when none comes for so long. */
async function* whileItFlows(
  body: AsyncIterable<Uint8Array>,
  idleMs: number,
  stop: AbortController,
): AsyncIterable<Uint8Array> {
  const late = (): void => {
    stop.abort(new DeliveryFailure('time-out', 'the archive stopped sending'));
  };
  let timer = setTimeout(late, idleMs);
  try {
    for await (const chunk of body) {
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(late, idleMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @returns a function that fetches a study and resolves when every instance of it is durable. Repeated, it fetches only
 *   series that are not complete yet.
 * @throws RangeError when the address of the archive is not allowed
 */
export function createStudyPull(options: PullOptions): PullStudy {
  const { archive, database, receiver, name = 'archive', idleMs = 30_000 } = options;
  const base = assertArchiveUrl(archive);
  const query = archiveRequests(archive);
  const limits = {
    partBytes: options.maxInstanceBytes ?? DEFAULT_MAX_INSTANCE_BYTES,
    totalBytes: options.maxSeriesBytes ?? 8 * 2 ** 30,
    parts: 100_000,
  };

  async function heldIn(studyUid: string): Promise<ReadonlyMap<string, number>> {
    const rows = await database.sql
      .selectFrom('image_instance')
      .select(({ fn }) => ['series_uid', fn.countAll<number>().as('count')])
      .where('study_uid', '=', studyUid)
      .groupBy('series_uid')
      .execute();
    return new Map(rows.map(({ series_uid, count }) => [series_uid, count]));
  }

  async function open(
    path: string,
    signal: AbortSignal,
  ): Promise<{ body: AsyncIterable<Uint8Array>; boundary: string }> {
    const response = await (archive.fetch ?? fetch)(`${base}/${path}`, {
      headers: {
        accept: 'multipart/related; type="application/dicom"; transfer-syntax=*',
        'accept-encoding': 'identity',
        ...(archive.authorization === null ? {} : { authorization: archive.authorization }),
      },
      redirect: 'manual',
      signal,
    });
    const content = parseContentType(response.headers.get('content-type'));
    const boundary = content?.type === 'multipart/related' ? content.parameter('boundary') : null;
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw failureOfStatus(response.status);
    }
    if (boundary === null) {
      await response.body.cancel();
      throw new DeliveryFailure('not-understood', 'the archive did not answer with DICOM files');
    }
    return { body: response.body as AsyncIterable<Uint8Array>, boundary };
  }

  async function pullSeries(
    studyUid: string,
    seriesUid: string,
    signal: AbortSignal,
    count: (outcome: string) => Promise<void>,
  ): Promise<void> {
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const late = setTimeout(() => {
      stop.abort(new DeliveryFailure('time-out', 'the archive did not begin to answer in time'));
    }, archive.timeoutMs ?? 60_000);
    try {
      const { body, boundary } = await open(`studies/${studyUid}/series/${seriesUid}`, either);
      clearTimeout(late);
      const parts = multipartParts(whileItFlows(body, idleMs, stop), boundary, limits);
      await forEachConcurrently(parts, PARTS_IN_HAND, async ({ bytes }) => {
        const receipt = await receiver.receive(bytes, { way: 'pull', peer: name }, { studyUid, seriesUid });
        await count(receipt.outcome === 'refused' ? receipt.code : receipt.outcome);
      });
    } catch (error) {
      throw failureOf(error, signal, stop.signal);
    } finally {
      clearTimeout(late);
    }
  }

  return async (studyUid, signal) => {
    if (!isUid(studyUid)) throw new RangeError('this is no Study Instance UID');
    const path = `studies/${studyUid}/series?includefield=${SERIES_RELATED_INSTANCES}`;
    const { status, json } = await query({ method: 'GET', path, accept: 'application/dicom+json' }, signal);
    if (status !== 200 && status !== 204 && status !== 404) throw failureOfStatus(status);
    const series = status === 200 ? seriesOf(json) : [];
    const expected = series.reduce((sum, { instances }) => sum + (instances ?? 0), 0);
    const counted = series.every(({ instances }) => instances !== null);
    let [stored, alreadyHeld] = [0, 0];
    const refused: Record<string, number> = {};
    /** What was refused will not come. */
    const tellExpected = async (): Promise<void> => {
      const lost = Object.values(refused).reduce((sum, n) => sum + n, 0);
      if (counted && series.length > 0) await setExpected(database, studyUid, expected - lost);
    };
    const count = async (outcome: string): Promise<void> => {
      if (outcome === 'stored') {
        stored += 1;
        // The study has a row now, and the watch should know what to wait for.
        if (stored === 1) await tellExpected();
      } else if (outcome === 'duplicate' || outcome === 'conflicting-instance') alreadyHeld += 1;
      else refused[outcome] = (refused[outcome] ?? 0) + 1;
    };
    const held = await heldIn(studyUid);
    await tellExpected();
    for (const { seriesUid, instances } of series) {
      const here = held.get(seriesUid) ?? 0;
      if (instances !== null && here >= instances) alreadyHeld += here;
      else await pullSeries(studyUid, seriesUid, signal, count);
    }
    await tellExpected();
    return { found: series.length > 0, expected, stored, alreadyHeld, refused };
  };
}

/** What a person may read; aborts of the caller and faults of our own disk or database stay as they are. */
function failureOf(error: unknown, signal: AbortSignal, stopped: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (stopped.aborted) return stopped.reason;
  if (error instanceof MultipartError) {
    return error.code === 'too-large'
      ? new DeliveryFailure('refused', 'the archive sent more than a series or an instance may hold')
      : new DeliveryFailure('unreachable', 'what the archive sent was cut off or is no multipart body');
  }
  // fetch says 'fetch failed' or 'terminated', both as TypeError.
  return error instanceof TypeError ? new DeliveryFailure('unreachable', 'the archive broke the connection') : error;
}
