import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectRecord, nothingReadable } from '../../../src/fhir/access/index.ts';
import { codes, condition, fullPrefetch, gaps, names, observation, outcome, patient, searchset } from './helpers.ts';

const collect = (prefetch: unknown, more: object = {}) =>
  collectRecord({ patientId: 'p1', prefetch, ...more }, { codes });

describe('record from the prefetch alone', () => {
  it.each([[undefined], [null], [{}], ['text'], [[]]])(
    'rules 34, 39: prefetch %j leaves every key not supplied',
    async (prefetch) => {
      const record = await collect(prefetch);
      expect(new Set(Object.values(gaps(record)))).toEqual(new Set(['failed: not-supplied']));
      expect(record.resources).toEqual([]);
      expect(nothingReadable(record)).toBe(true);
    },
  );

  it('rule 43: the patient alone, or one list alone, is something', async () => {
    expect(nothingReadable(await collect({ patient }))).toBe(false);
    expect(nothingReadable(await collect({ conditions: null }))).toBe(false);
    expect(nothingReadable(await collect({ conditions: outcome('error') }))).toBe(true);
  });

  it.each([
    ['null', null],
    ['an empty bundle', searchset([])],
    ['a bundle without entries', { resourceType: 'Bundle', type: 'searchset', total: 0 }],
    [
      'total 0 with a warning (Epic 4101)',
      {
        resourceType: 'Bundle',
        type: 'searchset',
        total: 0,
        entry: [{ resource: outcome('warning', 'processing', '4101'), search: { mode: 'outcome' } }],
      },
    ],
  ])('rule 40: %s means read completely, none', async (_name, conditions) => {
    const record = await collect(fullPrefetch({ conditions }));
    expect(gaps(record)).toEqual({});
    expect(record.degradations).toEqual([]);
  });

  it.each([
    ['as the value', outcome('error'), 'failed: unavailable'],
    ['as the value, for lack of rights', outcome('error', 'forbidden'), 'failed: forbidden'],
    ['as the only entry', searchset([outcome('error')]), 'failed: unavailable'],
    ['beside matches', searchset([condition('c1'), outcome('error')]), 'incomplete: unavailable'],
    ['a warning in place of the bundle', outcome('warning'), 'failed: unavailable'],
  ])('rule 41: an OperationOutcome %s is not "no data"', async (_name, conditions, gap) => {
    expect(gaps(await collect(fullPrefetch({ conditions })))).toEqual({ conditions: gap });
  });

  it('rule 44: the first page of several does not prove a list', async () => {
    const link = [{ relation: 'next', url: 'https://ehr.example.org/fhir?page=2' }];
    const record = await collect(fullPrefetch({ conditions: searchset([condition('c1')], { link }) }));
    expect(gaps(record)).toEqual({ conditions: 'incomplete: incomplete' });
    expect(names(record)).toContain('Condition/c1');
  });

  it('rule 44: a total above the entries means the same, without a link too', async () => {
    const record = await collect(fullPrefetch({ conditions: searchset([condition('c1')], { total: 7 }) }));
    expect(gaps(record)).toEqual({ conditions: 'incomplete: incomplete' });
  });

  it('the last encounters are what is asked for: further pages of them are not missed', async () => {
    const encounter = { resourceType: 'Encounter', id: 'e1', subject: { reference: 'Patient/p1' } } as never;
    const link = [{ relation: 'next', url: 'https://ehr.example.org/fhir?page=2' }];
    expect(gaps(await collect(fullPrefetch({ encounter: searchset([encounter], { link, total: 90 }) })))).toEqual({});
  });

  it.each([
    ['an entry without resource', { entry: [{}] }],
    ['an entry that is null', { entry: [null] }],
    ['an entry that is text', { entry: ['x'] }],
    ['a resource without type', { entry: [{ resource: { id: 'c1' } }] }],
    [
      'a resource without id',
      { entry: [{ resource: { resourceType: 'Condition', subject: { reference: 'Patient/p1' } } }] },
    ],
    ['entries that are no list', { entry: 'x' }],
  ])('%s is dropped with a note, and the list is no longer complete', async (_name, more) => {
    const record = await collect(fullPrefetch({ conditions: { resourceType: 'Bundle', type: 'searchset', ...more } }));
    expect(gaps(record)).toEqual({ conditions: 'incomplete: malformed' });
    expect(record.degradations).toMatchObject([{ where: 'conditions', why: 'malformed' }]);
    expect(names(record)).toEqual(['Patient/p1']);
  });

  it.each([['text'], [7], [[]], [{}], [observation('o1', 'x')]])(
    'a value of the wrong shape (%j) satisfies nothing',
    async (value) => {
      expect(gaps(await collect(fullPrefetch({ conditions: value })))).toEqual({ conditions: 'failed: malformed' });
    },
  );

  it('a bundle of another type does not answer the question', async () => {
    const record = await collect(fullPrefetch({ conditions: searchset([observation('o1', 'x')]) }));
    expect(gaps(record)).toEqual({ conditions: 'failed: malformed' });
  });

  it('a bundle in place of the patient, and one resource in place of a list, are tolerated', async () => {
    const record = await collect(fullPrefetch({ patient: searchset([patient]), conditions: condition('c1') }));
    expect(names(record)).toEqual(['Condition/c1', 'Patient/p1']);
    expect(gaps(record)).toEqual({ conditions: 'incomplete: incomplete' });
  });

  it('resources of another patient never enter', async () => {
    const other = { resourceType: 'Patient', id: 'p2' };
    const conditions = searchset([condition('c1'), condition('c2', 'Patient/p2'), condition('c3', 'Group/p1')]);
    const drafts = [condition('d1'), condition('d2', 'Patient/p2')];
    const record = await collect(fullPrefetch({ patient: other, conditions }), { drafts });
    expect(names(record)).toEqual(['Condition/c1']);
    expect(record.drafts.map(({ id }) => id)).toEqual(['d1']);
    expect(gaps(record)).toEqual({ patient: 'failed: refused', conditions: 'incomplete: refused' });
    expect(record.degradations.map(({ where, why }) => `${where} ${why}`)).toEqual([
      'conditions refused',
      'drafts refused',
      'patient refused',
    ]);
  });

  it('Epic: keys with "-user", a category that is an object, absolute references', async () => {
    const base = 'https://ehr.example.org/fhir';
    const request = {
      resourceType: 'MedicationRequest',
      id: 'm1',
      category: { text: 'Inpatient' },
      subject: { reference: `${base}/Patient/p1` },
      encounter: { reference: `${base}/Encounter/e1/_history/2` },
      medicationReference: { reference: `${base}/Medication/d1` },
      requester: { reference: 'https://elsewhere.example.org/fhir/Practitioner/9' },
    };
    const entry = [
      { fullUrl: `${base}/MedicationRequest/m1`, resource: request },
      { fullUrl: `${base}/Medication/d1`, resource: { resourceType: 'Medication', id: 'd1' } },
    ];
    const prefetch = fullPrefetch({ 'medicationRequests-user': { resourceType: 'Bundle', type: 'searchset', entry } });
    delete prefetch['medicationRequests'];
    for (const more of [{ fhirServer: `${base}/` }, {}]) {
      const record = await collect(prefetch, more);
      expect(gaps(record)).toEqual({});
      expect(names(record)).toEqual(['Medication/d1', 'MedicationRequest/m1', 'Patient/p1']);
      expect(record.resources.find(({ id }) => id === 'm1')).toMatchObject({
        category: [{ text: 'Inpatient' }],
        subject: { reference: 'Patient/p1' },
        encounter: { reference: 'Encounter/e1' },
        medicationReference: { reference: 'Medication/d1' },
        requester: { reference: 'https://elsewhere.example.org/fhir/Practitioner/9' },
      });
    }
  });

  it('the same id on another host is another patient', async () => {
    const conditions = searchset([condition('c1', 'https://elsewhere.example.org/fhir/Patient/p1')]);
    const record = await collect(fullPrefetch({ conditions }), { fhirServer: 'https://ehr.example.org/fhir' });
    expect(names(record)).toEqual(['Patient/p1']);
    expect(gaps(record)).toEqual({ conditions: 'failed: refused' });
  });

  it.each([['https://elsewhere.example.org/fhir/Patient/p1'], ['#p'], ['Patient/p2'], ['Group/p1']])(
    'what names the patient as %s is not used, and its list no longer says "none"',
    async (subject) => {
      const contained = [{ resourceType: 'Patient', id: 'p' }];
      const conditions = searchset([condition('c1'), condition('c2', subject, { contained })]);
      const medicationStatements = searchset([
        { ...condition('m1', subject, { contained }), resourceType: 'MedicationStatement' } as never,
      ]);
      const record = await collect(fullPrefetch({ conditions, medicationStatements }), {
        fhirServer: 'https://ehr.example.org/fhir',
      });
      expect(names(record)).toEqual(['Condition/c1', 'Patient/p1']);
      expect(gaps(record)).toEqual({ conditions: 'incomplete: refused', medicationStatements: 'failed: refused' });
    },
  );

  it('a draft that is not used leaves the list of its kind incomplete', async () => {
    const draft = { resourceType: 'MedicationRequest', id: 'd1', subject: { reference: '#p' } };
    const record = await collect(fullPrefetch(), { drafts: [draft] });
    expect(record.drafts).toEqual([]);
    expect(gaps(record)).toEqual({ medicationRequests: 'incomplete: refused' });
  });

  it('references between entries by urn:uuid are resolved', async () => {
    const entry = [
      { fullUrl: 'urn:uuid:1', resource: patient },
      { fullUrl: 'urn:uuid:2', resource: condition('c1', 'urn:uuid:1') },
    ];
    const record = await collect(fullPrefetch({ conditions: { resourceType: 'Bundle', type: 'collection', entry } }));
    expect(names(record)).toEqual(['Condition/c1', 'Patient/p1']);
  });

  it('keys that we did not ask for: our kinds of resources are used, others and unattributed ones are not', async () => {
    const unattributed = { resourceType: 'Condition', id: 'c2' } as never;
    const foreign = { resourceType: 'Practitioner', id: 'x' } as never;
    const record = await collect(
      fullPrefetch({ more: searchset([condition('c1'), unattributed, foreign]), none: null, odd: 3 }),
    );
    expect(names(record)).toEqual(['Condition/c1', 'Patient/p1']);
  });

  it('of several versions of a resource the newest counts, wherever it came', async () => {
    const old = condition('c1', 'Patient/p1', { meta: { lastUpdated: '2026-01-01T00:00:00Z', versionId: '9' } });
    const recent = condition('c1', 'Patient/p1', {
      meta: { lastUpdated: '2026-02-01T00:00:00+01:00', versionId: '2' },
    });
    for (const [a, b] of [
      [old, recent],
      [recent, old],
    ] as const) {
      const record = await collect(fullPrefetch({ conditions: searchset([a]), more: searchset([b]) }));
      expect(record.resources.find(({ id }) => id === 'c1')?.meta?.versionId).toBe('2');
    }
  });

  it('notes never hold text, ids or names from the record', async () => {
    const canary = condition('CANARY', 'Patient/CANARY', { code: { text: 'CANARY' } });
    const record = await collect(fullPrefetch({ conditions: searchset([canary]), CANARY: searchset([canary]) }));
    expect(record.degradations.length).toBeGreaterThan(0);
    expect(JSON.stringify(record.degradations)).not.toContain('CANARY');
  });

  it('property: order and distribution over keys and duplicates change nothing', async () => {
    const versions = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      version: fc.option(fc.integer({ min: 1, max: 3 })),
      text: fc.constantFrom('x', 'y'),
    });
    const make = ({ id, version, text }: { id: string; version: number | null; text: string }) =>
      condition(id, 'Patient/p1', {
        note: [{ text }],
        ...(version === null ? {} : { meta: { versionId: String(version) } }),
      });
    await fc.assert(
      fc.asyncProperty(
        fc.array(versions, { minLength: 1, maxLength: 12 }).chain((list) =>
          fc.record({
            list: fc.constant(list),
            shuffled: fc.shuffledSubarray(list, { minLength: list.length }),
            cut: fc.nat({ max: list.length - 1 }),
          }),
        ),
        async ({ list, shuffled, cut }) => {
          const whole = await collect(fullPrefetch({ conditions: searchset(list.map(make)) }));
          const split = await collect(
            fullPrefetch({
              conditions: searchset(shuffled.slice(cut).map(make)),
              more: searchset(shuffled.slice(0, cut).map(make)),
            }),
          );
          expect(split.resources).toEqual(whole.resources);
          expect(split.reads).toEqual(whole.reads);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('property: no JSON whatever makes it throw or lets another patient in', async () => {
    const keys = fc.constantFrom('patient', 'conditions', 'laboratory-user', 'other');
    const bundle = fc.record({
      resourceType: fc.constantFrom('Bundle', 'Condition', 'OperationOutcome'),
      entry: fc.jsonValue(),
      link: fc.jsonValue(),
      issue: fc.jsonValue(),
      id: fc.jsonValue(),
      subject: fc.jsonValue(),
    });
    const value = fc.oneof(
      fc.jsonValue(),
      bundle,
      fc.record({
        resourceType: fc.constant('Bundle'),
        entry: fc.array(fc.record({ resource: bundle, fullUrl: fc.jsonValue() })),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, value), async (prefetch) => {
        const record = await collect(prefetch);
        expect(record.patientId).toBe('p1');
        expect(record.resources.every((r) => r.resourceType !== 'Patient' || r.id === 'p1')).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
