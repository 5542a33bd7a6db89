/** One association with a sender: C-ECHO and C-STORE (PS3.4 annex B), each instance answered when it is durable. */
import { Writable } from 'node:stream';
import type { Socket } from 'node:net';
import dimse from 'dcmjs-dimse';
import { negotiate } from './dimse-negotiation.ts';
import { toPart10 } from './part10.ts';
import { createPduGuard, type PduGuard } from './pdu-guard.ts';
import type { Receiver } from './receipt.ts';
import { FAILURE_REASONS, failureReason } from './stow-response.ts';
import { isUid } from './uid.ts';

type Association = InstanceType<typeof dimse.association.Association>;
type PresentationContext = InstanceType<typeof dimse.association.PresentationContext>;
type StoreRequest = InstanceType<typeof dimse.requests.CStoreRequest>;
type StoreResponse = InstanceType<typeof dimse.responses.CStoreResponse>;
type EchoRequest = InstanceType<typeof dimse.requests.CEchoRequest>;
type EchoResponse = InstanceType<typeof dimse.responses.CEchoResponse>;

const { PresentationContextResult, RejectReason, RejectResult, RejectSource } = dimse.constants;

/** For the log and the metrics; titles are cleaned, nothing is of a patient. */
export type DimseEvent =
  | { readonly kind: 'rejected'; readonly why: 'calling-title' | 'called-title' | 'busy'; readonly caller: string }
  | { readonly kind: 'dropped'; readonly why: 'not-dicom-or-too-large' | 'idle' | 'no-association' | 'network' }
  | { readonly kind: 'fault'; readonly error: unknown };

export interface AssociationOptions {
  readonly receiver: Receiver;
  /** Ours; senders must call it. */
  readonly aeTitle: string;
  /** Titles that may call. */
  readonly callers: readonly string[];
  /** Bytes of one instance. */
  readonly maxInstanceBytes: number;
  readonly budget: MemoryBudget;
  /** Milliseconds without a byte after which the connection ends. */
  readonly idleMs: number;
  /** Milliseconds for the association request after connecting. */
  readonly associationMs: number;
  readonly onEvent: (event: DimseEvent) => void;
}

const PDU_BYTES = 256 * 1024;
const LAST_WORD_MS = 2_000;
/** The status field is followed by at most 64 characters of comment (LO). */
const COMMENT_CHARACTERS = 64;

interface Incoming {
  readonly stream: DataSetStream;
  readonly syntax: string | undefined;
}

/** Bytes of the data sets that all associations hold together. */
export interface MemoryBudget {
  readonly bytes: number;
  used: number;
}

/**
 * Collects a data set within the limit of an instance and the budget of all; beyond them it collects nothing more, so that
 * the sender still gets its answer.
 */
class DataSetStream extends Writable {
  readonly #limit: number;
  readonly #budget: MemoryBudget;
  #bytes = 0;
  #chunks: Buffer[] | null = [];

  constructor(limit: number, budget: MemoryBudget) {
    super();
    this.#limit = limit;
    this.#budget = budget;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#chunks !== null) {
      this.#bytes += chunk.length;
      this.#budget.used += chunk.length;
      this.#chunks.push(chunk);
      if (this.#bytes > this.#limit || this.#budget.used > this.#budget.bytes) this.release();
    }
    done();
  }

  /** null: it did not fit. */
  dataSet(): readonly Buffer[] | null {
    return this.#chunks;
  }

  release(): void {
    this.#budget.used -= this.#bytes;
    this.#bytes = 0;
    this.#chunks = null;
  }
}

const cleanTitle = (title: string): string =>
  title
    .replaceAll(/[^\x21-\x7e]+/g, ' ')
    .trim()
    .slice(0, 16);

export class StorageAssociation extends dimse.Scp {
  readonly #socket: Socket;
  readonly #options: AssociationOptions;
  readonly #guard: PduGuard;
  readonly #patience: NodeJS.Timeout;
  #caller: string | null = null;
  #stream: DataSetStream | null = null;
  #incoming: Incoming | null = null;
  #receiving: Promise<void> = Promise.resolve();

