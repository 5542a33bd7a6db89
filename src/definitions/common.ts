/** What all definitions share: their addresses, their head, and the texts they take over from `cards/`. */
import type { RelatedArtifact } from 'fhir/r4.js';

const BASE = 'https://stroke-cds.org/fhir';

/** Day of the present form of the definitions; set by hand, so that writing them again changes nothing. */
const DEFINITIONS_DATE = '2026-11-23';

export type DefinitionType =
  'CapabilityStatement' | 'CodeSystem' | 'ConceptMap' | 'Library' | 'PlanDefinition' | 'ValueSet';

export const canonical = (type: DefinitionType, id: string): string => `${BASE}/${type}/${id}`;

/** 'aha-asa-2026' → 'AhaAsa2026': a name that a computer can use as an identifier. */
export const computableName = (id: string): string =>
  id
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

export interface Head {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** The members that every definition has, for `{ resourceType, ...headOf(…) }`. */
export function headOf<T extends DefinitionType>(resourceType: T, { id, title, description, version }: Head) {
  return {
    resourceType,
    id,
    url: canonical(resourceType, id),
    version,
    name: computableName(id),
    title,
    status: 'active' as const,
    experimental: false,
    date: DEFINITIONS_DATE,
    publisher: 'stroke-cds',
    description,
  };
}

export const dependsOn = (resource: string): RelatedArtifact => ({ type: 'depends-on', resource });

/** Texts of `cards/terms/en` (and of zh-CN where said) that name what the decisions name by id. */
export interface Texts {
  /** Criterion id → short name and sentence. */
  readonly criterion: Readonly<Record<string, { readonly name: string; readonly sentence: string }>>;
  /** Guideline id → name. */
  readonly guideline: Readonly<Record<string, string>>;
  /** Source grade → what it means. */
  readonly grade: Readonly<Record<string, string>>;
  /** Class of a criterion → name. */
  readonly class: Readonly<Record<string, string>>;
  readonly classChinese: Readonly<Record<string, string>>;
}

export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

/** @throws DefinitionError when there is no text: a definition never shows a bare id */
export function textOf<T>(texts: Readonly<Record<string, T>>, key: string): T {
  const text = texts[key];
  if (text === undefined) throw new DefinitionError(`no text for '${key}'`);
  return text;
}

export const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
