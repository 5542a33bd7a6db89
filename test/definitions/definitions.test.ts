/** The committed FHIR definitions are what the code says, valid R4, and hang together. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapabilityStatement, CodeSystem, Library, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { HOOK_NAMES, OVERRIDE_REASONS, STROKE_OVERRIDE_SYSTEM, TOPICS } from '../../src/cds-hooks/index.ts';
import { GUIDELINE_IDS } from '../../src/decisions/evaluation.ts';
import { evaluateThrombectomy } from '../../src/decisions/thrombectomy/index.ts';
import { evaluateThrombolysis } from '../../src/decisions/thrombolysis/index.ts';
import { citationArtifact } from '../../src/definitions/citation-artifact.ts';
import { textOf } from '../../src/definitions/common.ts';
import { statusExpression } from '../../src/definitions/guideline-plan.ts';
import { definitionFiles, FHIR_RESOURCES } from '../../src/definitions/write-definitions.ts';
import { RECORD_TYPES } from '../../src/fhir/access/prefetch-plan.ts';
import { aCase, aPolicy, NOW } from '../support/case-builder.ts';
import { objectsIn, r4Problems, type Resource } from './support/r4.ts';

/** Not resources: lists of ours beside them. */
const NOT_FHIR = new Set(['open-codes.json', 'examples/stories.json']);

const paths = readdirSync(FHIR_RESOURCES, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.json') && !NOT_FHIR.has(path))
  .sort();
const textAt = (path: string): string => readFileSync(join(FHIR_RESOURCES, path), 'utf8');
const resources = paths.map((path) => ({ path, resource: JSON.parse(textAt(path)) as Resource }));
const at = (path: string): unknown => JSON.parse(textAt(path));
const canonicals = resources.flatMap(({ resource }) => (resource.url === undefined ? [] : [resource.url]));

const leaves = (actions: readonly PlanDefinitionAction[] = []): PlanDefinitionAction[] =>
  actions.flatMap((action) => (action.action === undefined ? [action] : leaves(action.action)));

const idsOf = (plan: string): string[] =>
  leaves((at(`plan-definitions/${plan}.json`) as PlanDefinition).action).map(({ id = '' }) => id);

describe('the validator of these tests', () => {
  it.each([
    ['a member that R4 does not have', { resourceType: 'Library', status: 'active', type: {}, colour: 'red' }],
    ['a value outside a required binding', { resourceType: 'Observation', status: 'done', code: { text: 'x' } }],
    ['a missing required member', { resourceType: 'Observation', code: { text: 'x' } }],
    ['a code without a system', { resourceType: 'Observation', status: 'final', code: { coding: [{ code: 'x' }] } }],
    [
      'two values',
      { resourceType: 'Observation', status: 'final', code: { text: 'x' }, valueString: 'a', valueBoolean: true },
    ],
    [
      'an include without a system',
      { resourceType: 'ValueSet', status: 'active', compose: { include: [{ concept: [] }] } },
    ],
  ])('refuses %s', (_name, resource) => {
    expect(r4Problems(resource)).not.toEqual([]);
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: [{ resource }] };
    expect(r4Problems(bundle)).not.toEqual([]);
  });
});

