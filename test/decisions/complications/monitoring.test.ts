/** AHA/ASA 2026 section 4.3 and the 2019 table of care after alteplase. */
import { describe, expect, it } from 'vitest';
import { exactly, HOUR, MINUTE, plus, timeSpan } from '../../../src/case/index.ts';
import type { DrugOrder, ImagingExam, StrokeFacts } from '../../../src/case/index.ts';
import { evaluateComplications } from '../../../src/decisions/complications/index.ts';
import {
  daysAgo,
  drug,
  eligiblePatient,
  given,
  hoursAgo,
  minutesAgo,
  NOW,
  pressure,
  pressureCourse,
  takes,
  without,
} from '../../support/case-builder.ts';

const treated = (at = minutesAgo(30), facts: Partial<StrokeFacts> = {}) =>
  eligiblePatient({
    thrombolyticGiven: takes(drug('tenecteplase', 'thrombolytic', at)),
    bloodPressureCourse: pressureCourse(pressure(150, 80, minutesAgo(5))),
    brainImaging: given([exam('CT', timeSpan(plus(at.earliest, -30 * MINUTE), plus(at.latest, -30 * MINUTE)))]),
    ...facts,
  });

function monitoring(stroke = treated(), at = NOW) {
  const evaluation = evaluateComplications(stroke, at);
  if (evaluation === null) throw new Error('nothing was given');
  return evaluation.monitoring;
}

const status = (stroke: ReturnType<typeof treated>, id: string) =>
  monitoring(stroke).criteria.find((criterion) => criterion.id === id)?.status;
const actions = (stroke: ReturnType<typeof treated>) => monitoring(stroke).before.map(({ key }) => key);
const exam = (modality: ImagingExam['modality'], at: ImagingExam['at'], state: ImagingExam['state'] = 'reported') => ({
  modality,
  at,
  state,
  source: { reference: 'ImagingStudy/follow-up' },
});

describe('when nothing is to be watched', () => {
  it('no thrombolytic recorded, or the list not read', () => {
    expect(evaluateComplications(eligiblePatient(), NOW)).toBeNull();
    expect(evaluateComplications(without(eligiblePatient(), 'thrombolyticGiven'), NOW)).toBeNull();
  });
  it('a dose more than seven days ago', () => {
    expect(evaluateComplications(treated(daysAgo(8)), NOW)).toBeNull();
  });
});

it('asks for the time when the record does not say when it was given', () => {
  const stroke = eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', null)) });
  expect(monitoring(stroke)).toMatchObject({
    conclusion: 'undecided',
    settledBy: ['thrombolyticGiven'],
    schedule: null,
    before: [{ key: 'record-time-of-thrombolysis' }],
  });
});

describe('the phase of the watch', () => {
  it('of a dose dated by the day alone counts from now at the latest: it was not given in the future', () => {
    const today = timeSpan(plus(NOW, -14 * HOUR), plus(NOW, 10 * HOUR - 1));
    const { schedule, before } = monitoring(treated(today));
    expect(schedule).toMatchObject({ phase: 'every-15-min', endsAt: plus(NOW, 24 * HOUR) });
    expect(before.find(({ key }) => key === 'check-blood-pressure-and-neurology')?.params).toEqual({
      minutes: 15,
      next: { instant: plus(NOW, 15 * MINUTE) },
    });
  });

  it.each([
    [0, 'every-15-min', 15],
    [2, 'every-15-min', 15],
    [2.01, 'every-30-min', 30],
    [8, 'every-30-min', 30],
    [8.01, 'hourly', 60],
    [24, 'hourly', 60],
    [24.01, 'completed', null],
  ])('%f h after the dose: %s', (hours, phase, minutes) => {
    const found = monitoring(treated(hoursAgo(hours)));
    expect(found.conclusion).toBe(phase);
    expect(found.schedule?.checkEveryMinutes).toBe(minutes);
  });

  it('lists the next checks: 15, 30 and 60 min apart, 36 in all, the last at 24 h', () => {
    const at = (minutes: number) => plus(NOW, minutes * MINUTE);
    const next = (hours: number) => monitoring(treated(hoursAgo(hours))).schedule?.nextChecks;
    expect(next(0)).toEqual([at(15), at(30), at(45)]);
    expect(next(2)).toEqual([at(30), at(60), at(90)]);
    expect(next(8)).toEqual([at(60), at(120), at(180)]);
    expect(next(23.5)).toEqual([at(30)]);
    expect(next(24)).toEqual([]);
  });

  it('changes by itself at 2, 8 and 24 h', () => {
    expect(monitoring(treated(hoursAgo(1))).validUntil).toBe(plus(NOW, HOUR));
    expect(monitoring(treated(hoursAgo(3))).validUntil).toBe(plus(NOW, 5 * HOUR));
    expect(monitoring(treated(hoursAgo(9))).validUntil).toBe(plus(NOW, 15 * HOUR));
    expect(monitoring(treated(hoursAgo(25))).validUntil).toBeNull();
  });

  it('counts from the later end of an inexact time, so that the watch is never cut short', () => {
    const found = monitoring(treated(timeSpan(plus(NOW, -4 * HOUR), plus(NOW, -1 * HOUR))));
    expect(found.conclusion).toBe('every-15-min');
    expect(found.schedule?.endsAt).toBe(plus(NOW, 23 * HOUR));
  });
});

