export { ANALYZED_SOP_CLASSES } from './completeness.ts';
export {
  anyAuthenticator,
  openDicomWeb,
  staticTokenAuthenticator,
  type DicomWebAuthenticator,
  type DicomWebCaller,
  type StaticTokenClient,
} from './dicomweb-clients.ts';
export type { DimseEvent } from './dimse-association.ts';
export { startDimseServer, type DimseOptions, type DimseServer } from './dimse-server.ts';
export { bindFolder, FOLDER_MARKER, type BindingOptions } from './folder-binding.ts';
export { openFolderStore, type FolderStore, type FolderStoreOptions } from './folder-store.ts';
export {
  applyImageRetention,
  deletedAt,
  deleteStudy,
  type Deleted,
  type ImageRetentionPolicy,
  type RetentionResult,
} from './image-retention.ts';
export type { ImageStore, StoredInstance } from './image-store.ts';
export { createStudyPull, type Pulled, type PullOptions, type PullStudy } from './pull-study.ts';
export { quarantinedStudies, quarantineStudy, releaseStudy, type QuarantinedStudy } from './quarantine.ts';
export { createInstanceParser, type InstanceParser } from './instance-parser.ts';
export { createReceiver, type ReceiverOptions } from './receive.ts';
export { noteUnclear, unclearStudies, type UnclearStudy } from './unclear-patient.ts';
export { receiptStatistics, type ReceiptStatistics } from './receipt-statistics.ts';
export { INGEST_WAYS, type IngestWay, type Origin, type Receipt, type Receiver } from './receipt.ts';
export { recoverImages, type Recovered, type RecoverOptions } from './recover.ts';
export { samePatient, type IdentifierDomains, type PatientRecord, type PatientVerdict } from './same-patient.ts';
export { stowRouter, type StowOptions } from './stow-rs.ts';
export {
  instancesOf,
  markUsed,
  setExpected,
  studiesOfPatient,
  studyOf,
  type HeldInstance,
  type PatientStudy,
  type StudySummary,
} from './study-index.ts';
export { createStudyWatch, type StudyReady, type StudyWatch, type StudyWatchOptions } from './study-watch.ts';
export { createWatchedFolder, type Scanned, type WatchedFolder, type WatchedFolderOptions } from './watched-folder.ts';