describe('every file of fhir-resources', () => {
  it('that the code writes is in the repository as it writes it (else run src/definitions/write-definitions.ts)', () => {
    const written = definitionFiles();
    const committed = paths.filter((path) => written.has(path) || /^(plan-definitions|libraries)\//.test(path));
    expect(committed).toEqual([...written.keys()].sort());
    expect(committed.filter((path) => textAt(path) !== written.get(path))).toEqual([]);
  });

  it('is valid R4', () => {
    expect(resources.length).toBeGreaterThan(200);
    expect(resources.flatMap(({ path, resource }) => r4Problems(resource).map((p) => `${path}: ${p}`))).toEqual([]);
  });

  it('has an address of its own, which ends with its id', () => {
    expect(canonicals.filter((url, i) => canonicals.indexOf(url) !== i)).toEqual([]);
    for (const { path, resource } of resources) {
      if (resource.resourceType === 'Bundle') continue;
      expect(resource.url, path).toBe(`https://stroke-cds.org/fhir/${resource.resourceType}/${String(resource.id)}`);
    }
  });

  it('refers to definitions that are there', () => {
    const ours =
      /^https:\/\/stroke-cds\.org\/fhir\/(CapabilityStatement|CodeSystem|ConceptMap|Library|PlanDefinition|ValueSet)\/[^\s|]+/;
    const dangling = resources.flatMap(({ path, resource }) =>
      objectsIn(resource).flatMap(({ object }) =>
        Object.values(object)
          .flat()
          .filter((value): value is string => typeof value === 'string' && ours.test(value))
          .filter((value) => !canonicals.includes(value.split('|')[0] ?? '') && !value.includes('…'))
          .filter((value) => !/\s/.test(value))
          .map((value) => `${path} → ${value}`),
      ),
    );
    expect(dangling).toEqual([]);
  });

  it('gives no two elements one id', () => {
    for (const { path, resource } of resources.filter(({ path }) => path.startsWith('plan-definitions/'))) {
      const ids = objectsIn(resource).flatMap(({ object }) => (typeof object['id'] === 'string' ? [object['id']] : []));
      expect(
        ids.filter((id, i) => ids.indexOf(id) !== i),
        path,
      ).toEqual([]);
    }
  });
});

describe('PlanDefinitions', () => {
  it.each(GUIDELINE_IDS)('%s names exactly the criteria that the service evaluates', (guideline) => {
    const evaluated = evaluateThrombolysis(aCase(), NOW, aPolicy(), guideline).criteria.map(({ id }) => id);
    expect(idsOf(`thrombolysis-${guideline}`).sort()).toEqual([...evaluated].sort());
  });

  it('of thrombectomy names exactly the criteria that the service evaluates', () => {
    const evaluated = evaluateThrombectomy(aCase(), NOW, aPolicy()).criteria.map(({ id }) => id);
    expect(idsOf('thrombectomy-aha-asa-2026').sort()).toEqual([...evaluated].sort());
  });

  it('give each criterion its words, one citation with grade and errata state, and a condition', () => {
    const plans = resources.filter(({ path }) => /plan-definitions\/(thromb|intra)/.test(path));
    expect(plans).toHaveLength(5);
    for (const action of plans.flatMap(({ resource }) => leaves((resource as unknown as PlanDefinition).action))) {
      expect(action.title?.length, action.id).toBeGreaterThan(2);
      expect(action.documentation).toHaveLength(1);
      expect(action.documentation?.[0]?.citation).toMatch(/Source grade (V1|V2|R|X): .+\. Erratum: /);
      expect(action.condition?.[0]?.expression?.expression).toBe(statusExpression(action.id ?? ''));
    }
  });

  it('of the service is triggered by every hook and leads to every table', () => {
    const { action: [root] = [] } = at('plan-definitions/acute-stroke.json') as PlanDefinition;
    expect(root?.trigger?.map(({ type, name }) => [type, name])).toEqual(
      HOOK_NAMES.map((name) => ['named-event', name]),
    );
    const tables = leaves(root?.action).map(({ definitionCanonical }) => definitionCanonical);
    const plans = canonicals.filter((url) => /PlanDefinition\/(?!acute-stroke)/.test(url));
    expect(tables.sort()).toEqual(plans.sort());
  });
});

describe('the CapabilityStatement', () => {
  const { kind, rest: [rest] = [] } = at('CapabilityStatement.json') as CapabilityStatement;

  it('asks for reading only, of every type of the record', () => {
    expect([kind, rest?.mode]).toEqual(['requirements', 'client']);
    expect(rest?.resource?.map(({ type }) => type)).toEqual([...RECORD_TYPES]);
    for (const { type, interaction = [] } of rest?.resource ?? []) {
      expect(interaction.length, type).toBeGreaterThan(0);
      for (const { code } of interaction) expect(['read', 'search-type']).toContain(code);
    }
  });

  it('searches for one patient only', () => {
    const searched = (rest?.resource ?? []).filter(({ interaction }) =>
      interaction?.some((i) => i.code === 'search-type'),
    );
    expect(searched.length).toBeGreaterThan(8);
    for (const { searchParam = [] } of searched) expect(searchParam.map(({ name }) => name)).toContain('patient');
  });
});

describe('code systems of the cards', () => {
  const codesOf = (name: string) => (at(`codesystems/${name}.json`) as CodeSystem).concept ?? [];

  it('hold every code that a card can carry', () => {
    const own = OVERRIDE_REASONS.filter(({ system }) => system === STROKE_OVERRIDE_SYSTEM);
    expect(codesOf('override-reasons').map(({ code }) => code)).toEqual(own.map(({ code }) => code));
    expect(codesOf('card-topics').map(({ code }) => code)).toEqual(Object.values(TOPICS).map(({ code }) => code));
  });

  it.each(['override-reasons', 'card-topics', 'criterion-classes', 'stroke-cds-imaging'])(
    '%s is in English and Chinese, no code twice',
    (name) => {
      const concepts = codesOf(name);
      expect(new Set(concepts.map(({ code }) => code)).size).toBe(concepts.length);
      for (const { display, designation } of concepts) {
        expect(display).not.toMatch(/\p{Script=Han}/u);
        expect(designation?.map(({ language }) => language)).toEqual(['zh-CN']);
        expect(designation?.[0]?.value).toMatch(/\p{Script=Han}/u);
      }
    },
  );
});

describe('libraries', () => {
  it('of logic carry a version and the digest of their content', () => {
    const libraries = resources.filter(
      ({ path }) => path.startsWith('libraries/') && !path.endsWith('stroke-cds.json'),
    );
    expect(libraries.length).toBeGreaterThan(8);
    for (const { resource } of libraries) {
      const { version, identifier } = resource as unknown as Library;
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(identifier?.[0]?.value).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('list everything that has an address, with its version', () => {
    const { relatedArtifact = [] } = at('libraries/stroke-cds.json') as Library;
    const listed = relatedArtifact.map(({ resource = '' }) => resource);
    expect(listed.map((entry) => entry.split('|')[0]).sort()).toEqual(
      canonicals.filter((url) => !url.endsWith('/Library/stroke-cds')).sort(),
    );
    for (const entry of listed) expect(entry).toMatch(/\|\d+\.\d+\.\d+$/);
  });
});

describe('texts', () => {
  const texts = { criterion: {}, guideline: {}, grade: { V1: 'seen in one source' }, class: {}, classChinese: {} };

  it('that are missing stop the writing', () => {
    expect(() => textOf(texts.criterion, 'not-there')).toThrow(/not-there/);
  });

  it('say whether the erratum was read', () => {
    const citation = { source: 'A paper', grade: 'V1' } as const;
    expect(citationArtifact(citation, texts).citation).toContain('Erratum: none recorded.');
    expect(citationArtifact({ ...citation, errataChecked: true }, texts).citation).toContain('Erratum: read.');
    expect(citationArtifact({ ...citation, errataChecked: false }, texts).citation).toContain('not read yet');
  });
});
