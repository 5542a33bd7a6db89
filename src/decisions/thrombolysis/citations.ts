/** Where the thrombolysis rules come from. */
import type { Citation, SourceGrade } from '../evaluation.ts';

interface Details {
  readonly cor?: string;
  readonly loe?: string;
  readonly locator?: string;
}

/** Nobody here has read the erratum of July 2026 to this guideline (Stroke 2026;57:e461-e467). */
export const aha2026 = (section: string, grade: SourceGrade, details: Details = {}): Citation => ({
  source: 'aha-asa-2026',
  section,
  doi: '10.1161/STR.0000000000000513',
  grade,
  errataChecked: false,
  ...details,
});

export const aha2019 = (section: string, grade: SourceGrade, details: Details = {}): Citation => ({
  source: 'aha-asa-2019',
  section,
  doi: '10.1161/STR.0000000000000211',
  grade,
  ...details,
});

export const eso2021 = (section: string, grade: SourceGrade, details: Details = {}): Citation => ({
  source: 'eso-2021-2023',
  section,
  doi: '10.1177/2396987321989865',
  grade,
  ...details,
});

/** Rules of this product, not of a guideline: a contradictory record, a drug that was given already. */
export const PRODUCT_SAFETY_RULE: Citation = { source: 'product safety rule', grade: 'V1' };
