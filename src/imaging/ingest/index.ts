export {
  anyAuthenticator,
  openDicomWeb,
  staticTokenAuthenticator,
  type DicomWebAuthenticator,
  type DicomWebCaller,
  type StaticTokenClient,
} from './dicomweb-clients.ts';
export { openFolderStore, type FolderStore, type FolderStoreOptions } from './folder-store.ts';
export type { ImageStore, StoredInstance } from './image-store.ts';
export { createReceiver, type ReceiverOptions } from './receive.ts';
export { INGEST_WAYS, type IngestWay, type Origin, type Receipt, type Receiver } from './receipt.ts';
export { recoverImages, type Recovered, type RecoverOptions } from './recover.ts';
export { samePatient, type IdentifierDomains, type PatientRecord, type PatientVerdict } from './same-patient.ts';
export { stowRouter, type StowOptions } from './stow-rs.ts';
