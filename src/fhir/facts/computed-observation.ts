/** Observations that this software wrote: they come back with the record and must not pass for a person's report. */
import type { Observation } from 'fhir/r4.js';
import { estimate, type Quantity } from '../../case/index.ts';
import { IMAGING_CODES, INTERVAL_HIGH, INTERVAL_LOW } from '../imaging-codes.ts';
import { accept, codingsOf, reject, type Parsed, type ValueNode } from './reading.ts';

const CLINICIAN = /^(?:https?:\/\/.*\/)?Practitioner(?:Role)?\//;

/**
 * A device is the author, and a tag or a code says that it was ours. Once a clinician stands among its performers they
 * have made it their own.
 */
export function isComputed({ meta, device, code, performer }: Observation): boolean {
  if (device === undefined) return false;
  const isOurs =
    (Array.isArray(meta?.tag) && meta.tag.some(({ system }) => system === IMAGING_CODES)) ||
    codingsOf(code).some(({ system }) => system === IMAGING_CODES);
  const people = Array.isArray(performer) ? performer : [];
  return isOurs && !people.some(({ reference }) => typeof reference === 'string' && CLINICIAN.test(reference));
}

/** The value with the interval that was written beside it; without one it would look exact, so it is not used. */
export function withWrittenInterval(
  node: ValueNode,
  value: Parsed<Quantity>,
  parse: (node: ValueNode) => Parsed<Quantity>,
): Parsed<Quantity> {
  // 'Below the detection floor' leaves open what the interval would.
  if (!value.ok || value.value.comparator !== undefined) return value;
  const end = ({ system, code }: typeof INTERVAL_LOW | typeof INTERVAL_HIGH): number | undefined => {
    const component = (node.component ?? []).find((one) =>
      codingsOf(one.code).some((coding) => coding.system === system && coding.code === code),
    );
    const parsed = component === undefined ? undefined : parse(component);
    return parsed?.ok === true ? parsed.value.value : undefined;
  };
  const [low, high] = [end(INTERVAL_LOW), end(INTERVAL_HIGH)];
  if (low === undefined || high === undefined || low > high) return reject('not-recorded');
  return accept(estimate(value.value.value, value.value.unit, { low, high }));
}
