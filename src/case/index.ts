export * from './fact.ts';
export * from './quantity.ts';
export * from './stroke-case.ts';
export * from './time.ts';
