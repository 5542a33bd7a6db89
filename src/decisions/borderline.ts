/**
 * Limits that lie inside the interval of a measured value: neither yes nor no. A criterion stays 'unknown' then, and
 * these say why, so that nobody is asked for a value that was measured.
 */
import { candidates, isBorderline } from '../case/index.ts';
import type { Fact, FactKey, Quantity, StrokeFacts } from '../case/index.ts';
import { round } from './scores/definition.ts';

export type QuantityKey = {
  [K in FactKey]: StrokeFacts[K] extends Fact<Quantity> ? K : never;
}[FactKey];

/** A value whose interval holds the limit of a criterion; all numbers in the unit of the value. */
export interface Borderline {
  /** The fact, or what was computed from core and hypoperfused volume. */
  readonly of: QuantityKey | 'mismatchRatio' | 'mismatchVolume';
  /** The facts that a more exact value would have to come from. */
  readonly facts: readonly FactKey[];
  readonly quantity: Quantity;
  readonly limit: number;
}

/** Those of the limits that lie inside the interval of a value of the fact. */
export function borderlineLimits(facts: StrokeFacts, key: QuantityKey, limits: readonly number[]): Borderline[] {
  const fact: Fact<Quantity> = facts[key];
  return candidates(fact).flatMap(({ value }) =>
    limits
      .filter((limit) => isBorderline(value, limit))
      .map((limit) => ({ of: key, facts: [key], quantity: value, limit })),
  );
}

/** Limits of a mismatch rule, whether inclusive or not. */
export interface MismatchLimits {
  readonly ratio: number;
  readonly differenceMl: number;
  readonly coreMl: number;
}

const VOLUMES: readonly FactKey[] = ['coreVolume', 'hypoperfusionVolume'];

/** Of a mismatch rule: the core, the ratio and the difference. Empty when a volume is not known. */
export function borderlineMismatch(facts: StrokeFacts, limits: MismatchLimits): Borderline[] {
  const core = borderlineLimits(facts, 'coreVolume', [limits.coreMl]);
  if (facts.coreVolume.status !== 'known' || facts.hypoperfusionVolume.status !== 'known') return core;
  const { ratio, difference } = mismatchOf(facts.coreVolume.value, facts.hypoperfusionVolume.value);
  return [
    ...core,
    ...(isBorderline(ratio, limits.ratio)
      ? [{ of: 'mismatchRatio' as const, facts: VOLUMES, quantity: ratio, limit: limits.ratio }]
      : []),
    ...(isBorderline(difference, limits.differenceMl)
      ? [{ of: 'mismatchVolume' as const, facts: VOLUMES, quantity: difference, limit: limits.differenceMl }]
      : []),
  ];
}

export interface Mismatch {
  /** Infinite for a core of 0 mL: it passes every rule that asks for a least ratio. */
  readonly ratio: Quantity<'{ratio}'>;
  /** Hypoperfused volume less core. */
  readonly difference: Quantity<'mL'>;
}

/**
 * Ratio and difference of two volumes without comparators. Intervals go through as if the two were independent: the
 * widest that can be, since core and hypoperfused volume err together.
 */
export function mismatchOf(core: Quantity<'mL'>, hypoperfused: Quantity<'mL'>): Mismatch {
  const ratio = ratioOf(hypoperfused.value, core.value);
  const difference = differenceOf(hypoperfused.value, core.value);
  if (core.interval === undefined && hypoperfused.interval === undefined) {
    return { ratio: { value: ratio, unit: '{ratio}' }, difference: { value: difference, unit: 'mL' } };
  }
  const c = core.interval ?? { low: core.value, high: core.value };
  const h = hypoperfused.interval ?? { low: hypoperfused.value, high: hypoperfused.value };
  return {
    ratio: {
      value: ratio,
      unit: '{ratio}',
      interval: { low: ratioOf(h.low, c.high), high: ratioOf(h.high, c.low) },
    },
    difference: {
      value: difference,
      unit: 'mL',
      interval: { low: differenceOf(h.low, c.high), high: differenceOf(h.high, c.low) },
    },
  };
}

/** Rounded, so that 24.84/13.8 and 19.9 − 9.9 sit exactly where the boundary of a rule is. */
const ratioOf = (hypoperfused: number, core: number): number => (core === 0 ? Infinity : round(hypoperfused / core, 9));
const differenceOf = (hypoperfused: number, core: number): number => round(hypoperfused - core, 6);
