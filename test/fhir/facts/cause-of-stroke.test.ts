/** The facts from which the cause of a stroke is reasoned: infarct, arteries, heart, search; and the measured lesion. */
import { describe, expect, it } from 'vitest';
import { LESION_FEATURE_NAMES, LESION_FEATURES, type LesionFeatureName } from '../../../src/case/index.ts';
import { LESION_FEATURE_SYSTEM } from '../../../src/fhir/facts/index.ts';
import { LEFT_CAPSULE, LEFT_CORTICAL, RIGHT_SCATTERED } from '../../../src/demo/example-lesions.ts';
import type { FhirResource } from 'fhir/r4.js';
import {
  amount,
  before,
  code,
  condition,
  daysBefore,
  factsOf,
  ICD,
  LOINC,
  observation,
  OWN,
  resource,
  SNOMED,
  type Loose,
} from './record-builder.ts';

const facts = (...resources: readonly FhirResource[]) => factsOf(resources);
const procedure = (system: string, value: string, more: Loose): FhirResource =>
  resource({
    resourceType: 'Procedure',
    id: `procedure-${value}`,
    status: 'completed',
    code: code(system, value),
    subject: { reference: 'Patient/p' },
    ...more,
  });

const CPT = 'http://www.ama-assn.org/go/cpt';
const coded = (value: string): Loose => ({ valueCodeableConcept: code(OWN, value) });
const lastSeen = (minutes: number) => observation(OWN, 'last-known-well', { valueDateTime: before(minutes) });

describe('infarct', () => {
  it('reads pattern, territory and diameter', () => {
    const read = facts(
      observation(OWN, 'infarct-pattern', coded('infarct-pattern-border-zone')),
      observation(OWN, 'infarct-territory', coded('infarct-territory-right-carotid')),
      observation(OWN, 'infarct-diameter', amount(1.4, 'cm')),
    );
    expect(read.infarctPattern).toMatchObject({ status: 'known', value: 'border-zone' });
    expect(read.infarctTerritory).toMatchObject({ status: 'known', value: ['right-carotid'] });
    expect(read.infarctDiameter).toMatchObject({ status: 'known', value: { value: 14, unit: 'mm' } });
  });
  it('adds up the territories of one examination and lets a newer one replace them', () => {
    const territory = (name: string, minutes: number) =>
      observation(OWN, 'infarct-territory', coded(`infarct-territory-${name}`), { effectiveDateTime: before(minutes) });
    const both = [territory('left-carotid', 60), territory('vertebrobasilar', 60)];
    expect(facts(...both).infarctTerritory).toMatchObject({ value: ['left-carotid', 'vertebrobasilar'] });
    expect(facts(...both, territory('right-carotid', 20)).infarctTerritory).toMatchObject({ value: ['right-carotid'] });
  });
  it('an answer that is not understood leaves the territory unknown', () => {
    expect(facts(observation(OWN, 'infarct-territory', coded('somewhere'))).infarctTerritory.status).toBe('unknown');
  });
  it('an examination before the patient was last seen well shows no infarct of this episode', () => {
    const earlier = observation(OWN, 'infarct-pattern', coded('infarct-pattern-border-zone'), {
      effectiveDateTime: before(300),
    });
    expect(facts(lastSeen(120), earlier).infarctPattern.status).toBe('unknown');
  });
});

