import { describe, expect, it } from 'vitest';
import { HOUR, plus, timeSpan, unknown } from '../../../src/case/index.ts';
import { strokeClock } from '../../../src/decisions/stroke-state/index.ts';
import { conclusionChangesAt } from '../../../src/decisions/stroke-state/conclusion-change.ts';
import { aCase, given, hoursAgo, NOW, time } from '../../support/case-builder.ts';

describe('zero of the treatment windows', () => {
  it('is unknown without a time, and says which', () => {
    expect(strokeClock(aCase(), NOW)).toEqual({ status: 'unknown', why: 'no-time', missing: ['lastKnownWell'] });
  });

  it('is the last known well when nobody saw the onset', () => {
    expect(strokeClock(aCase({ lastKnownWell: time(hoursAgo(5)) }), NOW)).toEqual({
      status: 'known',
      basis: 'last-known-well',
      since: hoursAgo(5),
    });
  });

  it('is the witnessed onset when both are there', () => {
    const stroke = aCase({ lastKnownWell: time(hoursAgo(5)), witnessedOnset: time(hoursAgo(2)) });
    expect(strokeClock(stroke, NOW)).toMatchObject({ basis: 'witnessed-onset', since: hoursAgo(2) });
  });

  it('an onset known only by the day cannot be earlier than the last known well', () => {
    const day = timeSpan(plus(NOW, -20 * HOUR), plus(NOW, -1 * HOUR));
    const stroke = aCase({ lastKnownWell: time(hoursAgo(5)), witnessedOnset: time(day) });
    expect(strokeClock(stroke, NOW)).toMatchObject({ since: { earliest: plus(NOW, -5 * HOUR) } });
  });

  it('is unknown when the onset lies before the last known well', () => {
    const stroke = aCase({ lastKnownWell: time(hoursAgo(2)), witnessedOnset: time(hoursAgo(3)) });
    expect(strokeClock(stroke, NOW)).toMatchObject({ status: 'unknown', why: 'onset-before-last-known-well' });
  });

  it('is unknown when it lies after the instant of decision', () => {
    const stroke = aCase({ lastKnownWell: time(hoursAgo(-1)) });
    expect(strokeClock(stroke, NOW)).toMatchObject({ status: 'unknown', why: 'in-the-future' });
  });

  it('does not believe an onset in sleep', () => {
    const woke = { wakeUpStroke: given(true), witnessedOnset: time(hoursAgo(1)) };
    expect(strokeClock(aCase(woke), NOW)).toMatchObject({ status: 'unknown', why: 'no-time' });
    expect(strokeClock(aCase({ ...woke, lastKnownWell: time(hoursAgo(9)) }), NOW)).toMatchObject({
      since: hoursAgo(9),
    });
  });

  it('takes the hull of conflicting times', () => {
    const stroke = aCase({
      lastKnownWell: { status: 'conflicting', values: [time(hoursAgo(3)), time(hoursAgo(7))] },
      witnessedOnset: unknown('not-recorded'),
    });
    expect(strokeClock(stroke, NOW)).toMatchObject({
      since: { earliest: plus(NOW, -7 * HOUR), latest: plus(NOW, -3 * HOUR) },
    });
  });
});

describe('the instant at which a conclusion changes', () => {
  const at = (hours: number) => plus(NOW, hours * HOUR);
  it('is null when no candidate changes it', () => {
    expect(conclusionChangesAt([], NOW, () => 'a')).toBeNull();
    expect(conclusionChangesAt([at(1), at(2)], NOW, () => 'a')).toBeNull();
  });
  it('is the closing instant of a window that includes its end', () => {
    expect(conclusionChangesAt([at(5), at(2), at(3)], NOW, (then) => (then <= at(3) ? 'open' : 'closed'))).toBe(at(3));
  });
  it('is the opening instant of one that begins there', () => {
    expect(conclusionChangesAt([at(2)], NOW, (then) => (then >= at(2) ? 'due' : 'not due'))).toBe(at(2));
  });
  it('looks ahead only', () => {
    expect(conclusionChangesAt([at(-1)], NOW, (then) => (then > at(-1) ? 'a' : 'b'))).toBeNull();
    expect(conclusionChangesAt([NOW], NOW, (then) => (then > NOW ? 'closed' : 'open'))).toBe(NOW);
  });
});
