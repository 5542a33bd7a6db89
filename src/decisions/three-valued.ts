/** Kleene logic over yes, no and open (undefined). */

/** A 'no' settles it; otherwise an open part keeps it open. */
export function and(...answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** A 'yes' settles it; otherwise an open part keeps it open. */
export function or(...answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}
