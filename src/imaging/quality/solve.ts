/** Small symmetric systems of equations. */

/**
 * Solves `matrix x = right` by elimination with pivots. A little weight on the diagonal keeps directions that the data
 * do not tell (a single slice says nothing of depth) at zero.
 */
export function solve(matrix: readonly Float64Array[], right: Float64Array): number[] {
  const n = right.length;
  const a = matrix.map((row, r) => {
    const line = Float64Array.from(row);
    line[r] = (line[r] ?? 0) * (1 + 1e-6) + 1e-9;
    return [...line, right[r] ?? 0];
  });
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let r = column + 1; r < n; r++) {
      if (Math.abs(a[r]?.[column] ?? 0) > Math.abs(a[pivot]?.[column] ?? 0)) pivot = r;
    }
    const [top, other] = [a[pivot] ?? [], a[column] ?? []];
    [a[column], a[pivot]] = [top, other];
    const divisor = top[column] ?? 0;
    if (Math.abs(divisor) < 1e-12) continue;
    for (let r = 0; r < n; r++) {
      const line = a[r] ?? [];
      const factor = r === column ? 0 : (line[column] ?? 0) / divisor;
      if (factor === 0) continue;
      for (let c = column; c <= n; c++) line[c] = (line[c] ?? 0) - factor * (top[c] ?? 0);
    }
  }
  return a.map((line, r) => (Math.abs(line[r] ?? 0) < 1e-12 ? 0 : (line[n] ?? 0) / (line[r] ?? 1)));
}
