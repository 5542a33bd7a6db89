export { addressUnder, assertAllowedFhirServer, FhirServerNotAllowed, normalizeBaseUrl } from './allowed-servers.ts';
export {
  collectRecord,
  nothingReadable,
  type CollectDeps,
  type FhirAccess,
  type RecordRequest,
} from './collect-record.ts';
export { createFhirConnections, type ConnectionLimits } from './fhir-reader.ts';
export {
  plannedReads,
  prefetchTemplates,
  RECORD_TYPES,
  typeOfKey,
  type ObservationCodes,
  type PlannedRead,
} from './prefetch-plan.ts';
