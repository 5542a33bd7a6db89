/** What coded concepts of segmentations and reports are made of. */
export interface Code {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

/** PS3.3 section 8.2: designators of private schemes begin with 99. */
export const OWN_SCHEME = '99STROKECDS';

export const sct = (value: string, meaning: string): Code => ({ value, scheme: 'SCT', meaning });
export const dcm = (value: string, meaning: string): Code => ({ value, scheme: 'DCM', meaning });
export const own = (value: string, meaning: string): Code => ({ value, scheme: OWN_SCHEME, meaning });

export const ABNORMAL = sct('49755003', 'Morphologically Abnormal Structure');
const VOLUME = sct('118565006', 'Volume');

export interface SegmentTerms {
  readonly label: string;
  readonly category: Code;
  readonly type: Code;
  /** CIELab as DICOM writes it (PS3.3 C.10.7.1.1). */
  readonly color: readonly [number, number, number];
}

export interface FindingTerms {
  /** What was measured on; the finding of the measurement group. */
  readonly finding: Code;
  /** Name of the measurement or of the coded statement. */
  readonly concept: Code;
  /** Label of the segment whose voxels were measured; null: the finding is about no single segment. */
  readonly segment: string | null;
}

export const volumeOf = (finding: Code, segment: string | null = null): FindingTerms => ({
  finding,
  concept: VOLUME,
  segment,
});
