export { createAuditLog, type AuditLog, type AuditLogOptions } from './audit-log.ts';
export { createFeedbackStore, type FeedbackReport, type FeedbackStore, type StoredFeedback } from './feedback-store.ts';
export { createFreeTextVault, type FreeTextConfig, type FreeTextVault } from './free-text.ts';
export { createInvocationRecorder, type InvocationRecorder } from './invocation-recorder.ts';
export { AUDIT_KINDS, type AuditEntry, type AuditKind, type AuditRecord, type Checkpoint } from './record.ts';
export type { RetentionReport } from './retention.ts';
export type { ExportFilter } from './rows.ts';
export type { ChainProblem, VerifyOptions, VerifyProgress, VerifyReport } from './verify.ts';
