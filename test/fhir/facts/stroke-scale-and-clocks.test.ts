import { describe, expect, it } from 'vitest';
import { NIHSS_ITEMS, type NihssItem } from '../../../src/case/index.ts';
import { amount, before, code, condition, factsOf, ICD, LOINC, observation, OWN, resource } from './record-builder.ts';

const ITEM_CODES: Record<NihssItem, string> = {
  '1a': '70184-7',
  '1b': '70185-4',
  '1c': '70186-2',
  '2': '70187-0',
  '3': '70188-8',
  '4': '70189-6',
  '5a': '70190-4',
  '5b': '70967-5',
  '6a': '70191-2',
  '6b': '70968-3',
  '7': '70192-0',
  '8': '70193-8',
  '9': '70194-6',
  '10': '70195-3',
  '11': '70196-1',
};
const components = (scores: Partial<Record<NihssItem, object>>) =>
  NIHSS_ITEMS.map((item) => ({ code: code(LOINC, ITEM_CODES[item]), ...(scores[item] ?? { valueInteger: 0 }) }));
const total = (n: number, more = {}) => observation(LOINC, '72089-6', { valueInteger: n }, more);

describe('the stroke scale', () => {
  it.each([43, -1, 7.5])('refuses a total of %d', (n) => {
    expect(factsOf([total(n)]).nihss).toMatchObject({ status: 'unknown', why: 'implausible', about: `NIHSS ${n}` });
  });
  it('derives the total from 15 items only', () => {
    const whole = observation(LOINC, '70182-1', {
      component: components({ '5a': { valueInteger: 4 }, '9': { valueInteger: 2 } }),
    });
    expect(factsOf([whole]).nihss).toMatchObject({
      status: 'known',
      value: { total: 6, isLowerBound: false },
      basis: 'derived',
    });
    const part = observation(LOINC, '70182-1', { component: components({}).slice(0, 14) });
    expect(factsOf([part]).nihss.status).toBe('unknown');
    expect(factsOf([part]).nihssItems.status).toBe('known');
  });
  it('a total with an untestable item is a lower bound', () => {
    const untestable = { valueCodeableConcept: code(LOINC, 'LA18461-6') };
    const facts = factsOf([
      observation(LOINC, '72089-6', {
        valueInteger: 4,
        component: components({ '5b': untestable, '6a': { valueInteger: 4 } }),
      }),
    ]);
    expect(facts.nihss).toMatchObject({ status: 'known', value: { total: 4, isLowerBound: true } });
    expect(facts.nihssItems).toMatchObject({ value: { '5b': 'untestable', '6a': 4 } });
  });
  it('a total that its items contradict is a conflict', () => {
    const facts = factsOf([
      observation(LOINC, '72089-6', {
        valueInteger: 3,
        component: components({ '5a': { valueInteger: 4 }, '6a': { valueInteger: 4 } }),
      }),
    ]);
    expect(facts.nihss.status).toBe('conflicting');
  });
  it('reads coded answers by their score in the ValueSet', () => {
    const facts = factsOf([
      observation(LOINC, '70182-1', {
        component: components({ '9': { valueCodeableConcept: code(LOINC, 'LA18474-9') } }),
      }),
    ]);
    expect(facts.nihss).toMatchObject({ value: { total: 3 } });
  });
  it('refuses an item above its maximum', () => {
    const facts = factsOf([observation(LOINC, '70194-6', { valueInteger: 4 })]);
    expect(facts.nihssItems).toMatchObject({ status: 'unknown', why: 'implausible' });
  });
  it('members of a panel take its time and belong together', () => {
    const members = NIHSS_ITEMS.map((item, i) =>
      observation(LOINC, ITEM_CODES[item], { valueInteger: 1 }, { id: `member-${i}`, effectiveDateTime: undefined }),
    );
    const panel = observation(LOINC, '70182-1', {
      hasMember: members.map((m) => ({ reference: `Observation/${m.id ?? ''}` })),
    });
    expect(factsOf([...members, panel]).nihss).toMatchObject({ status: 'known', value: { total: 15 } });
  });
  it('ICD-10-CM R29.7xx is a total', () => {
    expect(factsOf([condition(ICD, 'R29.714', { onsetDateTime: before(30) })]).nihss).toMatchObject({
      value: { total: 14 },
    });
  });
  it('keeps the course, oldest first, and drops what was before last known well', () => {
    const facts = factsOf([
      observation(OWN, 'last-known-well', { valueDateTime: before(120) }),
      total(2, { effectiveDateTime: before(600) }),
      total(14, { effectiveDateTime: before(10) }),
      total(9, { effectiveDateTime: before(60) }),
    ]);
    expect(facts.nihssCourse.status === 'known' && facts.nihssCourse.value.map((c) => c.value.total)).toEqual([9, 14]);
    expect(facts.nihss).toMatchObject({ value: { total: 14 } });
  });
});

