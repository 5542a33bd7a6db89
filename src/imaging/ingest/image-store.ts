/** Where received instances lie: a folder on disk, encrypted where the site configured a key. */

export interface StoredInstance {
  /** Path relative to the store; made from UIDs only, never from patient data. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the instance as received. */
  readonly digest: string;
}

export interface ImageStore {
  /** Resolves when the bytes are on disk (synced and in their final place); writing the same again changes nothing. */
  readonly write: (
    uids: { readonly studyUid: string; readonly seriesUid: string; readonly sopInstanceUid: string },
    instance: Uint8Array,
  ) => Promise<StoredInstance>;
  /** The instance as received. @throws ImageRefusal 'damaged' when it is not what was written */
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly remove: (path: string) => Promise<void>;
}
