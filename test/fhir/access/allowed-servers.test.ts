import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressUnder, assertAllowedFhirServer, FhirServerNotAllowed } from '../../../src/fhir/access/index.ts';

const allowed = ['https://ehr.example.org/fhir/R4'];

describe('rule 57: the FHIR server of a hook must be on the list of the client', () => {
  it.each([
    'https://evil.example.org/fhir/R4',
    'https://ehr.example.org/fhir/R4/other',
    'https://ehr.example.org/fhir',
    'https://ehr.example.org/fhir/r4',
    'https://ehr.example.org:8443/fhir/R4',
    'https://ehr.example.org.evil.org/fhir/R4',
    'https://user@ehr.example.org/fhir/R4',
    'https://user:pw@ehr.example.org/fhir/R4',
    'https://@ehr.example.org/fhir/R4',
    'https://ehr.example.org/fhir/R4?x=1',
    'https://ehr.example.org/fhir/R4#x',
    'https://ehr.example.org/fhir/R4?',
    'https://ehr.example.org/other/../fhir/R4',
    'https://ehr.example.org/other/%2e%2e/fhir/R4',
    'https://ehr.example.org/fhir\\R4',
    'https://ehr.example.org/fhir%2fR4',
    'https://ehr.example.org/fhir/R4\n',
    ' https://ehr.example.org/fhir/R4',
    'http://ehr.example.org/fhir/R4',
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    'ehr.example.org/fhir/R4',
    '',
  ])('refuses %j', (url) => {
    expect(() => assertAllowedFhirServer(url, allowed)).toThrow(FhirServerNotAllowed);
  });

  it.each([
    'https://ehr.example.org/fhir/R4',
    'https://ehr.example.org/fhir/R4/',
    'https://EHR.example.org/fhir/R4',
    'https://ehr.example.org:443/fhir/R4',
  ])('accepts %j as the listed server', (url) => {
    expect(assertAllowedFhirServer(url, allowed)).toBe('https://ehr.example.org/fhir/R4');
  });

  it('accepts plain http only where development allows it, and still only from the list', () => {
    const list = ['http://127.0.0.1:8080/fhir'];
    expect(() => assertAllowedFhirServer('http://127.0.0.1:8080/fhir', list)).toThrow(FhirServerNotAllowed);
    expect(assertAllowedFhirServer('http://127.0.0.1:8080/fhir', list, { allowInsecureHttp: true })).toBe(list[0]);
    const other = 'http://127.0.0.1:8081/fhir';
    expect(() => assertAllowedFhirServer(other, list, { allowInsecureHttp: true })).toThrow(FhirServerNotAllowed);
  });

  it('an empty list allows nothing, and the error names no URL', () => {
    expect(() => assertAllowedFhirServer('https://ehr.example.org/fhir/R4', [])).toThrow(/^(?!.*ehr\.example)/);
  });
});

describe('rule 56: next links stay under the base', () => {
  const base = 'https://ehr.example.org/fhir/R4';

  it.each([
    'https://evil.example.org/fhir/R4/Condition',
    '//evil.example.org/fhir/R4/Condition',
    'http://ehr.example.org/fhir/R4/Condition',
    'https://ehr.example.org/fhir/R40/Condition',
    'https://ehr.example.org/admin',
    '/admin',
    '../Condition',
    '%2e%2e/Condition',
    'Condition/..%2f..%2fadmin',
    'https://x@ehr.example.org/fhir/R4/Condition',
    'https://',
    'javascript:alert(1)',
  ])('refuses %j', (link) => {
    expect(addressUnder(base, link)).toBeUndefined();
  });

  it.each([
    ['Condition?page=2', `${base}/Condition?page=2`],
    ['/fhir/R4/Condition?page=2', `${base}/Condition?page=2`],
    ['?_getpages=1', `${base}/?_getpages=1`],
    [`${base}?_getpages=1`, `${base}?_getpages=1`],
    [`${base}/Condition?page=2#top`, `${base}/Condition?page=2`],
  ])('follows %j', (link, address) => {
    expect(addressUnder(base, link)).toBe(address);
  });

  it('never leaves the base, whatever the link', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string(), fc.webPath()), (link) => {
        const address = addressUnder(base, link);
        const inside =
          address === undefined || address === base || /^https:\/\/ehr\.example\.org\/fhir\/R4[/?]/.test(address);
        expect(inside).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
