import type { FhirResource } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { recordsFromResources, resourcesOf, unreadableEntries } from '../../src/fhir/offline-records.ts';
import { condition, gaps, names, observation, patient } from './access/helpers.ts';

const drug = (subject: unknown): FhirResource =>
  ({
    resourceType: 'MedicationStatement',
    id: 'm1',
    subject,
    contained: [{ resourceType: 'Patient', id: 'p' }],
  }) as never;

describe('records from files', () => {
  it('a bundle with its patient is a whole record', () => {
    const [record, ...others] = recordsFromResources([patient, condition('c1'), observation('o1', '6301-6')], 0);
    expect(others).toEqual([]);
    expect([record && gaps(record), record?.degradations]).toEqual([{}, []]);
  });

  it.each([
    ['a contained patient', { reference: '#p' }],
    ['an identifier alone', { identifier: { value: '17' } }],
    ['a group', { reference: 'Group/p1' }],
    ['nobody', undefined],
  ])('a drug of %s is in no record, and no list of drugs is complete', (_name, subject) => {
    const records = recordsFromResources([patient, condition('c1'), drug(subject)], 0);
    expect(records.map(names)).toEqual([['Patient/p1', 'Condition/c1']]);
    expect(records.map(gaps)).toEqual([{ medicationStatements: 'incomplete: refused' }]);
    expect(records[0]?.degradations).toMatchObject([{ where: 'medicationStatements', why: 'refused' }]);
  });

  it('what lies in a file and has no patient by nature is missed by nobody', () => {
    const others = [
      { resourceType: 'Medication', id: 'd1' },
      { resourceType: 'Organization', id: 'x' },
    ];
    const [record] = recordsFromResources([patient, ...(others as FhirResource[])], 0);
    expect([record && names(record), record && gaps(record)]).toEqual([['Patient/p1', 'Medication/d1'], {}]);
  });

  it('entries that cannot be read may be of any kind: no list is complete', () => {
    const parsed: unknown = { resourceType: 'Bundle', entry: [null, { resource: patient }, {}, 'x'] };
    const resources = resourcesOf(parsed);
    const [record] = recordsFromResources(resources, unreadableEntries(parsed));
    expect([resources, unreadableEntries(parsed)]).toEqual([[patient], 3]);
    expect(new Set(Object.values(record ? gaps(record) : {}))).toEqual(new Set(['incomplete: malformed']));
  });

  it('without its Patient it is a part of a record: what is not there was not read', () => {
    const [record] = recordsFromResources([condition('c1')], 0);
    expect(record && gaps(record)).toMatchObject({
      patient: 'failed: not-supplied',
      laboratory: 'failed: not-supplied',
    });
    expect(record?.reads.conditions).toEqual({ state: 'complete' });
  });

  it('versions and absolute references name the same patient, in a single resource too', () => {
    const [line] = resourcesOf(condition('c2', 'https://ehr.example.org/fhir/Patient/p1'));
    const resources = [patient, condition('c1', 'Patient/p1/_history/3'), ...(line === undefined ? [] : [line])];
    expect(recordsFromResources(resources, 0).map(names)).toEqual([['Patient/p1', 'Condition/c1', 'Condition/c2']]);
  });
});
