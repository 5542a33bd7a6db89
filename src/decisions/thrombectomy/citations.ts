import type { Citation } from '../evaluation.ts';

const AHA_2026_DOI = '10.1161/STR.0000000000000513';

/** AHA/ASA 2026. An erratum of July 2026 was not readable here, so `errataChecked` is false throughout. */
export function aha2026(section: string, cor?: string, loe?: string, grade: Citation['grade'] = 'V2'): Citation {
  return {
    source: 'aha-asa-2026',
    section,
    doi: AHA_2026_DOI,
    ...(cor === undefined ? {} : { cor }),
    ...(loe === undefined ? {} : { loe }),
    grade,
    errataChecked: false,
  };
}

export const VESSEL_IMAGING = aha2026('3.2 rec. 8', '1', 'A', 'V1');
export const THROMBOLYSIS_NOT_SKIPPED = aha2026('4.7.1', '1', 'A', 'V1');
export const PRESSURE_BEFORE_THROMBECTOMY = aha2026('4.3', '2a');

export const DAWN: Citation = { source: 'DAWN (Nogueira 2018)', doi: '10.1056/NEJMoa1706442', grade: 'V2' };
export const DEFUSE_3: Citation = { source: 'DEFUSE 3 (Albers 2018)', doi: '10.1056/NEJMoa1713973', grade: 'V2' };
/** Parts of the criteria are recalled (site, ASPECTS band), so the whole row is graded so. */
export const SELECT2: Citation = { source: 'SELECT2 (Sarraj 2023)', doi: '10.1056/NEJMoa2214403', grade: 'R' };
export const ANGEL_ASPECT: Citation = { source: 'ANGEL-ASPECT (Huo 2023)', doi: '10.1056/NEJMoa2213379', grade: 'R' };