describe('arteries', () => {
  const stenosis = (artery: string, percent: number, more: Loose = {}) =>
    observation(OWN, `stenosis-${artery}`, amount(percent, '%'), more);

  it('reads one stenosis for each artery and side, the newest of each', () => {
    const read = facts(
      stenosis('extracranial-carotid-left', 60, { effectiveDateTime: before(3000) }),
      stenosis('extracranial-carotid-left', 70),
      stenosis('middle-cerebral-right', 0),
      stenosis('basilar', 40),
    ).arterialStenosis;
    expect(read).toMatchObject({
      status: 'known',
      value: [
        { artery: 'extracranial-carotid', side: 'left', percent: { value: 70, unit: '%' } },
        { artery: 'middle-cerebral', side: 'right', percent: { value: 0 } },
        { artery: 'basilar', side: 'midline', percent: { value: 40 } },
      ],
    });
  });
  it('keeps the comparator of a report', () => {
    const read = facts(
      observation(OWN, 'stenosis-vertebral-left', amount(50, '%', { comparator: '<' })),
    ).arterialStenosis;
    expect(read).toMatchObject({ value: [{ percent: { value: 50, comparator: '<' } }] });
  });
  it('lists both values when two of the same time disagree', () => {
    const read = facts(stenosis('basilar', 30), stenosis('basilar', 70)).arterialStenosis;
    expect(read.status === 'known' && read.value.map(({ percent }) => percent.value).sort()).toEqual([30, 70]);
  });
  it.each([
    ['more than all of it', amount(170, '%'), 'implausible'],
    ['another unit', amount(3, 'mm'), 'unit-not-understood'],
  ])('refuses %s and says nothing of that artery', (_name, value, why) => {
    const bad = observation(OWN, 'stenosis-basilar', value);
    expect(facts(bad).arterialStenosis).toMatchObject({ status: 'unknown', why });
    const beside = facts(bad, stenosis('vertebral-left', 20)).arterialStenosis;
    expect(beside).toMatchObject({ status: 'known', value: [{ artery: 'vertebral' }] });
  });
  it('a value of last year is not the artery of today', () => {
    expect(facts(stenosis('basilar', 30, { effectiveDateTime: daysBefore(200) })).arterialStenosis.status).toBe(
      'unknown',
    );
  });
  it('nothing recorded is unknown, never no stenosis', () => {
    expect(facts().arterialStenosis).toMatchObject({ status: 'unknown', why: 'not-recorded' });
  });
});

describe('heart and other causes', () => {
  it.each([
    ['highRiskCardiacSource', ICD, 'I49.5', 'sick-sinus-syndrome'],
    ['highRiskCardiacSource', SNOMED, '399020009', 'dilated-cardiomyopathy'],
    ['highRiskCardiacSource', ICD, 'I34.2', 'mitral-stenosis'],
    ['mediumRiskCardiacSource', ICD, 'Q21.12', 'patent-foramen-ovale'],
    ['mediumRiskCardiacSource', ICD, 'Z95.3', 'bioprosthetic-heart-valve'],
    // The code does not say whether the valve is mechanical.
    ['mediumRiskCardiacSource', ICD, 'Z95.2', 'heart-valve-prosthesis'],
    ['otherStrokeCause', ICD, 'D68.61', 'antiphospholipid-syndrome'],
    ['otherStrokeCause', ICD, 'I67.850', 'cadasil'],
  ] as const)('%s: %s %s is %s', (key, system, value, kind) => {
    expect(facts(condition(system, value))[key]).toMatchObject({ status: 'known', value: [{ kind }] });
  });
  it('reads the ejection fraction as a percentage', () => {
    expect(facts(observation(LOINC, '10230-1', amount(35, '%'))).ejectionFraction).toMatchObject({
      value: { value: 35, unit: '%' },
    });
    expect(facts(observation(LOINC, '10230-1', amount(350, '%'))).ejectionFraction).toMatchObject({
      status: 'unknown',
      why: 'implausible',
    });
  });
  it('sickle cell trait is no sickle cell disease', () => {
    expect(facts(condition(ICD, 'D57.3')).otherStrokeCause).toMatchObject({ value: [] });
  });
});

describe('investigations', () => {
  const echo = { performedDateTime: before(60) };
  it('are those of this episode', () => {
    expect(facts(procedure(SNOMED, '433236007', echo)).strokeInvestigation).toMatchObject({
      value: [{ kind: 'transthoracic-echocardiography' }],
    });
    const old = procedure(SNOMED, '433236007', { performedDateTime: daysBefore(300) });
    expect(facts(old).strokeInvestigation).toMatchObject({ value: [] });
  });
  const study = (started: string, status = 'available', system = OWN, value = 'cta-head-neck') =>
    resource({
      resourceType: 'ImagingStudy',
      id: 'study',
      status,
      subject: { reference: 'Patient/p' },
      started,
      procedureCode: [code(system, value)],
    });
  it('include the arteries of the neck where they were imaged', () => {
    const kinds = { value: [{ kind: 'extracranial-vessel-imaging' }] };
    expect(facts(study(before(60))).strokeInvestigation).toMatchObject(kinds);
    expect(facts(study(before(60), 'available', CPT, '70498')).strokeInvestigation).toMatchObject(kinds);
  });
  it.each([
    ['the head alone', study(before(60), 'available', CPT, '70496')],
    ['an order', study(before(60), 'registered')],
    ['last year', study(daysBefore(300))],
    ['the future', study(before(-600))],
  ])('do not include the neck after %s', (_name, only) => {
    expect(facts(only).strokeInvestigation).toMatchObject({ value: [] });
  });
  it('are not those that were not done', () => {
    const planned = procedure(SNOMED, '29303009', { ...echo, status: 'not-done' });
    expect(facts(planned).strokeInvestigation).toMatchObject({ value: [] });
  });
});

