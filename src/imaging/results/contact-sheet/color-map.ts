/** Colors of maps and regions. */

export type Rgb = readonly [number, number, number];

/** Mikhailov 2019, "Turbo": the rainbow that radiologists expect of perfusion maps, without its false edges. */
const TURBO: readonly Rgb[] = [
  [48, 18, 59],
  [70, 117, 237],
  [27, 207, 212],
  [97, 252, 108],
  [209, 232, 52],
  [254, 155, 45],
  [217, 56, 6],
  [122, 4, 2],
];

/** @param share 0 to 1, cut off beyond */
export function turbo(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (TURBO.length - 1);
  const [low, high] = [TURBO[Math.floor(at)] ?? [0, 0, 0], TURBO[Math.ceil(at)] ?? [0, 0, 0]];
  const part = at - Math.floor(at);
  return [0, 1, 2].map((c) => Math.round((low[c] ?? 0) * (1 - part) + (high[c] ?? 0) * part)) as unknown as Rgb;
}

/** Told apart by lightness as well as by hue. */
export const REGION_COLORS: Readonly<Record<string, Rgb>> = {
  core: [235, 52, 52],
  'dwi-lesion': [235, 52, 52],
  'intraparenchymal-hemorrhage': [235, 52, 52],
  'intraventricular-hemorrhage': [200, 90, 235],
  'extra-axial-hemorrhage': [255, 140, 30],
  'subarachnoid-hemorrhage': [255, 205, 40],
  'spot-sign': [255, 255, 80],
  hypoperfusion: [255, 205, 40],
  edema: [90, 200, 250],
  'frank-hypodensity': [235, 52, 52],
  'early-ischemia': [255, 205, 40],
  'aspects-affected': [90, 200, 250],
};
export const OTHER_REGION: Rgb = [90, 200, 250];

export const css = ([r, g, b]: Rgb): string => `rgb(${r},${g},${b})`;
