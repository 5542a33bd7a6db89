export { openDatabase, type Database, type DatabaseConfig, type OpenOptions } from './database.ts';
export { StorageError, type StorageErrorCode } from './storage-error.ts';
