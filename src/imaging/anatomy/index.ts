export type { Anatomy, AnatomyModality, HeadAnatomy, MidlinePlane, MidlineShift } from './anatomy.ts';
export * from './labels.ts';
export { aspectsRegions, countLabels, labelsOn, type LesionPlace, maskOf, placeOf } from './regions.ts';
