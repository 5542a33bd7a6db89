/** What goes into the chart: valid R4, recognizable as computed, and read back by the service as what it said. */
import type { Observation } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { FACT_OF_FINDING, plus, type FindingKind } from '../../../src/case/index.ts';
import { documentReferencesOf } from '../../../src/fhir/write/document-reference.ts';
import { FINDING_TERMS, READ_BACK, STROKE_CODES } from '../../../src/fhir/write/imaging-terms.ts';
import { observationsOf } from '../../../src/fhir/write/observation.ts';
import { LEFT_CORTICAL } from '../../../src/demo/example-lesions.ts';
import { QUANTITIES } from '../../../src/fhir/facts/quantity-table.ts';
import { r4Problems, type Resource } from '../../definitions/support/r4.ts';
import { aDraft, ACQUIRED_AT, aResult, FOUND_AT, MOTION, SHORT_TAIL } from '../../support/imaging-result.ts';
import { LINKS, outgoing } from '../../support/outgoing-result.ts';
import { aRecord, caseOf, observation, OWN, patient, amount } from '../facts/record-builder.ts';

const problems = (resources: readonly object[]): readonly string[] =>
  resources.flatMap((resource) => r4Problems(resource as Resource));
const said = (...findings: readonly ReturnType<typeof aDraft>[]) => ({ ...aResult().said, findings });
const observationOf = (draft: Parameters<typeof aDraft>[0]): Observation => {
  const [one] = observationsOf(outgoing(aResult({ said: said(aDraft(draft)) })), LINKS);
  if (one === undefined) throw new Error('nothing written');
  return one;
};

