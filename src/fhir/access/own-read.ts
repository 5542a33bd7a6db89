/** One question of the plan asked of the FHIR server, page after page. */
import type { Degradation } from '../../case/index.ts';
import type { ReadState } from '../record.ts';
import { isWithheld, readAnswer, WITHHELD, type Answer } from './answer.ts';
import { ReadFailed, type FhirReader } from './fhir-reader.ts';
import type { PlannedRead } from './prefetch-plan.ts';

export interface ReadResult {
  readonly state: ReadState;
  readonly resources: Answer['resources'];
  readonly problems: readonly Omit<Degradation, 'where'>[];
}

/** Ids as FHIR servers issue them; anything else is not put into an address. */
const SAFE_ID = /^(?!\.{1,2}$)[A-Za-z0-9\-._~]{1,128}$/;

export function isSafeId(id: string): boolean {
  return SAFE_ID.test(id);
}

export function addressOf(planned: PlannedRead, patientId: string): string {
  if (planned.search === null) return `${planned.resourceType}/${patientId}`;
  return `${planned.resourceType}?${new URLSearchParams(planned.search).toString()}`;
}

function failureOf(error: unknown): { readonly why: Degradation['why']; readonly detail: string } {
  return error instanceof ReadFailed
    ? { why: error.why, detail: error.message }
    : { why: 'unavailable', detail: 'the answer could not be used' };
}

/**
 * Follows `next` links to the end, within the page limit. A page that fails leaves the earlier ones in use.
 * @param start address of the first page: the plan's own, or the `next` link of a prefetched page
 * @param matchesBefore matches on the pages before `start`
 */
export async function readPages(
  planned: PlannedRead,
  start: string,
  reader: FhirReader,
  maxPages: number,
  matchesBefore: number,
): Promise<ReadResult> {
  const resources: Answer['resources'][number][] = [];
  const problems: Omit<Degradation, 'where'>[] = [];
  const visited = new Set<string>();
  let why: Degradation['why'] | undefined;
  let address: string | undefined = start;
  let usable = false;
  let matches = matchesBefore;
  const stop = (problem: Omit<Degradation, 'where'>): void => {
    why = problem.why;
    problems.push(problem);
  };
  while (address !== undefined && why === undefined) {
    if (visited.size >= maxPages || visited.has(address)) {
      stop({ why: 'incomplete', detail: 'more pages than are read' });
      break;
    }
    visited.add(address);
    try {
      const body = await reader.get(address);
      const options = { single: planned.search === null, onePageSuffices: planned.firstPageSuffices };
      const answer = readAnswer(body, planned.resourceType, options);
      resources.push(...answer.resources);
      problems.push(...answer.problems);
      if (answer.extent !== 'unusable') usable = true;
      if (answer.extent !== 'whole') why = answer.problems[0]?.why ?? 'incomplete';
      else if (isWithheld(answer, matches)) stop(WITHHELD);
      matches += answer.matches;
      address = answer.next;
    } catch (error) {
      stop(failureOf(error));
    }
  }
  if (why === undefined) return { state: { state: 'complete' }, resources, problems };
  return { state: { state: usable ? 'incomplete' : 'failed', why }, resources, problems };
}