describe('perfusion', () => {
  it('reads permeability in its own unit and refuses another', () => {
    const permeability = (unit: string) => observation(OWN, 'blood-brain-barrier-permeability', amount(2.5, unit));
    expect(facts(permeability('mL/(100.g.min)')).bloodBrainBarrierPermeability).toMatchObject({ status: 'known' });
    expect(facts(permeability('mL/100g/min')).bloodBrainBarrierPermeability).toMatchObject({ status: 'known' });
    expect(facts(permeability('mL/min')).bloodBrainBarrierPermeability).toMatchObject({ status: 'unknown' });
  });
  it.each([
    ['tmaxOver14Volume', 'tmax-over-14-volume'],
    ['veryLowCbvVolume', 'very-low-cbv-volume'],
  ] as const)('%s', (key, value) => {
    expect(facts(observation(OWN, value, amount(12, 'mL')))[key]).toMatchObject({ value: { value: 12, unit: 'mL' } });
  });
});

describe('the measured lesion', () => {
  type Component = Record<string, unknown>;
  const components = (change: (name: LesionFeatureName, component: Component) => Component | null = (_, c) => c) =>
    LESION_FEATURE_NAMES.flatMap((name) => {
      const component = change(name, {
        code: code(LESION_FEATURE_SYSTEM, name),
        ...amount(LEFT_CAPSULE[name], LESION_FEATURES[name].unit),
      });
      return component === null ? [] : [component];
    });
  const lesion = (component: unknown, more: Loose = {}) =>
    facts(observation(OWN, 'ischemic-lesion-features', { component, ...more })).ischemicLesion;
  const replaced = (value: Loose) => components((name, c) => (name === 'volumeMl' ? { code: c['code'], ...value } : c));

  it('is read whole, number by number', () => {
    expect(lesion(components())).toMatchObject({ status: 'known', value: LEFT_CAPSULE });
  });
  it('is unknown when a feature is missing, and says which', () => {
    expect(lesion(components((name, c) => (name === 'depthMeanMm' ? null : c)))).toMatchObject({
      status: 'unknown',
      why: 'incomplete',
      about: 'depthMeanMm',
    });
  });
  it.each<[string, Loose, string]>([
    ['another unit', amount(435, 'mm3'), 'unit-not-understood'],
    ['no unit', { valueQuantity: { value: 0.4 } }, 'unit-not-understood'],
    ['out of range', amount(-1, 'mL'), 'implausible'],
    ['a bound instead of a value', amount(1, 'mL', { comparator: '<' }), 'malformed'],
    ['text', { valueString: 'small' }, 'malformed'],
  ])('is unknown with a volume in %s', (_name, value, why) => {
    expect(lesion(replaced(value))).toMatchObject({ status: 'unknown', why });
  });
  it('is unknown with a flag that is neither 0 nor 1', () => {
    const half = components((name, c) => (name === 'bilateral' ? { ...c, ...amount(0.5, '{flag}') } : c));
    expect(lesion(half)).toMatchObject({ status: 'unknown', why: 'implausible', about: 'bilateral 0.5' });
  });
  it.each([['nothing'], [null], [[null]], [[{ code: { coding: 'x' } }]], [7]])(
    'survives components that are none: %j',
    (component) => {
      expect(lesion(component).status).toBe('unknown');
    },
  );
  it('passes over features that it does not know', () => {
    const more = [...components(), { code: code(LESION_FEATURE_SYSTEM, 'texture'), ...amount(1, '1') }];
    expect(lesion(more).status).toBe('known');
  });
  it('codes of another system are not taken for features', () => {
    expect(lesion(components((name, c) => ({ ...c, code: code(OWN, name) })))).toMatchObject({ why: 'incomplete' });
  });
  it('holds for the example lesions: every feature within its bounds', () => {
    for (const example of [LEFT_CAPSULE, LEFT_CORTICAL, RIGHT_SCATTERED]) {
      for (const name of LESION_FEATURE_NAMES) {
        expect(example[name], name).toBeGreaterThanOrEqual(LESION_FEATURES[name].low);
        expect(example[name], name).toBeLessThanOrEqual(LESION_FEATURES[name].high);
      }
    }
  });
});