describe('Rankin and coma scales', () => {
  it('a grade without context is the present one, never the one before the stroke', () => {
    const facts = factsOf([observation(LOINC, '75859-9', { valueInteger: 4 })]);
    expect(facts.currentMrs).toMatchObject({ value: 4 });
    expect(facts.preStrokeMrs.status).toBe('unknown');
  });
  it('a context or a date before last known well puts it before the stroke', () => {
    const context = { extension: [{ url: 'x', valueCodeableConcept: code(OWN, 'pre-stroke') }] };
    expect(factsOf([observation(LOINC, '75859-9', { valueInteger: 1 }, context)]).preStrokeMrs).toMatchObject({
      value: 1,
    });
    const facts = factsOf([
      observation(OWN, 'last-known-well', { valueDateTime: before(120) }),
      observation(LOINC, '75859-9', { valueInteger: 2 }, { effectiveDateTime: before(3000) }),
    ]);
    expect(facts.preStrokeMrs).toMatchObject({ value: 2 });
    expect(facts.currentMrs.status).toBe('unknown');
  });
  it('the coma scale is 3 to 15, or the sum of three parts of one instant', () => {
    expect(factsOf([observation(LOINC, '9269-2', amount(2, '{score}'))]).gcs).toMatchObject({ why: 'implausible' });
    const parts = [
      observation(LOINC, '9267-6', { valueInteger: 4 }),
      observation(LOINC, '9268-4', { valueInteger: 6 }),
      observation(LOINC, '9270-0', { valueInteger: 3 }),
    ];
    expect(factsOf(parts).gcs).toMatchObject({ value: { value: 13 }, basis: 'derived' });
    expect(factsOf(parts.slice(1)).gcs.status).toBe('unknown');
  });
});

describe('the clocks', () => {
  const lkw = (valueDateTime: string, more = {}) => observation(OWN, 'last-known-well', { valueDateTime }, more);
  it.each([
    ['malformed', lkw('2026-11-23T10:00:00')],
    ['future-dated', lkw(before(-30))],
    ['malformed', observation(OWN, 'last-known-well', {})],
    ['not-recorded', lkw(before(60 * 24 * 30))],
  ])('last known well is %s', (why, entry) => {
    expect(factsOf([entry]).lastKnownWell).toMatchObject({ status: 'unknown', why });
  });
  it('is what was stated last; two statements of one instant that differ conflict', () => {
    const facts = factsOf([
      lkw(before(60), { effectiveDateTime: before(50) }),
      lkw(before(300), { effectiveDateTime: before(10) }),
    ]);
    expect(facts.lastKnownWell).toMatchObject({ value: { earliest: Date.parse(before(300)) } });
    expect(factsOf([lkw(before(60)), lkw(before(300))]).lastKnownWell.status).toBe('conflicting');
  });
  it('a date alone is a day, up to now', () => {
    const { lastKnownWell } = factsOf([lkw('2026-11-23')]);
    expect(lastKnownWell).toMatchObject({
      value: { earliest: Date.UTC(2026, 10, 22, 23), latest: Date.UTC(2026, 10, 23, 14) },
    });
  });
  it('comes from the onset of the acute stroke when nothing else says it, as derived', () => {
    const stroke = condition(ICD, 'I63.9', { onsetDateTime: before(80) });
    expect(factsOf([stroke]).lastKnownWell).toMatchObject({
      basis: 'derived',
      value: { earliest: Date.parse(before(80)) },
    });
    expect(factsOf([condition(ICD, 'I63.9', { onsetDateTime: '2026-11-23' })]).lastKnownWell.status).toBe('unknown');
  });
  it('answers of a questionnaire count by linkId', () => {
    const answers = resource({
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      status: 'completed',
      authored: before(5),
      item: [
        {
          linkId: 'group',
          item: [
            { linkId: '/x/last-known-well', answer: [{ valueDateTime: before(70) }] },
            { linkId: 'wake-up-stroke', answer: [{ valueBoolean: true }] },
          ],
        },
      ],
    });
    const facts = factsOf([answers]);
    expect(facts.lastKnownWell).toMatchObject({ value: { earliest: Date.parse(before(70)) } });
    expect(facts.wakeUpStroke).toMatchObject({ value: true });
  });
  it('arrival is the status arrived of the current encounter, else its start', () => {
    const encounter = resource({
      resourceType: 'Encounter',
      id: 'e',
      status: 'in-progress',
      period: { start: before(30) },
      statusHistory: [{ status: 'arrived', period: { start: before(40) } }],
    });
    expect(factsOf([encounter], { encounterId: 'e' }).arrival).toMatchObject({
      value: { earliest: Date.parse(before(40)) },
    });
    expect(factsOf([encounter]).arrival.status).toBe('unknown');
  });
});

describe('cognition before the stroke', () => {
  const stated = (value: boolean) => observation(OWN, 'pre-stroke-cognitive-impairment', { valueBoolean: value });
  it('is what was stated, else dementia in the history', () => {
    expect(factsOf([stated(false)]).preStrokeCognitiveImpairment).toMatchObject({ status: 'known', value: false });
    expect(factsOf([condition('http://snomed.info/sct', '52448006')]).preStrokeCognitiveImpairment).toMatchObject({
      status: 'known',
      value: true,
      basis: 'derived',
    });
  });
  it('is unknown where neither is recorded', () => {
    expect(factsOf([]).preStrokeCognitiveImpairment).toMatchObject({ status: 'unknown', why: 'not-recorded' });
  });
});
