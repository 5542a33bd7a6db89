import { describe, expect, it } from 'vitest';
import { addressUnder, collectRecord, normalizeBaseUrl } from '../../../src/fhir/access/index.ts';

const codes = { strokeObservations: [], vitalSigns: [], laboratory: [] };

describe('input made to cost time', () => {
  it('resources without an id are looked through once, not once for each', async () => {
    const entry = Array.from({ length: 20_000 }, (_, index) => ({
      fullUrl: `https://a.example/b${String(index)}`,
      resource: { resourceType: 'Procedure', subject: { reference: 'https://x.example/Patient/p' } },
    }));
    const procedures = { resourceType: 'Bundle', type: 'searchset', entry };
    const record = await collectRecord({ patientId: 'p', prefetch: { procedures } }, { codes });
    expect(record.reads.procedures).toEqual({ state: 'incomplete', why: 'malformed' });
    expect(record.degradations.length).toBeLessThan(40);
  });

  it('entries that are no resources are counted as one problem', async () => {
    const conditions = { resourceType: 'Bundle', type: 'searchset', entry: Array.from({ length: 200_000 }, () => 1) };
    const record = await collectRecord({ patientId: 'p', prefetch: { conditions } }, { codes });
    expect(record.degradations.filter(({ where }) => where === 'conditions')).toHaveLength(1);
  });

  it('a resource nested without end is left out, and its list proves nothing', async () => {
    let nested: object = {};
    for (let depth = 0; depth < 100_000; depth += 1) nested = { extension: [nested] };
    const deep = { resourceType: 'Condition', id: 'deep', subject: { reference: 'Patient/p' }, ...nested };
    const sound = { resourceType: 'Condition', id: 'sound', subject: { reference: 'Patient/p' } };
    const conditions = { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: deep }, { resource: sound }] };
    const record = await collectRecord({ patientId: 'p', prefetch: { conditions } }, { codes });
    expect(record.reads.conditions.state).toBe('incomplete');
    expect(record.resources.map(({ id }) => id)).toEqual(['sound']);
  });

  it('an address of megabytes is refused before it is parsed', () => {
    expect(normalizeBaseUrl(`https://h.example/${'/'.repeat(200_000)}x`)).toBeUndefined();
    expect(addressUnder('https://h.example/fhir', `https://h.example/fhir/${'a'.repeat(200_000)}`)).toBeUndefined();
    expect(normalizeBaseUrl('https://h.example/fhir///')).toBe('https://h.example/fhir');
  });
});
