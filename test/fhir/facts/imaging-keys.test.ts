import { describe, expect, it } from 'vitest';
import { imagingKeys } from '../../../src/fhir/facts/imaging-keys.ts';
import { aRecord, patient, resource, type Loose } from './record-builder.ts';
import { instantFromEpoch } from '../../../src/case/index.ts';

const NOW = instantFromEpoch(Date.UTC(2026, 10, 23, 14, 0));

const study = (more: Loose = {}) =>
  resource({
    resourceType: 'ImagingStudy',
    id: 's1',
    status: 'available',
    subject: { reference: 'Patient/p' },
    identifier: [{ system: 'urn:dicom:uid', value: 'urn:oid:1.2.840.99999.1' }],
    ...more,
  });

describe('what finds the images of a patient', () => {
  it('identifiers with their systems, birth date, sex and the studies of the record', () => {
    const identifier = [
      { system: 'urn:oid:2.16.756.1', value: 'H123' },
      { value: '00077' },
      { system: 'urn:oid:2.16.756.1', value: 'OLD', use: 'old' },
    ];
    expect(imagingKeys(aRecord([patient({ identifier }), study()]), NOW)).toEqual({
      identifiers: [
        { system: 'urn:oid:2.16.756.1', value: 'H123' },
        { system: null, value: '00077' },
      ],
      birthDate: '1956-03-04',
      sex: 'female',
      studyUids: ['1.2.840.99999.1'],
    });
  });

  it('a study UID in either form, each once', () => {
    const bare = study({ id: 's2', identifier: [{ system: 'urn:dicom:uid', value: '1.2.840.99999.1' }] });
    const oid = study({ id: 's3', identifier: [{ value: 'urn:oid:1.2.3' }, { system: 'urn:acsn', value: '1.2.4' }] });
    expect(imagingKeys(aRecord([study(), bare, oid]), NOW).studyUids).toEqual(['1.2.840.99999.1', '1.2.3']);
  });

  it('only CT and MR studies of the last days, or those that do not say: a history of mammograms is none of this stroke', () => {
    const uid = (last: number) => [{ system: 'urn:dicom:uid', value: `urn:oid:1.2.840.${String(last)}` }];
    const resources = [
      study({ id: 'a', identifier: uid(1), started: '2026-11-23T13:00:00Z', modality: [{ code: 'CT' }] }),
      study({ id: 'b', identifier: uid(2), started: '2026-11-01T13:00:00Z', modality: [{ code: 'CT' }] }),
      study({ id: 'c', identifier: uid(3), started: '2026-11-23T13:00:00Z', modality: [{ code: 'MG' }] }),
      study({ id: 'd', identifier: uid(4), series: [{ modality: { code: 'MR' } }] }),
    ];
    expect(imagingKeys(aRecord(resources), NOW).studyUids).toEqual(['1.2.840.1', '1.2.840.4']);
  });

  it('no study of another patient, none entered in error, no UID that is none', () => {
    const resources = [
      study({ subject: { reference: 'Patient/another' } }),
      study({ status: 'entered-in-error' }),
      study({ identifier: [{ system: 'urn:dicom:uid', value: "1.2'; drop table" }] }),
      study({ identifier: [{ system: 'urn:dicom:uid', value: `1.${'2'.repeat(64)}` }] }),
    ];
    expect(imagingKeys(aRecord(resources), NOW).studyUids).toEqual([]);
  });

  it('nothing of another Patient resource, and nothing that is malformed', () => {
    const another = patient({ id: 'q', identifier: [{ value: 'Q' }] });
    const none = { identifiers: [], birthDate: null, sex: null, studyUids: [] };
    expect(imagingKeys(aRecord([another]), NOW)).toEqual(none);
    const damaged = patient({ identifier: [null, 'x', { value: 7 }, { value: ' ' }], birthDate: 'soon', gender: 3 });
    expect(imagingKeys(aRecord([damaged, study({ identifier: { value: 'x' } })]), NOW)).toEqual(none);
  });
});
