/** The report for a terminal. It holds counts and figures only, nothing of a patient. */
import type { Calibration } from './calibration.ts';
import type { ModelUse } from './shadow-report.ts';

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const figure = (value: number | null): string => (value === null ? 'too few' : value.toFixed(2));

export function reportText(uses: readonly ModelUse[]): string {
  if (uses.length === 0) return 'No prediction is recorded in this time.\n';
  return `${uses.map((use) => lines(use).join('\n')).join('\n\n')}\n`;
}

function lines(use: ModelUse): string[] {
  const { distribution: d } = use;
  return [
    `${use.simulated ? 'SIMULATED ' : ''}${use.model} ${use.version} (${use.family}, ${use.role}, ${use.digest.slice(0, 12)})`,
    `  recorded      ${use.evaluations} evaluations of ${use.persons} persons, ${use.firstAt} to ${use.lastAt}`,
    d === null
      ? '  probability   never given: every case was outside what the model knows'
      : `  probability   median ${percent(d.median)}, quartiles ${percent(d.lowerQuartile)} to ${percent(d.upperQuartile)}, range ${percent(d.lowest)} to ${percent(d.highest)}`,
    `  certainty     ${percent(use.oneAnswer)} with one class in the set, ${percent(use.unusual)} unusual, ${percent(use.outside)} outside, ${percent(use.averaged)} with an averaged input`,
    ...use.agreement.map(
      (a) =>
        `  against ${a.with}   ${a.pairs} persons: mean difference ${percent(a.meanDifference)}, mean distance ${percent(a.meanAbsoluteDifference)}, ${percent(a.farApart)} more than 10 points apart, same class in ${percent(a.sameClass)}`,
    ),
    ...(use.calibration === null
      ? ['  outcomes      none supplied for it (--outcomes)']
      : calibrationLines(use.calibration)),
  ];
}

function calibrationLines(c: Calibration): string[] {
  const [low, high] = c.observedInterval;
  return [
    `  outcomes      ${c.count}, ${c.events} with the event: predicted ${percent(c.meanPredicted)}, observed ${percent(c.observed)} (${percent(low)} to ${percent(high)})`,
    `  figures       AUROC ${figure(c.auroc)}, calibration slope ${figure(c.slope)}, in the large ${figure(c.intercept)}, Brier ${c.brier.toFixed(3)}`,
    ...c.bins.map(
      (bin) =>
        `    ${String(bin.count).padStart(6)}  predicted ${percent(bin.predicted)}  observed ${percent(bin.observed)}`,
    ),
  ];
}
