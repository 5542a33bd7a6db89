/**
 * How an Observation says that this software computed it from images. Writers set all of it; readers recognize it, so that
 * a value that comes back with the record does not pass for a radiologist's.
 */

/** CodeSystem of what the imaging pipelines say: kinds of findings, and the codes below. */
export const IMAGING_CODES = 'https://stroke-cds.org/fhir/CodeSystem/stroke-cds-imaging';

/** `meta.tag` of every resource that the pipelines write. */
export const COMPUTED_TAG = { system: IMAGING_CODES, code: 'computed' } as const;

/** Components with the ends of the closed interval, in the unit of the value. A computed volume without them is not read back. */
export const INTERVAL_LOW = { system: IMAGING_CODES, code: 'interval-low' } as const;
export const INTERVAL_HIGH = { system: IMAGING_CODES, code: 'interval-high' } as const;
