/** The NIH Stroke Scale: totals, items, and whether they agree. */
import {
  NIHSS_HIGHEST,
  NIHSS_ITEMS,
  known,
  type At,
  type Fact,
  type Known,
  type NihssItem,
  type NihssItems,
  type NihssTotal,
  type StrokeFacts,
  type TimeSpan,
  type UnknownReason,
} from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { choose, sourcesOf, type Candidate, type Choice } from './choose.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { ofThisEpisode } from './quantities.ts';
import { accept, codedValue, reject, type Parsed, type Reading } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';
import { parseWhole } from './values.ts';

/** Items that may be untestable (amputation, joint fusion, intubation); old forms write 9. */
const MAY_BE_UNTESTABLE: ReadonlySet<NihssItem> = new Set<NihssItem>(['5a', '5b', '6a', '6b', '7', '10']);

function parseItem(scope: Scope, item: NihssItem, reading: Reading): Parsed<number | 'untestable'> {
  const group = `answer-nihss-${item}`;
  for (const { system, code } of codedValue(reading.node)) {
    const score = scope.terminology.ordinalOf(group, code);
    if (score !== undefined) return accept(score);
    if (scope.terminology.groupsOf(system, code).includes(group)) return accept('untestable');
  }
  const number = parseWhole(reading.node, 0, NIHSS_HIGHEST[item], `NIHSS ${item}:`);
  if (number.ok) return number;
  if (!MAY_BE_UNTESTABLE.has(item)) return number;
  const nine = reading.node.valueInteger === 9 || reading.node.valueQuantity?.value === 9;
  return nine || number.why === 'untestable' ? accept('untestable') : number;
}

/** All that was recorded in one examination. */
interface Assessment {
  readonly at: TimeSpan | null;
  readonly timeProblem?: UnknownReason;
  readonly pending: boolean;
  readonly totals: { readonly reading: Reading; readonly result: Parsed<number> }[];
  readonly items: Map<NihssItem, (number | 'untestable')[]>;
  readonly refusals: { readonly why: UnknownReason; readonly about?: string }[];
  readonly members: Reading[];
}

const ITEM_GROUPS = NIHSS_ITEMS.map((item) => [item, `observation-nihss-${item}`] as const);

/** Panels bind their members; what stands alone at the same exact time was examined together. */
function assessments(scope: Scope, index: RecordIndex, since: number | null): readonly Assessment[] {
  const byKey = new Map<string, Assessment>();
  const of = (reading: Reading): Assessment => {
    const key =
      reading.at !== null && reading.at.earliest === reading.at.latest ? `at ${reading.at.latest}` : reading.assessment;
    let found = byKey.get(key);
    if (found === undefined) {
      found = {
        at: reading.at,
        ...(reading.timeProblem === undefined ? {} : { timeProblem: reading.timeProblem }),
        pending: reading.pending,
        totals: [],
        items: new Map(),
        refusals: [],
        members: [],
      };
      byKey.set(key, found);
    }
    found.members.push(reading);
    return found;
  };
  for (const reading of ofThisEpisode(readingsOf(index, 'observation-nihss-total'), since)) {
    // The total's own resource may carry the items only.
    const { node } = reading;
    if (
      node.valueInteger === undefined &&
      node.valueQuantity === undefined &&
      node.valueDecimal === undefined &&
      !reading.pending
    )
      continue;
    of(reading).totals.push({
      reading,
      result: reading.pending ? reject('pending') : parseWhole(node, 0, 42, 'NIHSS'),
    });
  }
  for (const [item, group] of ITEM_GROUPS) {
    for (const reading of ofThisEpisode(readingsOf(index, group), since)) {
      if (reading.pending) continue;
      const parsed = parseItem(scope, item, reading);
      const assessment = of(reading);
      if (!parsed.ok) {
        if (parsed.why !== 'not-recorded') assessment.refusals.push(parsed);
        continue;
      }
      const values = assessment.items.get(item);
      if (values === undefined) assessment.items.set(item, [parsed.value]);
      else if (!values.includes(parsed.value)) values.push(parsed.value);
    }
  }
  return [...byKey.values()];
}

/** What one examination supports: one total, several that disagree, or the reason for none. */
function totalsOf(assessment: Assessment): readonly Parsed<NihssTotal>[] {
  const single = [...assessment.items.values()].flatMap((v) => (v.length === 1 ? v : []));
  const untestable = single.includes('untestable');
  const sum = single.reduce<number>((s, v) => s + (v === 'untestable' ? 0 : v), 0);
  const complete = single.length === NIHSS_ITEMS.length;
  const totals: Parsed<NihssTotal>[] = [];
  const add = (total: number): void => {
    if (!totals.some((t) => t.ok && t.value.total === total)) totals.push(accept({ total, isLowerBound: untestable }));
  };
  for (const { result } of assessment.totals) {
    if (result.ok) add(result.value);
    else totals.push(result);
  }
  if (complete) add(sum);
  // A part of the items that already exceeds the total contradicts it.
  else if (assessment.totals.some(({ result }) => result.ok && result.value < sum)) add(sum);
  return totals;
}

