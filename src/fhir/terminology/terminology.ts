/**
 * The code sets that the mapper reads with. A `group` is the id of a ValueSet in `fhir-resources/valuesets`
 * ('event-dementia', 'drug-apixaban', 'observation-inr'); one code may belong to several groups.
 */

export interface Terminology {
  /** Groups that hold the code; empty when none does. O(1), no allocation. */
  groupsOf(system: string, code: string): readonly string[];
  /** The codes of a group as search tokens 'system|code'; categories appear as their own code. Empty for an unknown group. */
  codesOf(group: string): readonly string[];
  /** Score of a coded answer within its group; undefined when the group gives the code none. */
  ordinalOf(group: string, code: string): number | undefined;
  readonly groups: readonly string[];
}

/** One line of a ValueSet: a code, or a category with everything below it. */
export interface CodeEntry {
  readonly group: string;
  readonly system: string;
  readonly code: string;
  readonly includesDescendants: boolean;
  readonly ordinal?: number;
}

const NONE: readonly string[] = Object.freeze([]);

/** The systems whose codes are shorter for a broader category, so that a prefix is an ancestor. */
export const PREFIX_HIERARCHIES: readonly string[] = ['http://hl7.org/fhir/sid/icd-10-cm'];

class CodeTable implements Terminology {
  readonly groups: readonly string[];
  readonly #exact = new Map<string, Map<string, readonly string[]>>();
  readonly #categories = new Map<string, Map<string, readonly string[]>>();
  readonly #tokens = new Map<string, string[]>();
  readonly #ordinals = new Map<string, number>();

  constructor(entries: readonly CodeEntry[]) {
    for (const { group, system, code, includesDescendants, ordinal } of entries) {
      const tables = includesDescendants ? this.#categories : this.#exact;
      const table = tables.get(system) ?? new Map<string, readonly string[]>();
      tables.set(system, table);
      const groups = table.get(code) ?? NONE;
      if (!groups.includes(group)) table.set(code, [...groups, group].sort());
      const tokens = this.#tokens.get(group) ?? [];
      if (tokens.length === 0) this.#tokens.set(group, tokens);
      tokens.push(`${system}|${code}`);
      if (ordinal !== undefined) this.#ordinals.set(`${group}|${code}`, ordinal);
    }
    this.groups = [...this.#tokens.keys()].sort();
  }

  groupsOf(system: string, code: string): readonly string[] {
    const exact = this.#exact.get(system)?.get(code) ?? NONE;
    const categories = this.#categories.get(system);
    if (categories === undefined) return exact;
    let found = exact;
    for (let length = code.length; length >= 3; length -= 1) {
      const groups = categories.get(code.slice(0, length));
      if (groups !== undefined) found = found.length === 0 ? groups : [...new Set([...found, ...groups])];
    }
    return found;
  }

  codesOf(group: string): readonly string[] {
    return this.#tokens.get(group) ?? NONE;
  }

  ordinalOf(group: string, code: string): number | undefined {
    return this.#ordinals.get(`${group}|${code}`);
  }
}

export function terminologyOf(entries: readonly CodeEntry[]): Terminology {
  return new CodeTable(entries);
}
