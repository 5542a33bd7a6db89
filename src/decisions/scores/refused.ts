/** Scores that are known by name but not computed here, each with the reason. Asked for, they refuse. */
import type { RefusedScore } from './definition.ts';

const NO_COEFFICIENTS = 'its coefficients were not found in a readable source';
const RECALLED = 'its points are only recalled, not seen in a source';

export const REFUSED_SCORES: readonly RefusedScore[] = [
  { name: 'THRIVE-c', synonyms: ['THRIVEc', 'THRIVE c'], refused: NO_COEFFICIENTS },
  { name: 'MR PREDICTS', synonyms: ['MRPREDICTS'], refused: NO_COEFFICIENTS },
  { name: 'MR PREDICTS@24H', synonyms: ['MR PREDICTS 24H'], refused: NO_COEFFICIENTS },
  { name: 'Zhang 2021', synonyms: [], refused: NO_COEFFICIENTS },
  {
    name: 'Al-Shahi Salman',
    synonyms: ['Al-Shahi', 'Al-Shahi Salman 2018'],
    refused: 'its intercept and the spline of the volume were not found in a readable source',
  },
  {
    name: 'TURN',
    synonyms: ['TURN score'],
    refused: 'the formula in circulation does not agree with the published odds ratios',
  },
  { name: 'iScore', synonyms: [], refused: RECALLED },
  { name: 'iScore-sICH', synonyms: ['iScore sICH'], refused: 'no table of points for hemorrhage was found' },
  { name: 'MSS', synonyms: ['Multicenter Stroke Survey', 'MSS score', 'Cucchiara'], refused: RECALLED },
  { name: 'Brouwers', synonyms: ['Brouwers 9-point', 'Brouwers 9-pt', '9-point score'], refused: RECALLED },
  { name: 'NAG', synonyms: ['NAG score'], refused: RECALLED },
  { name: 'pc-ASPECTS', synonyms: ['PC ASPECTS', 'pcASPECTS'], refused: RECALLED },
  { name: 'CBV index', synonyms: [], refused: 'its definition and cut-offs were not verified' },
];
