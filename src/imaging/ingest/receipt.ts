/** What becomes of an instance that arrives, whichever way it came. */
import type { RefusalCode } from '../image-refusal.ts';

export const INGEST_WAYS = ['stow', 'dimse', 'pull', 'folder', 'command', 'recovered'] as const;
export type IngestWay = (typeof INGEST_WAYS)[number];

export interface Origin {
  readonly way: IngestWay;
  /** Configured name of the sender: client, AE title, archive; null where there is none. */
  readonly peer: string | null;
}

/**
 * `conflicting-instance`: another instance with this SOP Instance UID is already kept. The first one stays.
 * `not-as-announced`: the message or the request that brought it named another study or instance.
 */
export type ReceiptRefusalCode = RefusalCode | 'conflicting-instance' | 'not-as-announced';

export interface InstanceUids {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
}

/** `stored` and `duplicate` are promises: the bytes are on disk and the row is committed. */
export type Receipt =
  | { readonly outcome: 'stored' | 'duplicate'; readonly uids: InstanceUids }
  | {
      readonly outcome: 'refused';
      readonly code: ReceiptRefusalCode;
      /** For the sender; holds nothing of the patient. */
      readonly reason: string;
      /** Where they could be read. */
      readonly sopInstanceUid: string | null;
      readonly sopClassUid: string | null;
    };

export interface Receiver {
  /**
   * @param instance a DICOM file; it is not changed and not kept
   * @param announced UIDs that the sender named outside of the instance: what has others is refused
   * @throws any error of disk or database: nothing is promised, the sender should send again
   */
  readonly receive: (instance: Uint8Array, origin: Origin, announced?: Partial<InstanceUids>) => Promise<Receipt>;
  /** Waits for what is being received; nothing can be received afterwards. */
  readonly close: () => Promise<void>;
}
