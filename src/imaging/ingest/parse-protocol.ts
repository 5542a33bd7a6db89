/** Between the service and the thread that reads headers of large instances. */
import type { InstanceHeader } from '../dicom/instance-header.ts';
import type { RefusalCode } from '../image-refusal.ts';

export interface ToParse {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export type Parsed =
  | { readonly id: number; readonly header: InstanceHeader }
  | {
      readonly id: number;
      readonly refused: { readonly code: RefusalCode; readonly message: string; readonly instanceUid: string | null };
    }
  /** Name of an error that is no refusal: the message may quote the instance. */
  | { readonly id: number; readonly fault: string };
