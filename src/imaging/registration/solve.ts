/** Solution of a small linear system by elimination with row exchange; null when it is singular. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const size = right.length;
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(rows[row]?.[pivot] ?? 0) > Math.abs(rows[best]?.[pivot] ?? 0)) best = row;
    }
    const [upper, lower] = [rows[pivot] ?? [], rows[best] ?? []];
    [rows[pivot], rows[best]] = [lower, upper];
    const lead = lower[pivot] ?? 0;
    if (Math.abs(lead) < 1e-12) return null;
    for (const row of rows.slice(pivot + 1)) {
      const factor = (row[pivot] ?? 0) / lead;
      for (let column = pivot; column <= size; column++)
        row[column] = (row[column] ?? 0) - factor * (lower[column] ?? 0);
    }
  }
  const out = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const line = rows[row] ?? [];
    let value = line[size] ?? 0;
    for (let column = row + 1; column < size; column++) value -= (line[column] ?? 0) * (out[column] ?? 0);
    out[row] = value / (line[row] ?? 1);
  }
  return out;
}
