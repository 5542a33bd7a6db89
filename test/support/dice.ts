/** 2 |a and b| / (|a| + |b|); 1 when both are empty. */
export function dice(a: Uint8Array, b: Uint8Array): number {
  let [both, all] = [0, 0];
  a.forEach((value, at) => {
    both += value & (b[at] ?? 0);
    all += value + (b[at] ?? 0);
  });
  return all === 0 ? 1 : (2 * both) / all;
}
