import { describe, expect, it } from 'vitest';
import { plannedReads, prefetchTemplates } from '../../../src/fhir/access/index.ts';
import { RECORD_KEYS } from '../../../src/fhir/record.ts';

const codes = { strokeObservations: ['70196-1', '30525-0'], vitalSigns: ['85354-9'], laboratory: ['6301-6', '2345-7'] };

describe('prefetch plan', () => {
  it('rules 45-47: one template per key with the root token patientId only', () => {
    const templates = prefetchTemplates(codes);
    expect(Object.keys(templates)).toEqual([...RECORD_KEYS]);
    for (const template of Object.values(templates)) {
      expect(template.match(/\{\{[^}]*\}\}/g)).toEqual(['{{context.patientId}}']);
    }
  });

  it('the template and our own search ask the same', () => {
    for (const { template, search, resourceType } of plannedReads(codes, 'p1')) {
      const [path, query] = template.replace('{{context.patientId}}', 'p1').split('?');
      expect(path).toBe(search === null ? `${resourceType}/p1` : resourceType);
      expect(Object.fromEntries(new URLSearchParams(query))).toEqual(search ?? {});
    }
  });

  it('restricts observations to the codes given, in an order that does not depend on theirs', () => {
    const reversed = { ...codes, laboratory: ['2345-7', '6301-6', '2345-7'] };
    expect(prefetchTemplates(reversed)).toEqual(prefetchTemplates(codes));
    expect(prefetchTemplates(codes).laboratory).toContain('code=2345-7,6301-6&_sort=-date');
  });

  it('without codes an observation search finds nothing rather than everything', () => {
    const none = { strokeObservations: [], vitalSigns: [], laboratory: [] };
    expect(prefetchTemplates(none).vitalSigns).toContain('code=none&');
  });
});
