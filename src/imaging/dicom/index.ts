export { deidentify, type Deidentified, type DeidentificationOptions, type ExportWarning } from './de-identify.ts';
export type { FrameHeader, InstanceHeader, PatientIdentity, PixelFormat } from './instance-header.ts';
export { parseInstance } from './parse-instance.ts';
export { readFrames } from './read-frames.ts';
