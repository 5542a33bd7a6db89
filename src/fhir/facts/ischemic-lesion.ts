/** The features of the ischemic lesion: one Observation with a component for each feature, all of them or none. */
import {
  LESION_FEATURE_NAMES,
  LESION_FEATURES,
  type Fact,
  type LesionFeatureName,
  type LesionFeatures,
} from '../../case/index.ts';
import { choose } from './choose.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { ofThisEpisode, recordedFirst } from './quantities.ts';
import { accept, codingsOf, recordedNumber, reject, type Parsed, type ValueNode } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';
import { candidatesOf } from './values.ts';

/** Code system of the components; its codes are the names of the features. */
export const LESION_FEATURE_SYSTEM = 'https://stroke-cds.org/fhir/CodeSystem/lesion-features';

const isFeature = (code: string): code is LesionFeatureName => Object.hasOwn(LESION_FEATURES, code);

/** A feature's number in its own unit; shares, counts and flags may be given without one. */
function featureValue(name: LesionFeatureName, node: ValueNode): Parsed<number> {
  const number = recordedNumber(node);
  if (!number.ok) return number;
  const { value, unit, comparator } = number.value;
  const { unit: expected, low, high } = LESION_FEATURES[name];
  if (comparator !== undefined) return reject('malformed');
  const unitless = expected !== 'mL' && expected !== 'mm';
  if (unit !== expected && !(unitless && (unit === undefined || unit === '1'))) {
    return reject('unit-not-understood', name);
  }
  const whole = expected === '{flag}' || expected === '{count}';
  if (value < low || value > high || (whole && !Number.isInteger(value))) {
    return reject('implausible', `${name} ${value}`);
  }
  return accept(value);
}

function parseLesion(node: ValueNode): Parsed<LesionFeatures> {
  const features: Partial<Record<LesionFeatureName, number>> = {};
  const { component: components } = node;
  if (components === undefined) return reject('incomplete');
  for (const component of components) {
    for (const { system, code } of codingsOf(component.code)) {
      if (system !== LESION_FEATURE_SYSTEM || !isFeature(code)) continue;
      const value = featureValue(code, component);
      if (!value.ok) return value;
      if (features[code] !== undefined && features[code] !== value.value) return reject('malformed', code);
      features[code] = value.value;
    }
  }
  const absent = LESION_FEATURE_NAMES.find((name) => features[name] === undefined);
  return absent === undefined ? accept(features as LesionFeatures) : reject('incomplete', absent);
}

/** A component that is no component makes the lesion unusable, not the record. */
function parseSafely(node: ValueNode): Parsed<LesionFeatures> {
  try {
    return parseLesion(node);
  } catch {
    return reject('malformed');
  }
}

const same = (a: LesionFeatures, b: LesionFeatures): boolean => LESION_FEATURE_NAMES.every((n) => a[n] === b[n]);

/**
 * A feature that is missing, out of its range or in another unit makes the whole lesion unknown: a model must not be
 * given a part of it.
 * @param since examinations before it do not show this episode
 */
export function ischemicLesion(scope: Scope, index: RecordIndex, since: number | null): Fact<LesionFeatures> {
  const readings = ofThisEpisode(readingsOf(index, 'observation-ischemic-lesion'), since);
  return recordedFirst(readings, (of) =>
    choose(candidatesOf(of, parseSafely), {
      asOf: scope.at,
      lookBack: LOOK_BACK.causeFinding,
      same,
      unknown: unknownFact(scope, 'ischemicLesion', ['strokeObservations']),
    }),
  );
}
