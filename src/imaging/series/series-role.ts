/** What a series is for. `derived`: computed images (maps, MPR, MIP). */
export const SERIES_ROLES = [
  'ncct',
  'cta',
  'ctp',
  'dwi-b0',
  'dwi-b1000',
  'dwi-trace',
  'adc',
  'flair',
  'pwi',
  'localizer',
  'derived',
  'not-a-head',
  'other',
] as const;
export type SeriesRole = (typeof SERIES_ROLES)[number];
