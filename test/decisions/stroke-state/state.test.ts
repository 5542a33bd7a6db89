import { describe, expect, it } from 'vitest';
import { DAY, HOUR, plus, timeSpan, unknown } from '../../../src/case/index.ts';
import type { ImagingExam } from '../../../src/case/index.ts';
import { KEY_FACTS, summarizeStrokeState } from '../../../src/decisions/stroke-state/index.ts';
import {
  aCase,
  aPolicy,
  daysAgo,
  drug,
  eligiblePatient,
  given,
  hoursAgo,
  measured,
  minutesAgo,
  NOW,
  takes,
  time,
  without,
} from '../../support/case-builder.ts';

const state = (stroke = eligiblePatient()) => summarizeStrokeState(stroke, NOW, aPolicy());
const exam = (
  modality: ImagingExam['modality'],
  at: ImagingExam['at'],
  reached: ImagingExam['state'],
): ImagingExam => ({
  modality,
  at,
  state: reached,
  source: { reference: 'ImagingStudy/x' },
});

describe('the clock', () => {
  it('says nothing when nothing is known', () => {
    const { clock } = state(aCase());
    expect(clock).toMatchObject({ edges: [], nextEdge: null });
    expect(clock.times.every(({ minutesSince }) => minutesSince === null)).toBe(true);
  });

  it('counts whole minutes, and both ends of an inexact time', () => {
    const span = timeSpan(plus(NOW, -3 * HOUR), plus(NOW, -2 * HOUR));
    const { clock } = state(aCase({ lastKnownWell: time(span), arrival: time(minutesAgo(12.9)) }));
    expect(clock.times.find(({ fact }) => fact === 'lastKnownWell')?.minutesSince).toEqual({ least: 120, most: 180 });
    expect(clock.times.find(({ fact }) => fact === 'arrival')?.minutesSince).toEqual({ least: 12, most: 12 });
  });

  it('names the next edge of the windows and those that have passed', () => {
    const { clock } = state(aCase({ lastKnownWell: time(hoursAgo(5)) }));
    expect(clock.nextEdge).toEqual({ id: 'thrombectomy-6h', at: plus(NOW, HOUR), passed: false });
    expect(clock.edges.filter(({ passed }) => passed).map(({ id }) => id)).toEqual(['thrombolysis-4.5h']);
  });

  it('a window includes its end', () => {
    const { clock } = state(aCase({ lastKnownWell: time(hoursAgo(4.5)) }));
    expect(clock.nextEdge).toMatchObject({ id: 'thrombolysis-4.5h', passed: false });
  });

  it('counts 4.5 h from recognition only where nobody saw the onset', () => {
    const unseen = { lastKnownWell: time(hoursAgo(10)), symptomRecognition: time(hoursAgo(1)) };
    expect(state(aCase(unseen)).clock.nextEdge).toMatchObject({ id: 'recognition-4.5h', at: plus(NOW, 3.5 * HOUR) });
    const seen = state(aCase({ ...unseen, witnessedOnset: time(hoursAgo(1)) }));
    expect(seen.clock.edges.map(({ id }) => id)).not.toContain('recognition-4.5h');
  });
});

describe('values', () => {
  it('lists them with the age of the newest, or with the reason why not', () => {
    const stroke = aCase({ glucose: measured(118, 'mg/dL', minutesAgo(33)), inr: unknown('pending') });
    const { values } = state(stroke);
    expect(values.map(({ fact }) => fact)).toEqual([...KEY_FACTS]);
    expect(values.find(({ fact }) => fact === 'glucose')).toEqual({
      fact: 'glucose',
      status: 'known',
      why: null,
      ageMinutes: 33,
    });
    expect(values.find(({ fact }) => fact === 'inr')).toMatchObject({
      status: 'unknown',
      why: 'pending',
      ageMinutes: null,
    });
  });

  it('names conflicts, degradations and the change of NIHSS', () => {
    const course = (...totals: readonly number[]) =>
      given(
        totals.map((total) => ({
          value: { total, isLowerBound: false },
          at: minutesAgo(5),
          source: { reference: 'x' },
        })),
      );
    const conflict = { status: 'conflicting', values: [measured(1, '{INR}'), measured(3, '{INR}')] } as const;
    const degradations = [{ where: 'laboratory', why: 'time-out' }] as const;
    const found = state(aCase({ inr: conflict, nihssCourse: course(12, 7) }, { degradations }));
    expect(found).toMatchObject({ conflicts: ['inr'], degradations, deficit: { nihssChange: -5 } });
    expect(state(aCase({ nihssCourse: course(12) })).deficit.nihssChange).toBeNull();
  });

  it('knows whether a thrombolytic was given, or that it does not know', () => {
    expect(state().thrombolyticGiven).toBe(false);
    expect(state(without(eligiblePatient(), 'thrombolyticGiven')).thrombolyticGiven).toBeNull();
    const treated = eligiblePatient({ thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', minutesAgo(5))) });
    expect(state(treated).thrombolyticGiven).toBe(true);
  });
});

describe('imaging', () => {
  const groups = (exams: readonly ImagingExam[], facts = {}) =>
    Object.fromEntries(
      state(aCase({ brainImaging: given(exams), ...facts })).imaging.map((group) => [group.group, group]),
    );

  it('is unknown when the exams could not be read, and none when there are none', () => {
    expect(state(aCase({ brainImaging: unknown('not-read') })).imaging.map((group) => group.state)).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect(groups([])['brain']).toMatchObject({ state: 'none', exam: null });
  });

  it('says how far each kind of imaging got', () => {
    const found = groups([
      exam('CT', minutesAgo(30), 'reported'),
      exam('CTA', minutesAgo(28), 'available'),
      exam('CTP', minutesAgo(5), 'registered'),
    ]);
    expect(found).toMatchObject({
      brain: { state: 'reported', inProgress: null },
      vessels: { state: 'available' },
      perfusion: { state: 'registered', exam: { at: minutesAgo(5) } },
    });
  });

  it('shows a new exam in progress beside an older report', () => {
    const found = groups([exam('CT', hoursAgo(3), 'reported'), exam('CT', minutesAgo(5), 'registered')]);
    expect(found['brain']).toMatchObject({ state: 'reported', inProgress: { at: minutesAgo(5) } });
  });

  it('leaves out the scans of another episode', () => {
    const facts = { lastKnownWell: time(hoursAgo(2)) };
    expect(groups([exam('CT', daysAgo(1), 'reported')], facts)['brain']?.state).toBe('none');
    expect(groups([exam('CT', timeSpan(plus(NOW, -8 * DAY), plus(NOW, -8 * DAY)), 'reported')])['brain']?.state).toBe(
      'none',
    );
    expect(groups([exam('CT', null, 'reported')], facts)['brain']?.state).toBe('reported');
  });
});
