/**
 * Reads one answer, a prefetched value or the body of a search, whatever its shape. Never throws:
 * what cannot be used becomes a problem that the record carries.
 */
import type { Degradation } from '../../case/index.ts';
import { isObject, objectsOf, textOf, type JsonObject } from './json.ts';

export interface Answer {
  /** Resources as they came, each with the fullUrl of its entry. */
  readonly resources: readonly { readonly resource: JsonObject; readonly fullUrl: string | undefined }[];
  /** Entries that answer the question, the malformed ones included. */
  readonly matches: number;
  /** What the server says that all pages hold together. */
  readonly total: number | undefined;
  /** Link to the next page. */
  readonly next: string | undefined;
  /**
   * `whole`: this is all there is (with `next`: up to this page). `partial`: usable, but something is missing.
   * `unusable`: the question was not answered.
   */
  readonly extent: 'whole' | 'partial' | 'unusable';
  readonly problems: readonly Omit<Degradation, 'where'>[];
}

const NOTHING: Answer = { resources: [], matches: 0, total: undefined, next: undefined, extent: 'whole', problems: [] };

function unusable(why: Degradation['why'], detail: string): Answer {
  return { ...NOTHING, extent: 'unusable', problems: [{ why, detail }] };
}

function isError(outcome: JsonObject): boolean {
  return objectsOf(outcome['issue']).some(({ severity }) => severity === 'error' || severity === 'fatal');
}

/** Why an OperationOutcome refuses, from its issue codes. */
function reasonOf(outcome: JsonObject): Degradation['why'] {
  const codes = objectsOf(outcome['issue']).map(({ code }) => code);
  if (codes.some((c) => c === 'forbidden' || c === 'login' || c === 'security' || c === 'expired')) return 'forbidden';
  return codes.includes('timeout') ? 'time-out' : 'unavailable';
}

function nextLink(bundle: JsonObject): string | undefined {
  return textOf(objectsOf(bundle['link']).find(({ relation }) => relation === 'next')?.['url']);
}

function extentOf(failed: boolean, partial: boolean, found: number): Answer['extent'] {
  if (failed) return found === 0 ? 'unusable' : 'partial';
  return partial ? 'partial' : 'whole';
}

function readBundle(bundle: JsonObject, onePageSuffices: boolean): Answer {
  const problems: Omit<Degradation, 'where'>[] = [];
  const resources: Answer['resources'][number][] = [];
  const entries = bundle['entry'] ?? [];
  let matches = 0;
  const seen = { partial: false, failed: false };
  const lose = (detail: string): void => {
    matches += 1;
    seen.partial = true;
    // One of each kind says it all, however many there are.
    if (!problems.some((problem) => problem.detail === detail)) problems.push({ why: 'malformed', detail });
  };
  if (!Array.isArray(entries)) lose('the entries are not a list');
  for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
    const resource = isObject(entry) ? entry['resource'] : undefined;
    if (!isObject(entry) || !isObject(resource)) {
      lose('an entry without a resource');
      continue;
    }
    const type = textOf(resource['resourceType']);
    if (type === undefined) {
      lose('a resource without a type');
    } else if (type === 'OperationOutcome') {
      // Warnings beside the matches (Epic's 4101 'no results' is one) say nothing against the answer.
      if (isError(resource)) {
        seen.failed = true;
        problems.push({ why: reasonOf(resource), detail: 'the answer holds an error' });
      }
    } else {
      const mode = isObject(entry['search']) ? entry['search']['mode'] : undefined;
      if (mode !== 'include') matches += 1;
      resources.push({ resource, fullUrl: textOf(entry['fullUrl']) });
    }
  }
  const next = onePageSuffices ? undefined : nextLink(bundle);
  const total = !onePageSuffices && typeof bundle['total'] === 'number' ? bundle['total'] : undefined;
  return { resources, matches, total, next, extent: extentOf(seen.failed, seen.partial, resources.length), problems };
}

/**
 * @param value undefined must have been handled by the caller (key absent); null means 'known: none' (CDS Hooks 2.0)
 * @param expected type that answers the question
 * @param single the question is a read by id, not a search
 */
export function readAnswer(
  value: unknown,
  expected: string,
  { single, onePageSuffices }: { readonly single: boolean; readonly onePageSuffices: boolean },
): Answer {
  if (value === null) return NOTHING;
  if (!isObject(value)) return unusable('malformed', 'not a resource');
  const type = textOf(value['resourceType']);
  if (type === undefined) return unusable('malformed', 'a resource without a type');
  if (type === 'OperationOutcome') return unusable(reasonOf(value), 'an OperationOutcome in place of the data');
  if (type !== 'Bundle') {
    if (type !== expected) return unusable('malformed', 'a resource of another type');
    const resources = [{ resource: value, fullUrl: undefined }];
    if (single || onePageSuffices) return { ...NOTHING, resources, matches: 1 };
    // One resource where a list was asked for: used, but it does not show that there is no other.
    const problems = [{ why: 'incomplete', detail: 'one resource in place of a list' } as const];
    return { ...NOTHING, resources, matches: 1, extent: 'partial', problems };
  }
  const answer = readBundle(value, single || onePageSuffices);
  if (answer.extent !== 'unusable' && answer.resources.length > 0) {
    if (!answer.resources.some(({ resource }) => resource['resourceType'] === expected)) {
      return {
        ...answer,
        extent: 'unusable',
        problems: [...answer.problems, { why: 'malformed', detail: 'no resource of the type asked for' }],
      };
    }
  }
  return answer;
}

/** After the last page: fewer matches than the stated total mean that a part was withheld. */
export const WITHHELD = { why: 'incomplete', detail: 'fewer resources than the stated total' } as const;

export function isWithheld(answer: Answer, matchesBefore: number): boolean {
  return answer.next === undefined && answer.total !== undefined && answer.total > matchesBefore + answer.matches;
}
