/**
 * Writes the FHIR definitions to `fhir-resources/` from the tables that the service works with:
 * `node --import tsx src/definitions/write-definitions.ts`. A test checks that the files are what the code says.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FhirResource, ValueSet } from 'fhir/r4.js';
import { describeHookService } from '../compose.ts';
import { prefetchTemplates } from '../fhir/access/index.ts';
import { observationCodes } from '../fhir/facts/index.ts';
import { loadTerminology } from '../fhir/terminology/index.ts';
import { PRODUCT_ROOT, VERSION } from '../product.ts';
import { capabilityStatement } from './capability-statement.ts';
import { codeSystems } from './code-systems.ts';
import type { Texts } from './common.ts';
import { decisionTables } from './decision-tables.ts';
import { guidelinePlan } from './guideline-plan.ts';
import { imagingCodeSystem, imagingConceptMap } from './imaging-codes.ts';
import { assetCollection, moduleLibraries } from './libraries.ts';
import { servicePlan } from './service-plan.ts';

export const FHIR_RESOURCES = join(PRODUCT_ROOT, 'fhir-resources');

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(PRODUCT_ROOT, ...path), 'utf8'));

function readTexts(): Texts {
  const terms = (name: string, locale = 'en'): unknown => readJson('cards', 'terms', locale, `${name}.json`);
  // The service refuses to start with texts of another form, so it is not checked twice.
  return {
    criterion: terms('criterion') as Texts['criterion'],
    guideline: terms('guideline') as Texts['guideline'],
    grade: terms('grade') as Texts['grade'],
    class: terms('class') as Texts['class'],
    classChinese: terms('class', 'zh-CN') as Texts['class'],
  };
}

interface Versioned {
  readonly url?: string | undefined;
  readonly version?: string | undefined;
}

const pinned = ({ url = '', version = '' }: Versioned): string => `${url}|${version}`;

/** Path below `fhir-resources` → resource, for everything that this program writes. */
export function definitions(): ReadonlyMap<string, FhirResource> {
  const terminology = loadTerminology(join(FHIR_RESOURCES, 'valuesets'));
  const codes = observationCodes(terminology);
  const texts = readTexts();
  const tables = decisionTables(texts);
  const valueSetFiles = readdirSync(join(FHIR_RESOURCES, 'valuesets')).sort();
  const valueSets = valueSetFiles.map((file) => file.replace(/\.json$/, ''));

  const service = describeHookService(prefetchTemplates(codes));
  const plans = [
    servicePlan(service, tables, codes, VERSION),
    ...tables.map((table) => guidelinePlan(table, texts, VERSION)),
  ];
  const systems = [...codeSystems(texts, VERSION), imagingCodeSystem(VERSION)];
  const maps = [imagingConceptMap(VERSION)];
  const libraries = moduleLibraries(
    texts,
    valueSetFiles.map((file) => readJson('fhir-resources', 'valuesets', file) as ValueSet),
    VERSION,
  );
  const capability = capabilityStatement(codes, valueSets, VERSION);
  const byOthers = [
    readJson('fhir-resources', 'codesystems', 'stroke-cds.json'),
    ...valueSetFiles.map((file) => readJson('fhir-resources', 'valuesets', file)),
  ] as readonly Versioned[];
  const collection = assetCollection(
    [capability, ...plans, ...libraries, ...systems, ...maps, ...byOthers].map(pinned),
    VERSION,
  );
  const at = (folder: string, resources: readonly FhirResource[]) =>
    resources.map((resource) => [`${folder}/${String(resource.id)}.json`, resource] as const);
  return new Map<string, FhirResource>([
    ['CapabilityStatement.json', capability],
    ...at('plan-definitions', plans),
    ...at('libraries', [...libraries, collection]),
    ...at('codesystems', systems),
    ...at('conceptmaps', maps),
  ]);
}

/** Path below `fhir-resources` → text of the file. */
export function definitionFiles(): ReadonlyMap<string, string> {
  return new Map([...definitions()].map(([path, resource]) => [path, `${JSON.stringify(resource, null, 1)}\n`]));
}

function write(): void {
  // Only these two folders are wholly ours; a table that was removed must not leave its file behind.
  for (const folder of ['plan-definitions', 'libraries'])
    rmSync(join(FHIR_RESOURCES, folder), { recursive: true, force: true });
  const files = definitionFiles();
  for (const [path, text] of files) {
    mkdirSync(dirname(join(FHIR_RESOURCES, path)), { recursive: true });
    writeFileSync(join(FHIR_RESOURCES, path), text);
  }
  process.stdout.write(`wrote ${String(files.size)} definitions to ${FHIR_RESOURCES}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write();
