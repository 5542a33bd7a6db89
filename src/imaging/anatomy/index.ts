export type { Anatomy, AnatomyModality, HeadAnatomy, MidlinePlane, MidlineShift } from './anatomy.ts';
export { HEAD_ANATOMY_MODEL, headAnatomy } from './head-anatomy.ts';
export * from './labels.ts';
export { MIDLINE_SHIFT_ERROR_MM, midlineOfBoth, midlinePlane, midlineShift, rightOfPlane } from './midline.ts';
export { ANATOMY_QUALITY_CODES, type AnatomyQualityCode } from './quality.ts';
export { aspectsRegions, countLabels, labelsOn, type LesionPlace, maskOf, placeOf } from './regions.ts';
