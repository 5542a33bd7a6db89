/** The one sentence that is read in two seconds: at most 139 characters, the conclusion first. */

export const SUMMARY_MAX = 139;

/** The first candidate that fits; else the last one, cut at a character. */
export function fitSummary(candidates: readonly string[]): string {
  const fitting = candidates.find((candidate) => candidate.length <= SUMMARY_MAX);
  if (fitting !== undefined) return fitting;
  const last = candidates.at(-1) ?? '';
  // A cut must not leave half of a surrogate pair behind.
  return `${last.slice(0, SUMMARY_MAX - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
