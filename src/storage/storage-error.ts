export const STORAGE_ERROR_CODES = ['locked', 'cannot-open', 'migration-failed', 'read-only', 'closed'] as const;
export type StorageErrorCode = (typeof STORAGE_ERROR_CODES)[number];

/** A failure of the database as a whole; the message says what to do and holds no stored data. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
