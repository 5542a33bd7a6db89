/**
 * Trial criteria on measured volumes when an input is open: a lower bound, a comparator, no value at all.
 * The criteria are monotone in every input, so they are settled exactly when all corners of the possible ranges agree.
 */
import { candidates } from '../../case/index.ts';
import type { Fact, NihssTotal, Quantity } from '../../case/index.ts';
import { DAWN } from '../scores/dawn.ts';
import { DEFUSE_3 } from '../scores/mismatch.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Smaller than any step of a reported value, larger than the error of a subtraction. */
const JUST = 1e-9;

/** The values that the fact leaves possible; an unknown fact leaves the whole `domain`. */
export function quantityRange(fact: Fact<Quantity>, domain: Range): Range {
  return hull(
    candidates(fact).map((known) => possibleValues(known.value, domain)),
    domain,
  );
}

function possibleValues(q: Quantity, domain: Range): Range {
  switch (q.comparator) {
    case '<':
      return { low: domain.low, high: q.value - JUST };
    case '<=':
      return { low: domain.low, high: q.value };
    case '>':
      return { low: q.value + JUST, high: domain.high };
    case '>=':
      return { low: q.value, high: domain.high };
    default:
      return { low: q.value, high: q.value };
  }
}

export function nihssRange(fact: Fact<NihssTotal>): Range {
  const domain = { low: 0, high: 42 };
  const ranges = candidates(fact).map(({ value }) => ({
    low: value.total,
    high: value.isLowerBound ? domain.high : value.total,
  }));
  return hull(ranges, domain);
}

function hull(ranges: readonly Range[], domain: Range): Range {
  if (ranges.length === 0) return domain;
  return { low: Math.min(...ranges.map((r) => r.low)), high: Math.max(...ranges.map((r) => r.high)) };
}

/** Asks a monotone question at every corner; undefined when the corners disagree. */
export function atAllCorners(ranges: readonly Range[], ask: (...values: number[]) => boolean): boolean | undefined {
  const corners = ranges.reduce<number[][]>(
    (done, { low, high }) =>
      done.flatMap((head) =>
        low === high
          ? [[...head, low]]
          : [
              [...head, low],
              [...head, high],
            ],
      ),
    [[]],
  );
  const answers = new Set(corners.map((corner) => ask(...corner)));
  return answers.size === 1 ? answers.has(true) : undefined;
}

const saysMeets = (result: object): boolean => 'meets' in result && result.meets === true;

/** DAWN, clinical–core mismatch. @param age years @param core mL */
export function meetsDawn(age: number, nihss: number, core: number): boolean {
  return saysMeets(DAWN.compute({ age, nihss, core_ml: core }));
}

/** DEFUSE 3, imaging part; a core of 0 mL passes the ratio. @param core mL @param hypoperfusion mL with Tmax > 6 s */
export function meetsDefuse3(core: number, hypoperfusion: number): boolean {
  return saysMeets(DEFUSE_3.compute({ core_ml: core, tmax6_ml: hypoperfusion }));
}
