/** Blood pressure and glucose to aim for, by the treatment chosen (AHA/ASA 2026, sections 4.3 and 4.5). */
export { bloodPressureTargets, REPERFUSION_PHASES } from './blood-pressure.ts';
export type { BloodPressureTarget, ReperfusionPhase } from './blood-pressure.ts';
export { GLUCOSE_TARGET, glucoseStep } from './glucose.ts';
export type { GlucoseStep, GlucoseTarget } from './glucose.ts';