  constructor(socket: Socket, options: AssociationOptions, guard: PduGuard) {
    super(socket, {});
    this.#socket = socket;
    this.#options = options;
    this.#guard = guard;
    socket.setTimeout(options.idleMs, () => {
      this.#drop('idle');
    });
    this.#patience = setTimeout(() => {
      this.#drop('no-association');
    }, options.associationMs);
    socket.once('close', () => {
      clearTimeout(this.#patience);
      // One that was cut off; one that is being stored has been let go of.
      this.#stream?.release();
    });
    this.on('networkError', () => {
      this.#drop('network');
    });
  }

  /** Resolves when nothing is being received any more. */
  settled(): Promise<void> {
    return this.#receiving;
  }

  #drop(why: Extract<DimseEvent, { kind: 'dropped' }>['why']): void {
    if (this.#socket.destroyed) return;
    this.#options.onEvent({ kind: 'dropped', why });
    this.#socket.destroy();
  }

  #reject(why: 'calling-title' | 'called-title', caller: string, reason: number): void {
    this.#options.onEvent({ kind: 'rejected', why, caller });
    this.sendAssociationReject(RejectResult.Permanent, RejectSource.ServiceUser, reason);
    this.#socket.end();
    this.#endSoon();
  }

  /** The sender closes after the last word; where it does not, we do. */
  #endSoon(): void {
    setTimeout(() => this.#socket.destroy(), LAST_WORD_MS).unref();
  }

  override associationRequested(association: Association): void {
    clearTimeout(this.#patience);
    const { aeTitle, callers } = this.#options;
    const caller = cleanTitle(association.getCallingAeTitle());
    if (cleanTitle(association.getCalledAeTitle()) !== aeTitle) {
      this.#reject('called-title', caller, RejectReason.CalledAeNotRecognized);
      return;
    }
    if (!callers.includes(caller)) {
      this.#reject('calling-title', caller, RejectReason.CallingAeNotRecognized);
      return;
    }
    for (const { context } of association.getPresentationContexts()) {
      const result = negotiate(context.getAbstractSyntaxUid(), context.getTransferSyntaxUids());
      if ('accepted' in result) context.setResult(PresentationContextResult.Accept, result.accepted);
      else if (result.refused === 'abstract-syntax') {
        context.setResult(PresentationContextResult.RejectAbstractSyntaxNotSupported);
      } else context.setResult(PresentationContextResult.RejectTransferSyntaxesNotSupported);
    }
    // Zero means no limit, and the package would promise the same in return.
    if (association.getMaxPduLength() === 0) association.setMaxPduLength(PDU_BYTES);
    this.#caller = caller;
    this.sendAssociationAccept();
    this.#guard.answered();
  }

  override associationReleaseRequested(): void {
    this.sendAssociationReleaseResponse();
    this.#endSoon();
  }

  override abort(): void {
    this.#socket.destroy();
  }

  override cEchoRequest(request: EchoRequest, callback: (response: EchoResponse) => void): void {
    if (this.#caller === null) {
      this.#drop('no-association');
      return;
    }
    const response = dimse.responses.CEchoResponse.fromRequest(request);
    response.setStatus(dimse.constants.Status.Success);
    this.#guard.answered();
    callback(response);
  }

  override createStoreWritableStream(): Writable {
    this.#stream?.release();
    this.#stream = new DataSetStream(this.#options.maxInstanceBytes, this.#options.budget);
    return this.#stream;
  }

  /** The data set stays as bytes; the package's own reading of it is not needed. */
  override createDatasetFromStoreWritableStream(
    writable: Writable,
    context: PresentationContext,
    callback: (dataset: InstanceType<typeof dimse.Dataset>) => void,
  ): void {
    const syntax = context.getAcceptedTransferSyntaxUid();
    this.#incoming = writable instanceof DataSetStream ? { stream: writable, syntax } : null;
    callback(new dimse.Dataset({}, syntax));
  }

  override cStoreRequest(request: StoreRequest, callback: (response: StoreResponse) => void): void {
    const incoming = this.#incoming;
    this.#incoming = null;
    if (this.#caller === null) {
      this.#drop('no-association');
      return;
    }
    const response = dimse.responses.CStoreResponse.fromRequest(request);
    this.#stream = null;
    this.#receiving = this.#store(request, incoming, this.#caller).then(({ status, comment }) => {
      incoming?.stream.release();
      response.setStatus(status);
      if (comment !== '') response.setErrorComment(comment.slice(0, COMMENT_CHARACTERS));
      this.#guard.answered();
      if (!this.#socket.destroyed) callback(response);
    });
  }

  /** @returns status of PS3.4 table B.2-1 */
  async #store(
    request: StoreRequest,
    incoming: Incoming | null,
    caller: string,
  ): Promise<{ readonly status: number; readonly comment: string }> {
    const [sopClassUid, sopInstanceUid] = [request.getAffectedSopClassUid(), request.getAffectedSopInstanceUid()];
    const transferSyntaxUid = incoming?.syntax;
    if (incoming === null || transferSyntaxUid === undefined || ![sopClassUid, sopInstanceUid].every(isUid)) {
      return { status: FAILURE_REASONS.cannotUnderstand, comment: 'no data set, or no UIDs in the request' };
    }
    const dataSet = incoming.stream.dataSet();
    if (dataSet === null) {
      return { status: FAILURE_REASONS.outOfResources, comment: 'too large, or too much at once; send again later' };
    }
    const file = toPart10(dataSet, { sopClassUid, sopInstanceUid, transferSyntaxUid, sourceAeTitle: caller });
    try {
      const origin = { way: 'dimse', peer: caller } as const;
      const receipt = await this.#options.receiver.receive(file, origin, { sopClassUid, sopInstanceUid });
      if (receipt.outcome !== 'refused') return { status: dimse.constants.Status.Success, comment: '' };
      return { status: failureReason(receipt.code), comment: receipt.reason };
    } catch (error) {
      this.#options.onEvent({ kind: 'fault', error });
      return { status: FAILURE_REASONS.outOfResources, comment: 'not stored; send again' };
    }
  }
}

/** Bytes that a sender may send before it gets an answer: an instance that is too large still gets one, a flood does not. */
export function guardFor(maxInstanceBytes: number): PduGuard {
  return createPduGuard({ pduBytes: 2 * PDU_BYTES, unansweredBytes: 2 * maxInstanceBytes + PDU_BYTES });
}

export { PDU_BYTES };
