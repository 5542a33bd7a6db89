import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodeSystem, ValueSet } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { FACT_GROUPS } from '../../../src/fhir/facts/fact-groups.ts';
import { DRUG_NAMES } from '../../../src/fhir/facts/drug-table.ts';
import { loadTerminology } from '../../../src/fhir/terminology/index.ts';
import { entriesOf } from '../../../src/fhir/terminology/load-terminology.ts';

const DIRECTORY = 'fhir-resources/valuesets';
const GRADE = 'https://stroke-cds.org/fhir/StructureDefinition/source-grade';
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const valueSets = readdirSync(DIRECTORY).map((file) => ({ file, set: read(join(DIRECTORY, file)) as ValueSet }));
const terminology = loadTerminology(DIRECTORY);

interface OpenCode {
  readonly system: string;
  readonly code: string;
  readonly meaning: string;
  readonly usedIn: string;
  readonly why: string;
}
const open = read('fhir-resources/open-codes.json') as readonly OpenCode[];
const line = (set: string, system: string, code: string): string => `${set} ${system}|${code}`;

describe('a ValueSet that cannot be used stops the start and is named', () => {
  const minimal = { resourceType: 'ValueSet', id: 'x', status: 'active' };
  it.each([
    ['no ValueSet', { resourceType: 'CodeSystem' }],
    ['retired', { ...minimal, status: 'retired', compose: { include: [] } }],
    ['without compose', minimal],
    ['with exclude', { ...minimal, compose: { include: [], exclude: [] } }],
    ['without system', { ...minimal, compose: { include: [{ concept: [{ code: 'a' }] }] } }],
    ['of a whole system', { ...minimal, compose: { include: [{ system: 's' }] } }],
    [
      'with a hierarchy that is not in the codes',
      {
        ...minimal,
        compose: {
          include: [{ system: 'http://snomed.info/sct', filter: [{ property: 'concept', op: 'is-a', value: '1' }] }],
        },
      },
    ],
  ])('%s', (_name, resource) => {
    expect(() => entriesOf('file.json', resource)).toThrow(/file\.json/);
  });
  it('not JSON, or nothing there', () => {
    const directory = mkdtempSync(join(tmpdir(), 'valuesets-'));
    expect(() => loadTerminology(directory)).toThrow(/no ValueSets/);
    writeFileSync(join(directory, 'broken.json'), '{');
    expect(() => loadTerminology(directory)).toThrow(/broken\.json/);
  });
});

describe('the ValueSets', () => {
  it('have an id that is their file name, a canonical address, a version and a purpose', () => {
    for (const { file, set } of valueSets) {
      expect(`${set.id ?? ''}.json`).toBe(file);
      expect(set.url).toBe(`https://stroke-cds.org/fhir/ValueSet/${set.id ?? ''}`);
      expect(
        [set.version, set.name, set.title, set.description, set.purpose].every(
          (t) => typeof t === 'string' && t !== '',
        ),
      ).toBe(true);
    }
  });
  it('exist for every group a fact is read from', () => {
    const missing = Object.values(FACT_GROUPS)
      .flat()
      .filter((g) => terminology.codesOf(g).length === 0);
    expect(missing).toEqual([]);
  });
  it('give one drug to a code', () => {
    const owners = new Map<string, string>();
    for (const drug of DRUG_NAMES) {
      for (const code of terminology.codesOf(`drug-${drug}`)) {
        expect(owners.get(code) ?? drug).toBe(drug);
        owners.set(code, drug);
      }
    }
    expect(owners.size).toBeGreaterThan(50);
  });
  it('do not carry the codes that public lists are known to confuse', () => {
    expect(terminology.groupsOf('http://www.nlm.nih.gov/research/umls/rxnorm', '1599538')).toEqual(['drug-edoxaban']);
    expect(terminology.groupsOf('http://www.nlm.nih.gov/research/umls/rxnorm', '1037045')).toEqual(['drug-dabigatran']);
    expect(terminology.groupsOf('http://loinc.org', '14979-9')).toEqual(['observation-aptt']);
    expect(terminology.groupsOf('http://loinc.org', '70272-0')).toEqual([]);
    // A registry calls 122459003 dissection of an artery; it is the procedure (DICOM CID 8110). The disorder is 710864009.
    expect(terminology.groupsOf('http://snomed.info/sct', '122459003')).toEqual([]);
    expect(terminology.groupsOf('http://snomed.info/sct', '710864009')).toEqual(['event-artery-dissection']);
  });
  it('know venous thrombosis by both SNOMED codes', () => {
    for (const code of ['95455008', '192759008'])
      expect(terminology.groupsOf('http://snomed.info/sct', code)).toEqual(['event-cerebral-venous-thrombosis']);
  });
  it('name only concepts that our CodeSystem defines, and it defines no others', () => {
    const system = read('fhir-resources/codesystems/stroke-cds.json') as CodeSystem;
    const defined = (system.concept ?? []).map((c) => c.code).sort();
    const used = valueSets.flatMap(({ set }) =>
      (set.compose?.include ?? [])
        .filter((i) => i.system === system.url)
        .flatMap((i) => (i.concept ?? []).map((c) => c.code)),
    );
    expect(defined).toEqual([...new Set(used)].sort());
    expect(system.count).toBe(defined.length);
  });
});

describe('the list of open codes is honest', () => {
  const marked = valueSets.flatMap(({ set }) =>
    (set.compose?.include ?? []).flatMap((include) => {
      const isOpen = (e: {
        extension?: readonly { url: string; valueCode?: string | undefined }[] | undefined;
      }): boolean => e.extension?.some((x) => x.url === GRADE && x.valueCode === 'R') ?? false;
      const concepts = (include.concept ?? [])
        .filter(isOpen)
        .map((c) => line(set.id ?? '', include.system ?? '', c.code));
      const categories = isOpen(include)
        ? (include.filter ?? []).map((f) => line(set.id ?? '', include.system ?? '', f.value))
        : [];
      return [...concepts, ...categories];
    }),
  );
  it('every code that nobody has seen in a public source is on it, and no other', () => {
    expect(open.map((o) => line(o.usedIn, o.system, o.code)).sort()).toEqual([...marked].sort());
  });
  it('each entry says what it means and why it is open', () => {
    expect(open.filter((o) => o.meaning === '' || o.why === '')).toEqual([]);
  });
});

it('a category reaches its subdivisions, an exact code only itself', () => {
  const icd = 'http://hl7.org/fhir/sid/icd-10-cm';
  expect(terminology.groupsOf(icd, 'I63.512')).toContain('event-ischemic-stroke');
  expect(terminology.groupsOf(icd, 'I6')).toEqual([]);
  expect(terminology.groupsOf(icd, 'K92.20')).toEqual([]);
  expect(terminology.groupsOf('http://snomed.info/sct', '4225040021')).toEqual([]);
});
