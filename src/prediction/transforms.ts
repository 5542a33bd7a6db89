/** The transformations of a raw input that graph and statistics may use: arithmetic on one number. */

type Transform = (x: number, parameters: readonly number[]) => number;

/** Letters in the formulas are the parameters in their order. */
export const TRANSFORMS = {
  identity: (x) => x,
  /** log10(max(x, 0) + c) */
  'log10-plus': (x, [c = 0]) => Math.log10(Math.max(x, 0) + c),
  /** max(0, log10(max(x, 0) + c) - a) */
  'log10-plus-above': (x, [c = 0, a = 0]) => Math.max(0, Math.log10(Math.max(x, 0) + c) - a),
  /** max(0, x - a) */
  'hinge-above': (x, [a = 0]) => Math.max(0, x - a),
  /** max(0, a - x) */
  'hinge-below': (x, [a = 0]) => Math.max(0, a - x),
  /** 1 when x >= a, else 0 */
  'at-least': (x, [a = 0]) => (x >= a ? 1 : 0),
  /** 1 when |x - a| < 1e-9, else 0 */
  equals: (x, [a = 0]) => (Math.abs(x - a) < 1e-9 ? 1 : 0),
  /** x kept between a and b */
  cap: (x, [a = -Infinity, b = Infinity]) => Math.min(b, Math.max(a, x)),
  /** max(x, 0) to the power p */
  power: (x, [p = 1]) => Math.max(x, 0) ** p,
} as const satisfies Record<string, Transform>;
export type TransformName = keyof typeof TRANSFORMS;

/** How many parameters each takes. */
export const PARAMETER_COUNT: Readonly<Record<TransformName, number>> = {
  identity: 0,
  'log10-plus': 1,
  'log10-plus-above': 2,
  'hinge-above': 1,
  'hinge-below': 1,
  'at-least': 1,
  equals: 1,
  cap: 2,
  power: 1,
};

export function transformed(
  { transform, parameters }: { readonly transform: TransformName; readonly parameters: readonly number[] },
  x: number,
): number {
  return TRANSFORMS[transform](x, parameters);
}
