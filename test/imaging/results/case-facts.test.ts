/** What of the findings reaches the decisions: never more than a person's report would leave open. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FINDING_STATES,
  HOUR,
  instantFromEpoch,
  MINUTE,
  NO_IMAGING,
  plus,
  quantity,
  unknown,
} from '../../../src/case/index.ts';
import type { Degradation, ImagingFinding, Quantity, StrokeFacts, UnknownReason } from '../../../src/case/index.ts';
import { decide } from '../../../src/decisions/decide.ts';
import { factsOfImaging, joinImaging } from '../../../src/imaging/results/case-facts.ts';
import { arbitraryCase } from '../../support/arbitrary-case.ts';
import { aCase, aPolicy, given, hoursAgo, measured, NOW, time } from '../../support/case-builder.ts';
import { finding, imagingOf, perfusionOf, progress } from '../../support/imaging-findings.ts';

const join = (findings: readonly ImagingFinding[], facts: Partial<StrokeFacts> = {}) =>
  joinImaging(aCase(facts), imagingOf(findings)).facts;
const volume = (value: number): { value: { value: number } } => ({ value: { value } });

describe('a finding as a fact', () => {
  it('has its interval, the time of acquisition and the finding as source', () => {
    expect(join(perfusionOf(20, 100)).coreVolume).toEqual({
      status: 'known',
      value: { value: 20, unit: 'mL', interval: { low: 16, high: 24 } },
      at: { earliest: plus(NOW, -40 * MINUTE), latest: plus(NOW, -40 * MINUTE) },
      sources: [{ reference: 'imaging:core-volume-of-1.2.840.99999.1' }],
      basis: 'derived',
    });
  });

  it.each([
    ['core-volume', 'coreVolume'],
    ['tmax-over-6-volume', 'hypoperfusionVolume'],
    ['tmax-over-10-volume', 'severeHypoperfusionVolume'],
    ['tmax-over-14-volume', 'tmaxOver14Volume'],
    ['very-low-cbv-volume', 'veryLowCbvVolume'],
    ['dwi-lesion-volume', 'dwiLesionVolume'],
  ] as const)('%s is %s', (kind, key) => {
    expect(join([finding(kind, 33)])[key]).toMatchObject({ status: 'known', ...volume(33) });
  });

  it.each([
    ['aspects', 'aspects'],
    ['pc-aspects', 'pcAspects'],
  ] as const)('%s keeps its unit and its interval', (kind, key) => {
    const facts = join([finding(kind, 7, { interval: { low: 6, high: 8, basis: '' }, detectionFloor: null })]);
    expect(facts[key]).toMatchObject({
      status: 'known',
      value: { value: 7, unit: '{score}', interval: { low: 6, high: 8 } },
    });
  });

  it('never replaces the ASPECTS of a person', () => {
    const recorded = measured(9, '{score}');
    expect(join([finding('aspects', 5)], { aspects: recorded }).aspects).toEqual(recorded);
  });

  it('is no territory of an infarct: low perfusion is not one', () => {
    const facts = join([finding('ischemic-territory', 'left-carotid'), finding('ischemic-side', 'left')]);
    expect(facts).toEqual(aCase().facts);
  });

  it('below the detection floor lies anywhere between nothing and the floor', () => {
    const none = finding('core-volume', 0, { interval: null, detectionFloor: 3 });
    expect(join([none]).coreVolume).toMatchObject({ value: { value: 0, interval: { low: 0, high: 3 } } });
    const wide = finding('core-volume', 2, { interval: { low: -1, high: 5, basis: '' }, detectionFloor: 3 });
    expect(join([wide]).coreVolume).toMatchObject({ value: { value: 2, interval: { low: 0, high: 5 } } });
  });

  it('without an interval is no fact: rules do not take a computed value as exact', () => {
    expect(join([finding('core-volume', 20, { interval: null })])).toEqual(aCase().facts);
  });

  it('without a time of acquisition stays unknown and says so', () => {
    const fact = join([finding('core-volume', 20, { acquiredAt: null })]).coreVolume;
    expect(fact).toMatchObject({ status: 'unknown', why: 'undated' });
  });

  it.each([Number.NaN, -4, Number.POSITIVE_INFINITY])('that cannot be right (%f mL) is named, not used', (value) => {
    const fact = join([finding('core-volume', value, { interval: null })]).coreVolume;
    expect(fact).toMatchObject({ status: 'unknown', why: 'implausible' });
  });
});

describe('which finding counts', () => {
  const at = (minutes: number) => plus(NOW, -minutes * MINUTE);
  it('that of the newest study, all of one study', () => {
    const older = perfusionOf(10, 90, { studyUid: '1.1', acquiredAt: at(200), foundAt: at(10) });
    const newer = [finding('core-volume', 30, { studyUid: '1.2', acquiredAt: at(60) })];
    const facts = join([...older, ...newer]);
    expect(facts.coreVolume).toMatchObject(volume(30));
    // The penumbra of the older scan would make a mismatch that nobody measured.
    expect(facts.hypoperfusionVolume.status).toBe('unknown');
  });

  it('a final one before a preliminary one, a later before an earlier', () => {
    const preliminary = finding('core-volume', 40, { id: 'a', state: 'preliminary', foundAt: at(1) });
    const final = finding('core-volume', 30, { id: 'b', foundAt: at(20) });
    expect(join([preliminary]).coreVolume).toMatchObject(volume(40));
    expect(join([preliminary, final]).coreVolume).toMatchObject(volume(30));
    expect(join([final, finding('core-volume', 35, { id: 'c', foundAt: at(5) })]).coreVolume).toMatchObject(volume(35));
  });

  it('neither refused nor superseded nor without a value', () => {
    for (const state of ['refused', 'superseded'] as const) {
      expect(join([finding('core-volume', 20, { state })])).toEqual(aCase().facts);
    }
    expect(join([finding('core-volume', null)])).toEqual(aCase().facts);
    const remark = { code: 'motion', severity: 'refuses', figures: {} } as const;
    expect(join([finding('core-volume', 20, { quality: [remark] })])).toEqual(aCase().facts);
  });

  it('two pipelines that disagree are both shown', () => {
    const other = finding('core-volume', 60, {
      id: 'other',
      method: { pipeline: 'plain-ct', version: '1', model: null, ranOn: null, settings: {} },
    });
    expect(join([finding('core-volume', 20), other]).coreVolume).toMatchObject({ status: 'conflicting' });
  });

  it('not one from before this episode, of the day before or of the future', () => {
    const core = (acquiredAt: number, facts: Partial<StrokeFacts> = {}) =>
      join([finding('core-volume', 20, { acquiredAt: instantFromEpoch(acquiredAt) })], facts).coreVolume.status;
    expect(core(NOW - 3 * HOUR)).toBe('known');
    expect(core(NOW - 3 * HOUR, { lastKnownWell: time(hoursAgo(2)) })).toBe('unknown');
    expect(core(NOW - 3 * HOUR, { lastKnownWell: time(hoursAgo(4)) })).toBe('known');
    expect(core(NOW - 25 * HOUR)).toBe('unknown');
    expect(core(NOW + MINUTE)).toBe('known');
    expect(core(NOW + HOUR)).toBe('unknown');
  });
});

describe('beside the record', () => {
  it('what a person recorded stands, also where it contradicts itself', () => {
    const recorded = measured(44, 'mL');
    expect(join(perfusionOf(20, 100), { coreVolume: recorded }).coreVolume).toBe(recorded);
    const conflict: StrokeFacts['coreVolume'] = { status: 'conflicting', values: [recorded, measured(90, 'mL')] };
    expect(join(perfusionOf(20, 100), { coreVolume: conflict }).coreVolume).toBe(conflict);
  });

  it('our own value that came back with the record gives way to the finding itself', () => {
    const copy = { ...given<Quantity<'mL'>>(quantity(44, 'mL')), basis: 'derived' as const };
    expect(join(perfusionOf(20, 100), { coreVolume: copy }).coreVolume).toMatchObject(volume(20));
  });

  it.each([
    ['not-recorded', 'known'],
    ['pending', 'known'],
    ['not-read', 'known'],
    // An entry that cannot be used has to be seen.
    ['implausible', 'unknown'],
    ['unit-not-understood', 'unknown'],
  ] satisfies [UnknownReason, string][])('a core that is unknown (%s): %s', (why, status) => {
    expect(join(perfusionOf(20, 100), { coreVolume: unknown(why) }).coreVolume.status).toBe(status);
  });

  it('findings that could not be read are a degradation', () => {
    const unread: Degradation = { where: 'imagingFindings', why: 'unavailable' };
    expect(joinImaging(aCase(), NO_IMAGING, unread).degradations).toEqual([unread]);
  });
});

describe('in any case', () => {
  it('findings that do not count and every progress change no decision', () => {
    const silent = fc.constantFrom(...FINDING_STATES.filter((s) => s === 'refused' || s === 'superseded'));
    const states = fc.constantFrom('receiving', 'queued', 'in-progress', 'final', 'refused', 'failed');
    fc.assert(
      fc.property(arbitraryCase, silent, states, (stroke, state, how) => {
        const imaging = imagingOf(perfusionOf(20, 100, { state }), [progress(how)]);
        const decided = (one: typeof stroke) => JSON.stringify(decide(one, NOW, aPolicy()));
        expect(decided(joinImaging(stroke, imaging))).toBe(decided(stroke));
      }),
      { numRuns: 60 },
    );
  });

  it('only unknown facts are filled, and the case is frozen', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.double({ min: 0, max: 150, noNaN: true }), (stroke, core) => {
        const joined = joinImaging(stroke, imagingOf(perfusionOf(core, core + 50)));
        for (const key of Object.keys(stroke.facts) as (keyof StrokeFacts)[])
          if (stroke.facts[key].status !== 'unknown') expect(joined.facts[key]).toBe(stroke.facts[key]);
        expect(Object.isFrozen(joined) && Object.isFrozen(joined.facts)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('no fact comes of no finding', () => {
    expect(factsOfImaging(NO_IMAGING, aCase())).toEqual({});
  });
});
