/**
 * Net water uptake: by how much less dense ischemic tissue is than its mirror image. Water that replaces tissue lowers its
 * density in proportion (Broocks 2018, Invest Radiol 53:401; Minnerup 2016, Ann Neurol 80:924).
 */

/** Percent: (1 − HU of ischemic tissue / HU of normal tissue) · 100. Negative where the tissue is denser. */
export const netWaterUptake = (ischemicHu: number, normalHu: number): number => 100 * (1 - ischemicHu / normalHu);

/**
 * Net water uptake below 9.6 % meant with 95 % probability that onset was within 4.5 h, above 14.4 % that it was not (Minnerup
 * 2016, 178 patients, 83 % of them within 4.5 h; best cut-off 11.5 %; lesions outlined on perfusion CT). A logistic curve
 * through the two points.
 */
const PUBLISHED = { within95: 9.6, beyond95: 14.4 } as const;
export const CUT_OFF_PERCENT = 11.5;

/** @param uptake net water uptake, percent @returns probability of onset within 4.5 h, percent */
export function onsetWithin4h30(uptake: number): number {
  const { within95, beyond95 } = PUBLISHED;
  const slope = (2 * Math.log(19)) / (beyond95 - within95);
  return 100 / (1 + Math.exp(slope * (uptake - (within95 + beyond95) / 2)));
}