describe('blood pressure below 180/105 mmHg for 24 h', () => {
  const now = 'blood-pressure-at-or-above-180-105-after-thrombolysis';
  const earlier = 'blood-pressure-excursion-after-thrombolysis';

  it.each([
    [179, 104, 'notMet'],
    [180, 80, 'met'],
    [150, 105, 'met'],
  ])('%i/%i: %s', (systolic, diastolic, expected) => {
    const stroke = treated(minutesAgo(30), {
      bloodPressureCourse: pressureCourse(pressure(systolic, diastolic, minutesAgo(5))),
    });
    expect(status(stroke, now)).toBe(expected);
    expect(actions(stroke).includes('lower-blood-pressure-after-thrombolysis')).toBe(expected === 'met');
  });

  it('an earlier excursion stays visible after it was treated; one before the dose does not count', () => {
    const course = (first: ReturnType<typeof pressure>) =>
      treated(minutesAgo(30), { bloodPressureCourse: pressureCourse(first, pressure(150, 80, minutesAgo(5))) });
    const excursion = course(pressure(192, 100, minutesAgo(20)));
    expect(status(excursion, now)).toBe('notMet');
    expect(status(excursion, earlier)).toBe('met');
    expect(status(course(pressure(192, 100, minutesAgo(40))), earlier)).toBe('notMet');
  });

  it('a reading from before the dose does not answer for now', () => {
    const stroke = treated(minutesAgo(10), {
      bloodPressureCourse: pressureCourse(),
      bloodPressure: pressure(150, 80, minutesAgo(20)),
    });
    expect(status(stroke, now)).toBe('unknown');
  });

  it('ends after 24 h', () => {
    expect(status(treated(hoursAgo(25), { bloodPressureCourse: pressureCourse(pressure(190, 90)) }), now)).toBe(
      'notApplicable',
    );
  });
});

describe('overdue check', () => {
  const id = 'blood-pressure-check-overdue';
  it.each([
    [15, 'notMet'],
    [16, 'met'],
  ])('in the first 2 h, last reading %i min ago: %s', (minutes, expected) => {
    const stroke = treated(minutesAgo(60), {
      bloodPressureCourse: pressureCourse(pressure(150, 80, minutesAgo(minutes))),
    });
    expect(status(stroke, id)).toBe(expected);
  });
  it('counts from the dose when nobody measured since', () => {
    expect(status(treated(minutesAgo(14), { bloodPressureCourse: pressureCourse() }), id)).toBe('notMet');
    expect(status(treated(minutesAgo(16), { bloodPressureCourse: pressureCourse() }), id)).toBe('met');
  });
  it('is unknown when the course could not be read', () => {
    expect(status(without(treated(), 'bloodPressureCourse'), id)).toBe('unknown');
  });
});

