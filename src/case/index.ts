export * from './fact.ts';
export * from './imaging-finding.ts';
export * from './lesion-features.ts';
export * from './perfusion-features.ts';
export * from './quantity.ts';
export * from './stroke-case.ts';
export * from './time.ts';
export * from './vascular-findings.ts';
