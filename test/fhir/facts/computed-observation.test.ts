/** Values that this software wrote to the record come back with it and rank below what a person recorded. */
import { describe, expect, it } from 'vitest';
import { COMPUTED_TAG, IMAGING_CODES } from '../../../src/fhir/imaging-codes.ts';
import { amount, aRecord, before, caseOf, code, observation, OWN, patient, type Loose } from './record-builder.ts';

const ends = (low: number, high: number): Loose[] => [
  { code: code(IMAGING_CODES, 'interval-low'), ...amount(low, 'mL') },
  { code: code(IMAGING_CODES, 'interval-high'), ...amount(high, 'mL') },
];
const written = (value: number, more: Loose = {}) =>
  observation(OWN, 'core-volume', amount(value, 'mL'), {
    device: { reference: 'Device/stroke-cds' },
    meta: { tag: [COMPUTED_TAG] },
    component: ends(value * 0.8, value * 1.2),
    effectiveDateTime: before(5),
    ...more,
  });
const reported = (value: number) => observation(OWN, 'core-volume', amount(value, 'mL'));
const core = (...resources: Parameters<typeof aRecord>[0]) =>
  caseOf(aRecord([patient(), ...resources])).facts.coreVolume;

describe('an Observation that this software wrote', () => {
  it('stands where nobody else has said anything, with its interval', () => {
    expect(core(written(20))).toMatchObject({
      status: 'known',
      basis: 'derived',
      value: { value: 20, interval: { low: 16, high: 24 } },
    });
  });

  it('yields to the older report of a person, and never makes it a conflict', () => {
    expect(core(written(20), reported(60))).toMatchObject({ status: 'known', basis: 'stated', value: { value: 60 } });
  });

  it('does not hide an entry of a person that cannot be used', () => {
    expect(core(written(20), reported(9999))).toMatchObject({ status: 'unknown', why: 'implausible' });
  });

  it('without its interval would look exact, so it is not used', () => {
    expect(core(written(20, { component: [] })).status).toBe('unknown');
    expect(core(written(20, { component: ends(30, 10) })).status).toBe('unknown');
  });

  it('below the detection floor leaves open what lies below', () => {
    const unseen = written(3, { ...amount(3, 'mL', { comparator: '<' }), component: ends(0, 3) });
    expect(core(unseen)).toMatchObject({ status: 'known', basis: 'derived', value: { value: 3, comparator: '<' } });
  });

  it('that was refused or not computable is no entry to correct', () => {
    const dataAbsentReason = code('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'error');
    const fact = core(written(20, { valueQuantity: undefined, dataAbsentReason }));
    expect(fact).toMatchObject({ status: 'unknown', why: 'not-recorded' });
  });

  it('is recognized by a code of ours as well as by the tag', () => {
    const coded = { coding: [...code(OWN, 'core-volume').coding, ...code(IMAGING_CODES, 'core-volume').coding] };
    expect(core(written(20, { meta: {}, code: coded }), reported(60))).toMatchObject({ value: { value: 60 } });
  });

  it('is a clinician’s once a clinician performs it, and another vendor’s device is recorded as any other', () => {
    const signed = written(20, {
      performer: [{ reference: 'Practitioner/radiologist' }],
      effectiveDateTime: before(20),
    });
    expect(core(signed)).toMatchObject({ basis: 'stated', value: { value: 20 } });
    expect(core(written(20, { meta: {} }))).toMatchObject({ basis: 'stated', value: { value: 20 } });
  });
});
