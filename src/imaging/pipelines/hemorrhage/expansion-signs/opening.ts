/** Opening of a slice by a disc: what a disc of this radius, moved inside the mask, can reach. */

/** @param radius pixels */
export function opened(mask: Uint8Array, nx: number, ny: number, radius: number): Uint8Array {
  const disc = offsets(radius);
  const kept = (at: number): boolean => {
    const [i, j] = [at % nx, Math.floor(at / nx)];
    return disc.every(([x, y]) => {
      const [a, b] = [i + x, j + y];
      return a >= 0 && b >= 0 && a < nx && b < ny && mask[b * nx + a] === 1;
    });
  };
  const out = new Uint8Array(mask.length);
  for (let at = mask.indexOf(1); at !== -1; at = mask.indexOf(1, at + 1)) {
    if (!kept(at)) continue;
    const [i, j] = [at % nx, Math.floor(at / nx)];
    for (const [x, y] of disc) out[(j + y) * nx + i + x] = 1;
  }
  return out;
}

function offsets(radius: number): readonly (readonly [number, number])[] {
  const reach = Math.floor(radius);
  const steps = Array.from({ length: 2 * reach + 1 }, (_, at) => at - reach);
  return steps.flatMap((y) => steps.filter((x) => x * x + y * y <= radius * radius).map((x) => [x, y] as const));
}
