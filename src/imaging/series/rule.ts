/** The language of the role rules: data that a site can read, extend and have explained; and their evaluation. */
import type { HeaderNumber, SeriesFacts, SetField, TextField } from './series-facts.ts';
import type { SeriesRole } from './series-role.ts';

/** Measured on a sample of the pixels; null: not measured, or has no meaning for this modality. */
export type PixelNumber =
  'headShare' | 'bodyWidthMm' | 'vesselShare' | 'uniformShare' | 'contrastRiseHu' | 'signalDropShare';
export type PixelFacts = Readonly<Record<PixelNumber, number | null>>;

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  /** Regular expressions on a text in lower case with plain spaces. */
  | { readonly text: TextField; readonly has?: string; readonly lacks?: string }
  | { readonly set: SetField; readonly hasAny?: readonly string[]; readonly hasNone?: readonly string[] }
  /** A number that is not told fails, unless `orUnknown`. */
  | {
      readonly number: HeaderNumber;
      readonly atLeast?: number;
      readonly atMost?: number;
      readonly orUnknown?: boolean;
    };

/** A check on the pixels; one that was not measured does not contradict. */
export interface PixelCondition {
  readonly pixels: PixelNumber;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface RoleRule {
  readonly name: string;
  readonly role: SeriesRole;
  /** For the explanation: why such a series has this role. */
  readonly reason: string;
  readonly when: Condition;
  /** All of them must hold: the header may lie. */
  readonly confirmedBy?: readonly PixelCondition[];
  /** Second choice: applies only to a study in which no other series has the role. */
  readonly onlyIfNoOther?: boolean;
}

export interface Outcome {
  readonly met: boolean;
  /** The condition that decided and the value seen, in words; never free text of the scanner as a whole. */
  readonly because: string;
}

/** The first failing condition of an `all`, or the reasons of all failed ones of an `any`. */
export function evaluate(condition: Condition, facts: SeriesFacts): Outcome {
  if ('all' in condition) {
    const outcomes = condition.all.map((part) => evaluate(part, facts));
    return outcomes.find(({ met }) => !met) ?? joined(outcomes, true);
  }
  if ('any' in condition) {
    const outcomes = condition.any.map((part) => evaluate(part, facts));
    return outcomes.find(({ met }) => met) ?? joined(outcomes, false);
  }
  if ('not' in condition) {
    const { met, because } = evaluate(condition.not, facts);
    return { met: !met, because };
  }
  if ('text' in condition) return evaluateText(condition, facts.texts[condition.text]);
  if ('set' in condition) return evaluateSet(condition, facts.sets[condition.set]);
  return evaluateNumber(condition.number, condition, facts.numbers[condition.number], condition.orUnknown === true);
}

export function evaluatePixels(condition: PixelCondition, pixels: PixelFacts | null): Outcome {
  return evaluateNumber(condition.pixels, condition, pixels === null ? null : pixels[condition.pixels], true);
}

const joined = (outcomes: readonly Outcome[], met: boolean): Outcome => ({
  met,
  because: outcomes.map(({ because }) => because).join(met ? ', ' : '; '),
});

/** Only the words that matched are shown: a description may hold anything. */
function evaluateText(condition: Extract<Condition, { text: TextField }>, value: string): Outcome {
  const find = (pattern: string): string | undefined => new RegExp(pattern, 'u').exec(value)?.[0].trim();
  const unwanted = condition.lacks === undefined ? undefined : find(condition.lacks);
  if (unwanted !== undefined) return { met: false, because: `${condition.text} has '${unwanted}'` };
  if (condition.has === undefined) return { met: true, because: `${condition.text} has no word against it` };
  const found = find(condition.has);
  if (found !== undefined) return { met: true, because: `${condition.text} has '${found}'` };
  return { met: false, because: value === '' ? `no ${condition.text} told` : `${condition.text} has no such word` };
}

function evaluateSet(condition: Extract<Condition, { set: SetField }>, values: readonly string[]): Outcome {
  const unwanted = condition.hasNone?.find((value) => values.includes(value));
  if (unwanted !== undefined) return { met: false, because: `${condition.set} is ${unwanted}` };
  if (condition.hasAny === undefined) {
    return { met: true, because: `${condition.set} is none of ${(condition.hasNone ?? []).join(', ')}` };
  }
  const found = condition.hasAny.find((value) => values.includes(value));
  if (found !== undefined) return { met: true, because: `${condition.set} is ${found}` };
  const seen = values.length === 0 ? 'not told' : values.join('\\');
  return { met: false, because: `${condition.set} is ${seen}, not ${condition.hasAny.join(' or ')}` };
}

function evaluateNumber(
  name: string,
  { atLeast, atMost }: { readonly atLeast?: number; readonly atMost?: number },
  value: number | null,
  orUnknown: boolean,
): Outcome {
  if (value === null || Number.isNaN(value)) return { met: orUnknown, because: `${name} is not known` };
  const shown = Number(value.toPrecision(3));
  if (atLeast !== undefined && value < atLeast) return { met: false, because: `${name} is ${shown}, below ${atLeast}` };
  if (atMost !== undefined && value > atMost) return { met: false, because: `${name} is ${shown}, above ${atMost}` };
  return { met: true, because: `${name} is ${shown}` };
}
