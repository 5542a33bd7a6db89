/** What is said of the core by the time from last known well to the images (Boned 2017: core overestimated within 185 min). */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, plus, timeSpan, unknown, type StrokeFacts } from '../../../src/case/index.ts';
import { joinImaging } from '../../../src/imaging/results/case-facts.ts';
import { aCase, given, hoursAgo, NOW } from '../../support/case-builder.ts';
import { finding, imagingOf } from '../../support/imaging-findings.ts';

const asking = finding('core-volume', 40, {
  quality: [{ code: 'onset-unknown', severity: 'note', figures: {} }],
  acquiredAt: plus(NOW, -40 * MINUTE),
});

function remarks(lastKnownWell: StrokeFacts['lastKnownWell']): string[] {
  const { imaging } = joinImaging(aCase({ lastKnownWell }), imagingOf([asking]));
  return imaging.findings.flatMap(({ quality }) => quality.map(({ code, severity }) => `${severity}: ${code}`));
}

describe('a core that was measured', () => {
  it('an hour after the patient was last known well may be a ghost', () => {
    expect(remarks(given(hoursAgo(1.7)))).toEqual(['limits: ghost-core']);
  });

  it('ten hours after is taken as it is, and nobody is asked for the onset', () => {
    expect(remarks(given(hoursAgo(10)))).toEqual([]);
  });

  it('may be a ghost where last known well is only known as a span that reaches into the three hours', () => {
    expect(remarks(given(timeSpan(plus(NOW, -9 * HOUR), plus(NOW, -2 * HOUR))))).toEqual(['limits: ghost-core']);
  });

  it('keeps asking while nobody knows', () => {
    expect(remarks(unknown('not-recorded'))).toEqual(['note: onset-unknown']);
  });
});