describe('Observations of findings', () => {
  const written = observationsOf(outgoing(), LINKS);

  it('are valid R4, for every kind of finding, value or not', () => {
    expect(problems(written)).toEqual([]);
    const kinds = Object.keys(FINDING_TERMS) as FindingKind[];
    const empty = observationsOf(
      outgoing(aResult({ said: said(...kinds.map((kind) => aDraft({ kind, value: null }))) })),
      LINKS,
    );
    expect(empty).toHaveLength(kinds.length);
    expect(problems(empty)).toEqual([]);
  });

  it('say value, unit, interval, floor, method, device, study, time and that they are for research', () => {
    const [core] = written;
    expect(core).toMatchObject({
      status: 'final',
      subject: { reference: 'Patient/p1' },
      effectiveDateTime: '2026-11-28T13:58:00.000Z',
      issued: '2026-11-28T14:05:30.000Z',
      valueQuantity: { value: 23.4, system: 'http://unitsofmeasure.org', code: 'mL' },
      method: { text: 'perfusion 1.0.0: relativeCbf 0.3' },
      device: { reference: '#device' },
      derivedFrom: [{ identifier: { value: 'urn:oid:1.2.840.99999.1' } }],
    });
    const components = core?.component?.map(({ code, valueQuantity }) => [
      code.coding?.[0]?.code,
      valueQuantity?.value,
    ]);
    expect(components).toEqual([
      ['interval-low', 17.9],
      ['interval-high', 30.1],
      ['detection-floor', 1.5],
    ]);
    expect(core?.category?.[0]?.coding?.[0]?.code).toBe('imaging');
    expect(core?.note?.[0]?.text).toContain('For research use');
    expect(written[1]?.note?.[1]?.text).toBe('limits: bolus-cut-off (seconds 38)');
  });

  it('code side and territory; several territories are components', () => {
    expect(written[3]?.valueCodeableConcept?.coding).toMatchObject([
      { system: 'http://snomed.info/sct', code: '7771000' },
    ]);
    expect(written[4]?.valueCodeableConcept?.coding).toMatchObject([{ code: 'territory-left-carotid' }]);
    const two = observationOf({ kind: 'ischemic-territory', value: 'left-carotid vertebrobasilar' });
    expect(two.component?.map((c) => c.valueCodeableConcept?.coding?.[0]?.code)).toEqual([
      'territory-left-carotid',
      'territory-vertebrobasilar',
    ]);
    expect(problems([two])).toEqual([]);
  });

  it('say what is not computable and what was refused, without a value', () => {
    expect(written[2]?.valueQuantity).toBeUndefined();
    expect(written[2]?.dataAbsentReason?.coding?.[0]?.code).toBe('not-a-number');
    const refused = observationsOf(
      outgoing(aResult({ state: 'refused', said: { ...aResult().said, quality: [MOTION] } })),
      LINKS,
    );
    expect(refused.map(({ dataAbsentReason }) => dataAbsentReason?.coding?.[0]?.code)).toEqual(Array(5).fill('error'));
    expect(refused[0]?.note?.map(({ text }) => text)).toContain('refuses: motion (motionMm 9.4)');
    expect(problems(refused)).toEqual([]);
  });

  it('say "less than" below the detection floor', () => {
    const small = observationOf({ kind: 'core-volume', value: 0.3, detectionFloor: 1.5 });
    expect(small.valueQuantity).toMatchObject({ comparator: '<', value: 1.5 });
  });

  it('keep their identifier in a later result, and withdraw what is not said any more', () => {
    const former = { findings: outgoing().findings, documents: [] };
    const later = aResult({ inputsHash: 'b'.repeat(64), said: said(aDraft({ kind: 'core-volume', value: 30 })) });
    const now = observationsOf(outgoing(later, { former }), LINKS);
    expect(now[0]?.identifier).toEqual(written[0]?.identifier);
    expect(now.map(({ status }) => status)).toEqual(['final', ...Array<string>(4).fill('entered-in-error')]);
    expect(problems(now)).toEqual([]);
  });

  it('of a study with two findings of one kind stay apart', () => {
    const two = said(aDraft({ kind: 'core-volume', value: 3 }), aDraft({ kind: 'core-volume', value: 4 }));
    const ids = observationsOf(outgoing(aResult({ said: two })), LINKS).map(({ identifier }) => identifier?.[0]?.value);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('what the service reads back', () => {
  it('is coded by the ValueSets of the facts, kind by kind', () => {
    const groups = Object.fromEntries(
      Object.entries(FACT_OF_FINDING).map(([kind, fact]) => [kind, QUANTITIES[fact].group.replace('observation-', '')]),
    );
    // Not one quantity: its features are components.
    expect(READ_BACK).toEqual({ ...groups, 'ischemic-lesion': 'ischemic-lesion-features' });
  });

  it('of a lesion in template space are all of its features', () => {
    const draft = { kind: 'ischemic-lesion', value: 'present', features: { ...LEFT_CORTICAL } } as const;
    const [written] = observationsOf(outgoing(aResult({ said: said(aDraft(draft)) })), links);
    expect(problems([written as Observation])).toEqual([]);
    const record = aRecord([patient(), { ...(written as Observation), id: 'ours' }]);
    expect(caseOf(record, { at: asOf }).facts.ischemicLesion).toMatchObject({
      ...{ status: 'known', basis: 'derived', value: LEFT_CORTICAL },
    });
  });

  it.each([
    ['present', 'known'],
    ['uncertain', 'unknown'],
  ] as const)('of a hemorrhage that is %s is its volume %s', (value, status) => {
    const result = said(
      aDraft({ kind: 'hemorrhage', value, interval: null }),
      aDraft({
        ...{ kind: 'intraparenchymal-volume', value: 30, detectionFloor: null },
        interval: { low: 24, high: 36, basis: '' },
      }),
    );
    const ours = observationsOf(outgoing(aResult({ said: result })), links).map((one, at) => ({
      ...one,
      id: `ours-${at}`,
    }));
    expect(caseOf(aRecord([patient(), ...ours]), { at: asOf }).facts.hematomaVolume.status).toBe(status);
  });

  const asOf = plus(FOUND_AT, 600_000);
  const links = { ...LINKS, subject: { reference: 'Patient/p' } };
  const withIds = observationsOf(outgoing(), links).map((one, at) => ({ ...one, id: `ours-${at}` }));
  const facts = (...more: Parameters<typeof aRecord>[0]) => {
    const { facts: found } = caseOf(aRecord([patient(), ...withIds, ...more]), { at: asOf });
    return found;
  };

  it('are the values with their intervals, at the time of the images', () => {
    expect(facts().coreVolume).toMatchObject({
      status: 'known',
      basis: 'derived',
      value: { value: 23.4, unit: 'mL', interval: { low: 17.9, high: 30.1 } },
      at: { earliest: ACQUIRED_AT },
    });
    expect(facts().hypoperfusionVolume).toMatchObject({ status: 'known', value: { value: 88.2 } });
  });

  it('yields to what a radiologist recorded', () => {
    const reported = observation(OWN, 'core-volume', amount(60, 'mL'), {
      effectiveDateTime: new Date(ACQUIRED_AT).toISOString(),
    });
    expect(facts(reported).coreVolume).toMatchObject({ status: 'known', basis: 'stated', value: { value: 60 } });
  });

  it('is no value where it was refused', () => {
    const quality = [MOTION, SHORT_TAIL];
    const result = aResult({ state: 'refused', said: { ...aResult().said, quality } });
    const refused = observationsOf(outgoing(result), links).map((one, at) => ({ ...one, id: `ours-${at}` }));
    expect(caseOf(aRecord([patient(), ...refused]), { at: asOf }).facts.coreVolume).toMatchObject({
      status: 'unknown',
    });
  });

  it('carries the code of the service beside our own', () => {
    const codes = withIds[0]?.code.coding?.map(({ system, code }) => [system, code]);
    expect(codes).toContainEqual([STROKE_CODES, 'core-volume']);
  });
});

describe('DocumentReferences', () => {
  it('point to SEG and SR by WADO-RS, valid R4', () => {
    const documents = documentReferencesOf(outgoing(), LINKS);
    expect(problems(documents)).toEqual([]);
    expect(documents.map(({ content }) => content[0]?.attachment.url)).toEqual([
      'https://pacs.example.org/dicom-web/studies/1.2.840.99999.1/series/2.25.12/instances/2.25.11',
      'https://pacs.example.org/dicom-web/studies/1.2.840.99999.1/series/2.25.14/instances/2.25.13',
    ]);
    expect(documents[0]).toMatchObject({
      status: 'current',
      docStatus: 'final',
      masterIdentifier: { value: 'urn:oid:2.25.11' },
    });
  });

  it('of the former result are superseded', () => {
    const former = {
      findings: [],
      documents: [{ kind: 'sr', sopInstanceUid: '2.25.7', seriesUid: '2.25.8', bytes: 9 }],
    } as const;
    const documents = documentReferencesOf(outgoing(aResult(), { former }), LINKS);
    expect(documents.map(({ status }) => status)).toEqual(['current', 'current', 'superseded']);
    expect(problems(documents)).toEqual([]);
  });

  it('are not written where nobody can retrieve them', () => {
    expect(documentReferencesOf(outgoing(aResult(), { wadoBase: null }), LINKS)).toEqual([]);
  });
});
