/** Kleene logic over yes, no and open (undefined). */

/** A 'no' settles it; otherwise an open part keeps it open. */
export function and(...answers: readonly (boolean | undefined)[]): boolean | undefined {
  let isOpen = false;
  for (const answer of answers) {
    if (answer === false) return false;
    if (answer === undefined) isOpen = true;
  }
  return isOpen ? undefined : true;
}

/** A 'yes' settles it; otherwise an open part keeps it open. */
export function or(...answers: readonly (boolean | undefined)[]): boolean | undefined {
  let isOpen = false;
  for (const answer of answers) {
    if (answer === true) return true;
    if (answer === undefined) isOpen = true;
  }
  return isOpen ? undefined : false;
}

/** An open answer stays open. */
export const not = (answer: boolean | undefined): boolean | undefined => (answer === undefined ? undefined : !answer);
