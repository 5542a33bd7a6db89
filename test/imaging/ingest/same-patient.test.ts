/** Whether images are joined with a record is decided here: a wrong 'same' shows one patient's stroke on another's card. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PatientIdentity } from '../../../src/imaging/dicom/instance-header.ts';
import {
  samePatient,
  samePatientInStudy,
  type IdentifierDomains,
  type PatientRecord,
} from '../../../src/imaging/ingest/same-patient.ts';

const HOSPITAL = 'urn:oid:1.2.276.0.76.4.1';
const domains: IdentifierDomains = { systems: { 'HOSPITAL A': HOSPITAL }, localSystem: HOSPITAL };

const images = (change: Partial<PatientIdentity> = {}): PatientIdentity => ({
  patientId: '4711',
  issuer: 'HOSPITAL A',
  otherIds: [],
  birthDate: '1950-01-17',
  sex: 'F',
  ...change,
});
const record = (change: Partial<PatientRecord> = {}): PatientRecord => ({
  identifiers: [{ system: HOSPITAL, value: '4711' }],
  birthDate: '1950-01-17',
  sex: 'female',
  ...change,
});

describe('one identifier of one authority agrees', () => {
  it('is the same patient', () => {
    expect(samePatient(images(), record(), domains)).toBe('same');
  });

  it('also when the images name no issuer and the site has one', () => {
    expect(samePatient(images({ issuer: null }), record(), domains)).toBe('same');
  });

  it('also by a further identifier, after records were merged', () => {
    const other = images({ patientId: 'TEMP-9', otherIds: [{ id: '4711', issuer: 'HOSPITAL A' }] });
    expect(samePatient(other, record(), domains)).toBe('same');
  });

  it('also when letter case and spaces differ', () => {
    const spelled = record({ identifiers: [{ system: HOSPITAL, value: 'ab-12' }] });
    expect(samePatient(images({ patientId: ' AB-12 ' }), spelled, domains)).toBe('same');
  });

  it('is unclear when birth date or sex contradicts, and different when both do', () => {
    expect(samePatient(images({ birthDate: '1951-01-17' }), record(), domains)).toBe('unclear');
    expect(samePatient(images({ sex: 'M' }), record(), domains)).toBe('unclear');
    expect(samePatient(images({ birthDate: '1951-01-17', sex: 'M' }), record(), domains)).toBe('different');
  });

  it('is not contradicted by a birth date that is only a year, or by a sex that is not male or female', () => {
    expect(samePatient(images({ sex: 'O' }), record({ birthDate: '1950' }), domains)).toBe('same');
  });
});

it('another number of the same authority is another patient, however well the rest agrees', () => {
  expect(samePatient(images({ patientId: '4712' }), record(), domains)).toBe('different');
});

describe('the same number, the authority unknown on one side', () => {
  const unknown = images({ issuer: null });

  it('is the same patient with the same birth date', () => {
    expect(samePatient(unknown, record())).toBe('same');
  });

  it('is another one with another birth date', () => {
    expect(samePatient(images({ issuer: null, birthDate: '1950-01-18' }), record())).toBe('different');
  });

  it('is unclear without a full birth date or with another sex', () => {
    expect(samePatient(images({ issuer: null, birthDate: null }), record())).toBe('unclear');
    expect(samePatient(unknown, record({ birthDate: '1950-01' }))).toBe('unclear');
    expect(samePatient(images({ issuer: null, sex: 'M' }), record())).toBe('unclear');
  });
});

describe('nothing to compare', () => {
  it('is unclear: a shared birthday and sex are no identity', () => {
    expect(samePatient(images({ patientId: null, issuer: null }), record())).toBe('unclear');
    expect(samePatient(images({ issuer: 'ELSEWHERE' }), record())).toBe('unclear');
  });

  it('is different when the birth dates differ', () => {
    expect(samePatient(images({ patientId: null, birthDate: '1950-02-17' }), record())).toBe('different');
  });

  it.each(['', '0', '000000', 'Unknown', 'ANONYMOUS', 'n/a'])('a patient id of %j is no identity', (patientId) => {
    const anonymous = record({ identifiers: [{ system: HOSPITAL, value: patientId }] });
    expect(samePatient(images({ patientId }), anonymous, domains)).toBe('unclear');
  });
});

describe('instances of one study', () => {
  it('with other patient ids are of different patients, even without issuers', () => {
    const [a, b] = [images({ issuer: null }), images({ issuer: null, patientId: '4712' })];
    expect(samePatientInStudy(a, b)).toBe('different');
  });

  it('without any identity do not contradict each other', () => {
    const nobody: PatientIdentity = { patientId: null, issuer: null, otherIds: [], birthDate: null, sex: null };
    expect(samePatientInStudy(nobody, nobody)).toBe('unclear');
    expect(samePatientInStudy(nobody, images())).toBe('unclear');
  });
});

const anyIdentity: fc.Arbitrary<PatientIdentity> = fc.record({
  patientId: fc.option(fc.constantFrom('1', '2', 'ANON', '')),
  issuer: fc.option(fc.constantFrom('HOSPITAL A', 'B')),
  otherIds: fc.array(fc.record({ id: fc.constantFrom('1', '3'), issuer: fc.option(fc.constantFrom('B', 'C')) }), {
    maxLength: 2,
  }),
  birthDate: fc.option(fc.constantFrom('1950-01-17', '1960-02-03')),
  sex: fc.option(fc.constantFrom('M', 'F', 'O')),
});

it('never says same without one identifier in common, and never says different of an identity and itself', () => {
  fc.assert(
    fc.property(anyIdentity, anyIdentity, (a, b) => {
      const values = (identity: PatientIdentity): (string | null)[] => [
        identity.patientId,
        ...identity.otherIds.map(({ id }) => id),
      ];
      if (samePatientInStudy(a, b) === 'same') {
        expect(
          values(a).filter((value) => value !== null && value !== 'ANON' && values(b).includes(value)),
        ).not.toEqual([]);
      }
      expect(samePatientInStudy(a, a)).not.toBe('different');
    }),
  );
});
