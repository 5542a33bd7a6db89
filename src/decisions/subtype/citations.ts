/**
 * Where the rules come from. Graded by what was seen: the abstracts, the registries' and a manual's transcriptions of
 * the criteria; the full text of Adams 1993 and of Ay 2005 was not openly readable, that of Gao 2011 only in part.
 */
import type { Citation, SourceGrade } from '../evaluation.ts';

const cite = (source: string, doi: string, grade: SourceGrade, section?: string): Citation =>
  section === undefined ? { source, doi, grade } : { source, doi, grade, section };

const ADAMS = '10.1161/01.STR.24.1.35';
const AY = '10.1002/ana.20617';
const AY_2007 = '10.1161/STROKEAHA.107.484535';
const GAO = '10.3389/fneur.2011.00006';
const BAMFORD = '10.1016/0140-6736(91)93206-O';

/** TOAST as a system. */
export const TOAST = cite('Adams 1993', ADAMS, 'V2');
/** Lists of cardiac sources of high and medium risk: recalled, not seen in the paper. */
export const TOAST_SOURCES = cite('Adams 1993', ADAMS, 'R', 'Table of cardiac sources');
export const CCS = cite('Ay 2007', AY_2007, 'V2');
export const CCS_EVIDENCE = cite('Ay 2005', AY, 'V1', 'criteria of evident, probable and possible');
export const CISS = cite('Gao 2011', GAO, 'V2');
export const CISS_DETAILS = cite('Gao 2011', GAO, 'V1', 'criteria of step 1');
export const CISS_MECHANISM = cite('Gao 2011', GAO, 'R', 'criteria of step 2');
export const OCSP = cite('Bamford 1991', BAMFORD, 'V2');
/** Lacunar infarct on diffusion-weighted MRI; minimum of the search for a cause. */
export const ESUS = cite(
  'Hart 2014',
  '10.1016/S1474-4422(13)70310-7',
  'V2',
  'criteria of embolic stroke of undetermined source',
);
