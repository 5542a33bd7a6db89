export { loadTerminology, TerminologyError } from './load-terminology.ts';
export type { Terminology } from './terminology.ts';
export { observationCodes } from '../facts/observation-codes.ts';
