/** One recorded statement: an Observation, one of its components, or an answer of a questionnaire. */
import type { Coding, Extension, Quantity as FhirQuantity } from 'fhir/r4.js';
import type { TimeSpan, UnknownReason } from '../../case/index.ts';

/** What was read before it is believed: every field may have the wrong type. */
export interface ValueNode {
  readonly valueQuantity?: FhirQuantity | undefined;
  readonly valueInteger?: number | undefined;
  readonly valueDecimal?: number | undefined;
  readonly valueBoolean?: boolean | undefined;
  readonly valueDateTime?: string | undefined;
  readonly valueDate?: string | undefined;
  readonly valuePeriod?: { readonly start?: string | undefined; readonly end?: string | undefined } | undefined;
  readonly valueCodeableConcept?: { readonly coding?: readonly Coding[] | undefined } | undefined;
  readonly valueCoding?: Coding | undefined;
  readonly dataAbsentReason?: { readonly coding?: readonly Coding[] | undefined } | undefined;
  readonly extension?: readonly Extension[] | undefined;
  readonly component?: readonly (ValueNode & { readonly code?: unknown })[] | undefined;
}

export interface Reading {
  readonly node: ValueNode;
  /** Relative reference of the resource: 'Observation/123'. */
  readonly reference: string;
  /** The panel that names it as a member or holds it as a component; else its own reference. */
  readonly assessment: string;
  readonly at: TimeSpan | null;
  /** Set when a time is there but cannot be used. */
  readonly timeProblem?: UnknownReason;
  /** Ordered or collected, no result yet. */
  readonly pending: boolean;
  /** Somebody still has to confirm it. */
  readonly preliminary?: true;
  /** Written by this software from images: ranks below what a person recorded. */
  readonly computed?: true;
}

/** A value, or the reason why there is none. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: UnknownReason; readonly about?: string };

export const accept = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const reject = (why: UnknownReason, about?: string): Parsed<never> =>
  about === undefined ? { ok: false, why } : { ok: false, why, about };

/** The usable codings of a concept. @throws TypeError when `coding` is no list: the resource is malformed */
export function codingsOf(concept: unknown): readonly { readonly system: string; readonly code: string }[] {
  if (typeof concept !== 'object' || concept === null) return [];
  const { coding } = concept as { coding?: unknown };
  if (coding === undefined || coding === null) return [];
  if (!Array.isArray(coding)) throw new TypeError('coding is not a list');
  return usable(coding);
}

/** The list itself where every coding can be used, as is nearly always so. */
function usable(coding: readonly unknown[]): readonly { readonly system: string; readonly code: string }[] {
  for (const one of coding) if (!isCoding(one)) return coding.filter(isCoding);
  return coding as readonly { readonly system: string; readonly code: string }[];
}

function isCoding(value: unknown): value is { system: string; code: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { system, code } = value as { system?: unknown; code?: unknown };
  return typeof system === 'string' && typeof code === 'string';
}

/** The coded value of a reading; empty when it has none or it is malformed. */
export function codedValue(node: ValueNode): readonly { readonly system: string; readonly code: string }[] {
  if (isCoding(node.valueCoding)) return [node.valueCoding];
  const coding: unknown = node.valueCodeableConcept?.coding;
  return Array.isArray(coding) ? usable(coding) : [];
}

export interface RecordedNumber {
  readonly value: number;
  readonly unit: string | undefined;
  readonly comparator: '<' | '<=' | '>' | '>=' | undefined;
}

const COMPARATORS: readonly unknown[] = ['<', '<=', '>', '>='];

/** The number as recorded: a quantity, an integer or a decimal. */
export function recordedNumber(node: ValueNode): Parsed<RecordedNumber> {
  const plain = node.valueInteger ?? node.valueDecimal;
  if (plain !== undefined)
    return isNumber(plain) ? accept({ value: plain, unit: undefined, comparator: undefined }) : reject('malformed');
  const quantity = node.valueQuantity;
  if (quantity === undefined) return reject(absentReason(node));
  if (typeof quantity !== 'object' || (quantity as unknown) === null) return reject('malformed');
  const { value, unit, code, comparator } = quantity;
  if (value === undefined) return reject(absentReason(node));
  if (!isNumber(value)) return reject('malformed');
  if (comparator !== undefined && !COMPARATORS.includes(comparator)) return reject('malformed');
  const text = code ?? unit;
  return accept({ value, unit: typeof text === 'string' ? text : undefined, comparator });
}

/** Why a reading has no value: 'temp-unknown' is a result that is still to come. */
export function absentReason(node: ValueNode): UnknownReason {
  const coding: unknown = node.dataAbsentReason?.coding;
  if (!Array.isArray(coding)) return 'malformed';
  const codes = coding.filter(isCoding).map((c) => c.code);
  if (codes.includes('temp-unknown')) return 'pending';
  return codes.includes('not-applicable') ? 'untestable' : 'not-recorded';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
