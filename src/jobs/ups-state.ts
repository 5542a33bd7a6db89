/** States of the Unified Procedure Step (DICOM PS3.4 section CC.1.1), for whoever asks in its language. */
import type { JobState } from './job.ts';

export type UpsState = 'SCHEDULED' | 'IN PROGRESS' | 'COMPLETED' | 'CANCELED';

export const UPS_STATES: Readonly<Record<JobState, UpsState>> = {
  queued: 'SCHEDULED',
  running: 'IN PROGRESS',
  done: 'COMPLETED',
  failed: 'CANCELED',
  cancelled: 'CANCELED',
};
