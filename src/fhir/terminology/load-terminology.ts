/** Reads the ValueSets once at start; a damaged file stops the start with its name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValueSet, ValueSetComposeInclude, ValueSetComposeIncludeConcept } from 'fhir/r4.js';
import { PREFIX_HIERARCHIES, terminologyOf, type CodeEntry, type Terminology } from './terminology.ts';

const ORDINAL = 'http://hl7.org/fhir/StructureDefinition/ordinalValue';

export class TerminologyError extends Error {
  override readonly name = 'TerminologyError';
}

function refuse(file: string, reason: string): never {
  throw new TerminologyError(`${file}: ${reason}`);
}

function conceptEntry(group: string, system: string, concept: ValueSetComposeIncludeConcept): CodeEntry {
  const ordinal = concept.extension?.find((e) => e.url === ORDINAL)?.valueDecimal;
  const entry = { group, system, code: concept.code, includesDescendants: false };
  return ordinal === undefined ? entry : { ...entry, ordinal };
}

function includeEntries(file: string, group: string, include: ValueSetComposeInclude): CodeEntry[] {
  const { system, concept = [], filter = [] } = include;
  if (system === undefined) return refuse(file, 'an include needs a system');
  if (concept.length === 0 && filter.length === 0) refuse(file, 'an include needs concepts or a filter');
  return [
    ...concept.map((c) => conceptEntry(group, system, c)),
    ...filter.map((f) => {
      // Only hierarchies that can be read off the code itself: there is no terminology server at run time.
      if (f.property !== 'concept' || f.op !== 'is-a' || !PREFIX_HIERARCHIES.includes(system)) {
        return refuse(file, `filter ${f.property} ${f.op} of ${system} is not supported`);
      }
      return { group, system, code: f.value, includesDescendants: true };
    }),
  ];
}

/** The entries of one ValueSet. @param file its name, for errors @throws TerminologyError */
export function entriesOf(file: string, resource: unknown): CodeEntry[] {
  const valueSet = resource as ValueSet | null;
  if (valueSet?.resourceType !== 'ValueSet') return refuse(file, 'is not a ValueSet');
  const { id, status, compose } = valueSet;
  if (id === undefined || id === '') return refuse(file, 'has no id');
  if (status !== 'active') refuse(file, 'is not active');
  if (compose === undefined) return refuse(file, 'has no compose');
  if (compose.exclude !== undefined) refuse(file, 'exclude is not supported');
  return compose.include.flatMap((include) => includeEntries(file, id, include));
}

/** @param directory holds ValueSets as `*.json` @throws TerminologyError naming the file that cannot be used */
export function loadTerminology(directory: string): Terminology {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (files.length === 0) throw new TerminologyError(`${directory}: holds no ValueSets`);
  return terminologyOf(
    files.flatMap((file) => {
      let parsed: unknown;
      try {
        parsed = JSON.parse(readFileSync(join(directory, file), 'utf8'));
      } catch {
        return refuse(file, 'is not JSON');
      }
      return entriesOf(file, parsed);
    }),
  );
}