const sameTotal = (a: NihssTotal, b: NihssTotal): boolean => a.total === b.total && a.isLowerBound === b.isLowerBound;

function sameItems(a: NihssItems, b: NihssItems): boolean {
  return NIHSS_ITEMS.every((i) => a[i] === b[i]);
}

const referenceOf = (a: Assessment): string => [...new Set(a.members.map((m) => m.reference))].sort()[0] ?? '';

type Base = Omit<Candidate<never>, 'result'>;

function baseOf(a: Assessment): Base {
  return {
    at: a.at,
    ...(a.timeProblem === undefined ? {} : { timeProblem: a.timeProblem }),
    pending: a.pending,
    reference: referenceOf(a),
  };
}

function itemsOf(a: Assessment): Parsed<NihssItems> {
  const [refusal] = a.refusals;
  const ambiguous = [...a.items.values()].some((v) => v.length > 1);
  if (ambiguous) return reject('malformed', 'NIHSS');
  if (a.items.size === 0 && refusal !== undefined) return { ok: false, ...refusal };
  return accept(Object.fromEntries([...a.items].map(([item, [value]]) => [item, value])) as NihssItems);
}

/** Sources of the chosen examination are all of its members. */
function withMembers<T>(fact: Fact<T>, all: readonly Assessment[]): Fact<T> {
  const widen = (k: Known<T>): Known<T> => {
    const members = all.filter(
      (a) => k.sources.some((s) => s.reference === referenceOf(a)) && a.at?.latest === k.at?.latest,
    );
    const derived = members.length > 0 && members.every((m) => m.totals.length === 0);
    return { ...k, sources: sourcesOf(members.flatMap((m) => m.members)), basis: derived ? 'derived' : k.basis };
  };
  if (fact.status === 'known') return widen(fact);
  return fact.status === 'conflicting' ? { ...fact, values: fact.values.map(widen) } : fact;
}

/** @param since the patient was well until then: earlier examinations belong to another episode */
export function mapNihss(
  scope: Scope,
  index: RecordIndex,
  since: number | null,
): Pick<StrokeFacts, 'nihss' | 'nihssItems' | 'nihssCourse'> {
  const all = assessments(scope, index, since);
  const choice = <T>(
    fact: 'nihss' | 'nihssItems',
    same: (a: T, b: T) => boolean,
    describe?: (v: T) => string,
  ): Choice<T> => ({
    asOf: scope.at,
    lookBack: LOOK_BACK.nihss,
    same,
    ...(describe === undefined ? {} : { describe }),
    unknown: unknownFact(scope, fact, ['strokeObservations']),
  });
  const totals = all.flatMap((a) => totalsOf(a).map((result): Candidate<NihssTotal> => ({ ...baseOf(a), result })));
  const nihss = withMembers(
    choose(
      totals,
      choice('nihss', sameTotal, (t: NihssTotal) => `NIHSS ${t.total}`),
    ),
    all,
  );
  const withItems = all.filter((a) => a.items.size > 0 || a.refusals.length > 0);
  const items = choose(
    withItems.map((a): Candidate<NihssItems> => ({ ...baseOf(a), result: itemsOf(a) })),
    choice('nihssItems', sameItems),
  );
  const course = all
    .flatMap((a): At<NihssTotal>[] => {
      const [total, ...others] = totalsOf(a);
      if (a.at === null || isFutureDated(a.at, scope.at) || a.at.latest < scope.at - LOOK_BACK.nihss) return [];
      return total?.ok === true && others.length === 0
        ? [{ value: total.value, at: a.at, source: { reference: referenceOf(a) } }]
        : [];
    })
    .sort((a, b) => a.at.latest - b.at.latest || (a.source.reference < b.source.reference ? -1 : 1));
  const lacking = unknownFact(scope, 'nihssCourse', ['strokeObservations']);
  return {
    nihss,
    nihssItems: items.status === 'known' ? { ...items, sources: membersOf(items, withItems) } : items,
    nihssCourse:
      course.length > 0 ? known(course, null, sourcesOf(course.map((c) => c.source))) : lacking('not-recorded'),
  };
}

function membersOf(fact: Known<NihssItems>, all: readonly Assessment[]): Known<NihssItems>['sources'] {
  return sourcesOf(
    all.filter((a) => fact.sources.some((s) => s.reference === referenceOf(a))).flatMap((a) => a.members),
  );
}
