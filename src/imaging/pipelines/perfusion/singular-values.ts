/** Singular value decomposition of a small square matrix, by one-sided Jacobi rotations (Hestenes 1958). */

export interface SingularValues {
  /** Descending. */
  readonly values: Float64Array;
  /** Left singular vectors, one an array, in the order of the values. */
  readonly left: readonly Float64Array[];
  /** Right singular vectors, likewise. */
  readonly right: readonly Float64Array[];
}

const SWEEPS = 60;
const ORTHOGONAL = 1e-14;

/** @param columns of the matrix, all of the same length as there are columns */
export function singularValues(columns: readonly Float64Array[]): SingularValues {
  const size = columns.length;
  const work = columns.map((column) => Float64Array.from(column));
  const right = columns.map((_, at) => {
    const unit = new Float64Array(size);
    unit[at] = 1;
    return unit;
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) rotated = orthogonalize(work, right, p, q) || rotated;
    }
    if (!rotated) break;
  }
  const lengths = work.map((column) => Math.sqrt(dot(column, column)));
  const order = lengths.map((_, at) => at).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
  const empty = new Float64Array(size);
  return {
    values: Float64Array.from(order, (at) => lengths[at] ?? 0),
    left: order.map((at) => {
      const length = lengths[at] ?? 0;
      return (work[at] ?? empty).map((x) => (length > 0 ? x / length : 0));
    }),
    right: order.map((at) => right[at] ?? empty),
  };
}

/** Turns two columns until they are orthogonal. @returns whether they were not */
function orthogonalize(work: readonly Float64Array[], right: readonly Float64Array[], p: number, q: number): boolean {
  const [a, b, v, w] = [work[p], work[q], right[p], right[q]];
  if (a === undefined || b === undefined || v === undefined || w === undefined) return false;
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
  if (Math.abs(ab) <= ORTHOGONAL * Math.sqrt(aa * bb)) return false;
  const zeta = (bb - aa) / (2 * ab);
  const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  rotate(a, b, cosine, cosine * tangent);
  rotate(v, w, cosine, cosine * tangent);
  return true;
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0];
    a[at] = cosine * x - sine * y;
    b[at] = sine * x + cosine * y;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
