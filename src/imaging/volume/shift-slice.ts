/** Moves a slice by part of a pixel onto a larger grid: bilinear, NaN where the slice does not reach. */
import type { Shift } from './regular-grid.ts';

/**
 * @param pixels rows x columns, row by row
 * @returns `toRows` x `toColumns`; pixel (row, column) of the slice lands on (row + shift.rows, column + shift.columns)
 */
export function shiftSlice(
  pixels: Float32Array,
  [columns, rows]: readonly [number, number],
  [toColumns, toRows]: readonly [number, number],
  shift: Shift,
): Float32Array {
  const across = shifted(pixels, columns, rows, 1, columns, toColumns, 1, toColumns, shift.columns);
  return shifted(across, rows, toColumns, toColumns, 1, toRows, toColumns, 1, shift.rows);
}

/**
 * One axis at a time. `length` values `step` apart on each of `lines` lines that begin `line` apart, written likewise.
 */
function shifted(
  from: Float32Array,
  length: number,
  lines: number,
  step: number,
  line: number,
  toLength: number,
  toStep: number,
  toLine: number,
  by: number,
): Float32Array {
  // What is nearly a whole step is one, so that it copies.
  const whole = Math.floor(by + 0.02);
  const part = by - whole < 0.02 ? 0 : by - whole;
  const to = new Float32Array(toLength * lines).fill(NaN);
  for (let at = Math.max(0, whole); at < toLength; at++) {
    const here = at - whole;
    if (here >= length) break;
    // The value at a position is a mix of the pixel there and the one before it.
    if (part > 0 && here === 0) continue;
    for (let l = 0; l < lines; l++) {
      const index = here * step + l * line;
      const value = from[index] ?? NaN;
      to[at * toStep + l * toLine] = part === 0 ? value : (1 - part) * value + part * (from[index - step] ?? NaN);
    }
  }
  return to;
}
