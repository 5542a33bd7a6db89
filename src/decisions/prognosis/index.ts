export { evaluatePrognosis } from './evaluate.ts';
export { PROGNOSIS_SCORES } from './result.ts';
export type * from './result.ts';
export type { Conclusions } from './treatments.ts';
