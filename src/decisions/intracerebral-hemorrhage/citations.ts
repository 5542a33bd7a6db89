import type { Citation } from '../evaluation.ts';

/** AHA/ASA 2022 guideline for spontaneous intracerebral hemorrhage (Greenberg, Stroke 2022;53:e282). */
export function aha2022(section: string, cor?: string, loe?: string, grade: Citation['grade'] = 'V1'): Citation {
  return {
    source: 'AHA/ASA 2022 ICH',
    section,
    doi: '10.1161/STR.0000000000000407',
    ...(cor === undefined ? {} : { cor }),
    ...(loe === undefined ? {} : { loe }),
    grade,
  };
}

/** Hemorrhage on imaging is an absolute contraindication to thrombolysis. */
export const CONTRAINDICATES_THROMBOLYSIS: Citation = {
  source: 'aha-asa-2026',
  section: 'Table 8',
  doi: '10.1161/STR.0000000000000513',
  grade: 'V2',
  errataChecked: false,
};
export const REVERSE = aha2022('5.2', '1', 'C-LD');
/** The part of that recommendation that holds where nothing is reversed. */
export const STOP = aha2022('5.2');
export const VITAMIN_K_CITATION = aha2022('5.2', '1', 'C-LD');
export const PRESSURE_TARGET = aha2022('5.1', '2b', 'B-R', 'V2');
export const PRESSURE_START = aha2022('5.1', '2a', 'C-LD', 'V2');
export const PRESSURE_UNCERTAIN = aha2022('5.1', '2b', 'C-LD', 'V2');
export const PRESSURE_HARM = aha2022('5.1', '3: Harm', 'B-R', 'V2');
export const CEREBELLAR = aha2022('cerebellar hemorrhage', '1', 'B-NR');
export const VENTRICULAR_DRAIN = aha2022('intraventricular hemorrhage', '1');
export const MINIMALLY_INVASIVE = aha2022('minimally invasive evacuation', '2a');
export const PLATELETS_HARM = aha2022('5.2', '3: Harm', 'B-R');
export const NO_STEROIDS = aha2022('corticosteroids', '3: No Benefit');
