/**
 * The values that a fact leaves possible (a lower bound, a comparator, an interval, no value at all), and questions about
 * several of them. A question that is monotone in every input is settled exactly when all corners of the ranges agree.
 */
import { candidates } from '../case/index.ts';
import type { Fact, NihssTotal, Quantity } from '../case/index.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Smaller than any step of a reported value, larger than the error of a subtraction. */
const JUST = 1e-9;
/** Intervals are closed: a limit at an end lies inside. Larger than the rounding of the rules that are asked. */
const BEYOND_END = 1e-5;

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
      return measuredValues(q, domain);
  }
}

function measuredValues({ value, interval }: Quantity, domain: Range): Range {
  if (interval === undefined || interval.low === interval.high) return { low: value, high: value };
  return {
    low: Math.max(domain.low, interval.low - BEYOND_END),
    high: Math.min(domain.high, interval.high + BEYOND_END),
  };
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
