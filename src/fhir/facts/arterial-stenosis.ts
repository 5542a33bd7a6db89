/** Narrowing of the arteries of the brain: one Observation for each artery and side, the newest of each counts. */
import {
  known,
  type ArterialStenosis,
  type Fact,
  type Known,
  type Quantity,
  type UnknownReason,
} from '../../case/index.ts';
import { choose, sourcesOf } from './choose.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { parseQuantity, sameQuantity } from './quantities.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { STENOSIS_SITES, type StenosisSite } from './stenosis-sites.ts';
import { unknownFact, type Scope } from './scope.ts';
import { candidatesOf } from './values.ts';

const PERCENT = { unit: '%' } as const;
const RANGE = [0, 100] as const;

function ofSite(scope: Scope, index: RecordIndex, { group }: StenosisSite): Fact<Quantity> {
  return choose(
    candidatesOf(readingsOf(index, group), (node) => parseQuantity(node, PERCENT, RANGE, 'stenosis')),
    {
      asOf: scope.at,
      lookBack: LOOK_BACK.vessels,
      same: sameQuantity,
      unknown: unknownFact(scope, 'arterialStenosis', ['strokeObservations']),
    },
  );
}

const asStenosis = ({ artery, side }: StenosisSite, { value, sources }: Known<Quantity>): ArterialStenosis => ({
  artery,
  side,
  percent: value as Quantity<'%'>,
  source: sources[0] ?? { reference: '' },
});

/**
 * Every artery with a usable value. Two values that disagree are both listed; an artery whose newest value cannot be
 * used is left out, which says that nothing is known of it.
 */
export function arterialStenosis(scope: Scope, index: RecordIndex): Fact<readonly ArterialStenosis[]> {
  const found: ArterialStenosis[] = [];
  const used: Known<Quantity>[] = [];
  let refused: { readonly why: UnknownReason; readonly about: string | undefined } | undefined;
  for (const site of STENOSIS_SITES) {
    const fact = ofSite(scope, index, site);
    if (fact.status === 'unknown') {
      if (fact.why !== 'not-recorded') refused ??= { why: fact.why, about: fact.about };
      continue;
    }
    const values = fact.status === 'known' ? [fact] : fact.values;
    used.push(...values);
    found.push(...values.map((value) => asStenosis(site, value)));
  }
  if (found.length === 0) {
    return unknownFact(scope, 'arterialStenosis', ['strokeObservations'])(
      refused?.why ?? 'not-recorded',
      refused?.about,
    );
  }
  const newest = used.reduce((a, b) => ((b.at?.latest ?? 0) > (a.at?.latest ?? 0) ? b : a));
  return known(found, newest.at, sourcesOf(found.map(({ source }) => source)));
}
