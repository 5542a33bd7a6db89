import type { Citation } from '../evaluation.ts';

const AHA_2026 = { source: 'aha-asa-2026', doi: '10.1161/STR.0000000000000513', errataChecked: false } as const;
const AHA_2019 = { source: 'aha-asa-2019', doi: '10.1161/STR.0000000000000211' } as const;

export const PRODUCT_RULE: Citation = { source: 'product safety rule', grade: 'V1' };
export const PRESSURE_AFTER_THROMBOLYSIS: Citation = { ...AHA_2026, section: '4.3', cor: '1', loe: 'B-R', grade: 'V2' };
/** Check intervals, the scan at 24 h and the 90 min without intravenous aspirin. */
export const CARE_AFTER_THROMBOLYSIS: Citation = { ...AHA_2019, section: 'care after IV alteplase', grade: 'V2' };
/** The pocket guide prints it as Table 3. */
export const HEMORRHAGE_AFTER_THROMBOLYSIS: Citation = { ...AHA_2026, section: 'Table 5', grade: 'V2' };
/** The pocket guide prints it as Table 4. */
export const ANGIOEDEMA: Citation = { ...AHA_2026, section: 'Table 6', grade: 'V2' };
/** Deterioration by 4 points or more, from the baseline or the lowest value since. */
export const NIHSS_RISE: Citation = { source: 'ECASS III (Hacke 2008)', doi: '10.1056/NEJMoa0804656', grade: 'V2' };