describe('scan at 24 h before antithrombotics', () => {
  const id = 'follow-up-imaging-at-24h-missing';
  it('is announced from the start and asked for from 24 h on', () => {
    expect(status(treated(hoursAgo(20)), id)).toBe('notApplicable');
    expect(actions(treated(hoursAgo(20)))).toContain('follow-up-imaging-at-24h');
    expect(status(treated(hoursAgo(24)), id)).toBe('met');
  });
  it.each([
    [exam('CT', hoursAgo(2)), 'notMet'],
    [exam('MR', hoursAgo(2)), 'notMet'],
    [exam('CTA', hoursAgo(2)), 'met'],
    [exam('CT', hoursAgo(2), 'registered'), 'met'],
    [exam('CT', hoursAgo(10)), 'met'],
    [exam('CT', null), 'unknown'],
  ])('%o: %s', (scan, expected) => {
    expect(status(treated(hoursAgo(26), { brainImaging: given([scan]) }), id)).toBe(expected);
  });
  it('is unknown when the exams could not be read', () => {
    expect(status(without(treated(hoursAgo(26)), 'brainImaging'), id)).toBe('unknown');
  });

  const early = 'antithrombotic-before-24h-imaging';
  it('names an antithrombotic taken after the dose and before the scan', () => {
    const clopidogrel = takes(drug('clopidogrel', 'antiplatelet', hoursAgo(3)));
    expect(status(treated(hoursAgo(10), { antiplatelet: clopidogrel }), early)).toBe('met');
    const apixaban = takes(drug('apixaban', 'factor-xa-inhibitor', hoursAgo(3)));
    expect(status(treated(hoursAgo(10), { directOralAnticoagulant: apixaban }), early)).toBe('met');
    expect(status(treated(hoursAgo(2), { antiplatelet: clopidogrel }), early)).toBe('notMet');
    const scanned = treated(hoursAgo(30), {
      antiplatelet: clopidogrel,
      brainImaging: given([exam('CT', hoursAgo(5))]),
    });
    expect(status(scanned, early)).toBe('notMet');
  });
  it('stays open when the time of the last intake is unknown', () => {
    const stroke = treated(hoursAgo(10), { antiplatelet: takes(drug('clopidogrel', 'antiplatelet', null)) });
    expect(status(stroke, early)).toBe('unknown');
  });
});

describe('an antithrombotic that is ordered before the scan', () => {
  const id = 'antithrombotic-ordered-before-24h-imaging';
  const order = (more: Partial<DrugOrder> = {}): DrugOrder => ({
    drug: 'apixaban',
    class: 'factor-xa-inhibitor',
    draft: false,
    at: hoursAgo(1),
    startsAt: null,
    doses: null,
    source: { reference: 'MedicationRequest/1' },
    ...more,
  });
  const ordered = (more: Partial<DrugOrder> = {}, facts: Partial<StrokeFacts> = {}) => ({
    ...treated(hoursAgo(10), facts),
    orders: [order(more)],
  });
  const HOME = { at: daysAgo(40) };

  it('counts as a draft of this call whenever it was written, and as an order after the dose', () => {
    expect(status(ordered(), id)).toBe('met');
    expect(status(ordered({ draft: true, at: null }), id)).toBe('met');
    expect(status(ordered({ drug: 'aspirin', class: 'antiplatelet' }), id)).toBe('met');
    expect(status(ordered({ drug: 'tirofiban', class: 'glycoprotein-iib-iiia-inhibitor' }), id)).toBe('met');
    expect(status(ordered({ drug: 'alteplase', class: 'thrombolytic' }), id)).toBe('notMet');
    expect(status(treated(hoursAgo(10)), id)).toBe('notMet');
  });
  it('counts not when it stood before the stroke, and is unknown when it may have', () => {
    expect(status(ordered(HOME), id)).toBe('notMet');
    expect(status(ordered({ at: timeSpan(hoursAgo(14).earliest, NOW) }), id)).toBe('unknown');
    expect(status(ordered({ at: null }), id)).toBe('unknown');
  });
  it('counts not when it is planned for after the scan is due', () => {
    expect(status(ordered({ startsAt: exactly(plus(NOW, 14 * HOUR)) }), id)).toBe('notMet');
    expect(status(ordered({ startsAt: exactly(plus(NOW, 2 * HOUR)) }), id)).toBe('met');
  });
  it('counts until the scan is done', () => {
    const late = { ...treated(hoursAgo(30)), orders: [order()] };
    expect(status(late, id)).toBe('met');
    const scanned = { ...treated(hoursAgo(30), { brainImaging: given([exam('CT', hoursAgo(5))]) }), orders: [order()] };
    expect(status(scanned, id)).toBe('notMet');
  });
});

describe('no aspirin within 90 min', () => {
  const id = 'aspirin-within-90min-of-thrombolysis';
  const after = (minutes: number) =>
    treated(hoursAgo(3), {
      antiplatelet: takes(drug('aspirin', 'antiplatelet', exactly(plus(NOW, -3 * HOUR + minutes * MINUTE)))),
    });
  it.each([
    [-1, 'notMet'],
    [0, 'met'],
    [90, 'met'],
    [91, 'notMet'],
  ])('%i min after the dose: %s', (minutes, expected) => {
    expect(status(after(minutes), id)).toBe(expected);
  });
  it('is announced until then', () => {
    expect(actions(treated(minutesAgo(89)))).toContain('no-intravenous-aspirin');
    expect(actions(treated(minutesAgo(90)))).not.toContain('no-intravenous-aspirin');
  });
});
