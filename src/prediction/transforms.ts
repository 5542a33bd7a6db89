/** The transformations of a raw input that graph and statistics may use; each is pure arithmetic on one number. */

/** `parameters` in the order of the formula. */
export const TRANSFORMS = {
  identity: (x) => x,
  /** log10(x + a) */
  'log10-plus': (x, [a = 0]) => Math.log10(x + a),
  /** max(0, x - a) */
  'hinge-above': (x, [a = 0]) => Math.max(0, x - a),
  /** max(0, a - x) */
  'hinge-below': (x, [a = 0]) => Math.max(0, a - x),
  /** 1 when x >= a, else 0 */
  'at-least': (x, [a = 0]) => (x >= a ? 1 : 0),
  /** 1 when x = a, else 0 */
  equals: (x, [a = 0]) => (x === a ? 1 : 0),
  /** x kept between a and b */
  cap: (x, [a = -Infinity, b = Infinity]) => Math.min(b, Math.max(a, x)),
} as const satisfies Record<string, (x: number, parameters: readonly number[]) => number>;
export type TransformName = keyof typeof TRANSFORMS;

export function transformed(name: TransformName, parameters: readonly number[], x: number): number {
  return TRANSFORMS[name](x, parameters);
}
