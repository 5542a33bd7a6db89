/** What remarks measured. Each name has its words and unit in cards/terms/<locale>/figure.json; a share is 0 to 1. */

export const FIGURE_NAMES = [
  'metalMl',
  'streakShare',
  'noiseHu',
  'noiseShare',
  'topAreaMm2',
  'baseAreaMm2',
  'jumpMm',
  'slices',
  'columns',
  'rows',
  'slabs',
  'sliceMm',
  'brightShare',
  'expected',
  'received',
  'atMm',
  'gapMm',
  'missing',
  'missingShare',
  'tagDegrees',
  'measuredDegrees',
  'degrees',
  'coverageMm',
  'frames',
  'movedFrames',
  'motionMm',
  'movedMm',
  'intervalS',
  'durationS',
  'baselineS',
  'afterArrivalS',
  'afterPeakS',
  'endShare',
  'venousShareLeft',
  'riseHu',
  'signalLossShare',
  'contrastToNoise',
  'minutes',
  'coreMl',
  'coreBelow20PercentMl',
  'column',
  'row',
  'slice',
  'brainHu',
  'brainMl',
  'agreement',
  'explained',
  'meanConfidence',
  'turnedConfidence',
  'measuredRegions',
  'medianAdc',
  'thresholdMl',
  'networkMostMl',
] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** Rounded to what can be read: two decimals, below 1 three digits. */
export function rounded(figures: Figures): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      name,
      Number(Math.abs(value) < 1 ? value.toPrecision(3) : value.toFixed(2)),
    ]),
  );
}
