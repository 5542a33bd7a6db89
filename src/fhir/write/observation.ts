/** One finding as an Observation: what a chart shows, and what the service recognizes as its own when it reads it back. */
import type { CodeableConcept, DeviceVersion, Observation, ObservationComponent, Quantity } from 'fhir/r4.js';
import {
  FINDING_KINDS,
  LESION_FEATURE_NAMES,
  LESION_FEATURES,
  toIso,
  type FindingKind,
  type ImagingFinding,
} from '../../case/index.ts';
import { LESION_FEATURE_SYSTEM } from '../facts/ischemic-lesion.ts';
import { COMPUTED_TAG, INTERVAL_HIGH, INTERVAL_LOW } from '../imaging-codes.ts';
import { DEVICE, deviceOf } from './device.ts';
import { kindCodes, ownCode, OTHER_TERMS, SIDES, type Coded, type OtherTerm } from './imaging-terms.ts';
import { findingIdentifier, RESEARCH_NOTE, remarkText, type Links, type OutgoingResult } from './outgoing-result.ts';

const IMAGING: CodeableConcept = {
  coding: [
    { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'imaging', display: 'Imaging' },
  ],
};
const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';

/** The findings of a result, and as `entered-in-error` those that the former one had and this one has not. */
export function observationsOf(result: OutgoingResult, links: Links): readonly Observation[] {
  const current = numbered(result.findings).map((one) => observation(one, links));
  const known = new Set(current.flatMap(({ identifier }) => identifier?.[0]?.value ?? []));
  const withdrawn = numbered(result.former?.findings ?? [])
    .map((one) => observation(one, links))
    .filter(({ identifier }) => !known.has(identifier?.[0]?.value ?? ''))
    .map((one): Observation => ({ ...one, status: 'entered-in-error' }));
  return [...current, ...withdrawn];
}

interface Numbered {
  readonly finding: ImagingFinding;
  readonly nth: number;
  readonly isFact: boolean;
}

function numbered(findings: readonly ImagingFinding[]): readonly Numbered[] {
  // As in the case: the volume of a hematoma is a fact only where the software is certain that there is one.
  const isSeen = findings.some(({ kind, value }) => kind === 'hemorrhage' && value === 'present');
  return findings.map((finding, at) => ({
    finding,
    isFact: finding.kind !== 'intraparenchymal-volume' || isSeen,
    nth: findings.slice(0, at).filter(({ kind }) => kind === finding.kind).length,
  }));
}

function observation({ finding, nth, isFact }: Numbered, { subject, study, software }: Links): Observation {
  const { kind, state, method, acquiredAt, foundAt, quality } = finding;
  return {
    resourceType: 'Observation',
    meta: { tag: [{ ...COMPUTED_TAG, display: OTHER_TERMS.computed.en }] },
    contained: [deviceOf(software, versions(method))],
    identifier: [findingIdentifier(finding, nth)],
    status: state === 'preliminary' ? 'preliminary' : 'final',
    category: [IMAGING],
    code: { coding: kindCodes(kind, isFact).map(coding) },
    subject,
    ...(acquiredAt === null ? {} : { effectiveDateTime: toIso(acquiredAt) }),
    issued: toIso(foundAt),
    ...value(finding),
    note: [{ text: RESEARCH_NOTE }, ...quality.map((remark) => ({ text: remarkText(remark) }))],
    method: { text: methodText(method) },
    device: { ...DEVICE },
    derivedFrom: [study],
  };
}

const coding = ({ system, code, display }: Coded): Coded => ({ system, code, display });

function versions({ pipeline, version, model }: ImagingFinding['method']): DeviceVersion[] {
  const ran = model === null ? [] : [{ type: { text: model.name }, value: model.version }];
  return [{ type: { text: `pipeline ${pipeline}` }, value: version }, ...ran];
}

function methodText({ pipeline, version, settings }: ImagingFinding['method']): string {
  const set = Object.entries(settings).map(([name, at]) => `${name} ${String(at)}`);
  return `${pipeline} ${version}${set.length === 0 ? '' : `: ${set.join(', ')}`}`;
}

type Valued = Pick<Observation, 'valueQuantity' | 'valueCodeableConcept' | 'dataAbsentReason' | 'component'>;

function value(finding: ImagingFinding): Valued {
  const { kind, value: found, state, features } = finding;
  if (features !== undefined && found !== null) return { component: featureComponents(features) };
  if (found === null) {
    const [code, display, text] =
      state === 'refused'
        ? (['error', 'Error', 'the images cannot be used'] as const)
        : (['not-a-number', 'Not a Number (NaN)', 'not computable'] as const);
    return { dataAbsentReason: { coding: [{ system: ABSENT, code, display }], text } };
  }
  const unit = FINDING_KINDS[kind];
  return unit === null || typeof found !== 'number'
    ? codedValue(finding, String(found))
    : measured(finding, found, unit);
}

/** As the service reads them back: one component a feature, by the code system of its name. */
function featureComponents(features: NonNullable<ImagingFinding['features']>): ObservationComponent[] {
  return LESION_FEATURE_NAMES.flatMap((name) => {
    const value = features[name];
    if (value === undefined) return [];
    const { unit, meaning } = LESION_FEATURES[name];
    const code = { coding: [{ system: LESION_FEATURE_SYSTEM, code: name }], text: meaning };
    return [{ code, valueQuantity: { value, system: 'http://unitsofmeasure.org', code: unit } }];
  });
}

/** Kinds whose value is a side. */
const SIDED: ReadonlySet<FindingKind> = new Set([
  'ischemic-side',
  'early-ischemia-side',
  'hyperdense-artery',
  'hematoma-side',
  'dwi-lesion-side',
]);

/** Several territories are components, because the codings of one value must mean the same. */
function codedValue({ kind }: ImagingFinding, found: string): Valued {
  const concepts = found.split(' ').map((part): CodeableConcept => {
    const known = SIDED.has(kind) ? SIDES[part] : territory(part);
    return known === undefined ? { text: part } : { coding: [coding(known)] };
  });
  const [only, ...more] = concepts;
  if (only !== undefined && more.length === 0) return { valueCodeableConcept: only };
  const code = { coding: kindCodes(kind).map(coding) };
  return { component: concepts.map((concept) => ({ code, valueCodeableConcept: concept })) };
}

function territory(part: string): Coded | undefined {
  const code = `territory-${part}`;
  return code in OTHER_TERMS ? ownCode(code as OtherTerm) : undefined;
}

/** Below its detection floor a method sees nothing: the value is 'less than', the interval reaches from nothing to it. */
function measured({ interval, detectionFloor: floor }: ImagingFinding, found: number, unit: string): Valued {
  const quantity = (amount: number): Quantity => ({
    value: amount,
    unit: unit.replace(/[{}]/g, ''),
    system: 'http://unitsofmeasure.org',
    code: unit,
  });
  const unseen = floor !== null && found < floor;
  const low = unseen ? 0 : interval?.low;
  const high = unseen ? Math.max(interval?.high ?? floor, floor) : interval?.high;
  const end = (code: { readonly system: string; readonly code: OtherTerm }, amount: number): ObservationComponent => ({
    code: { coding: [coding(ownCode(code.code))], ...(interval === null ? {} : { text: interval.basis }) },
    valueQuantity: quantity(amount),
  });
  return {
    valueQuantity: unseen ? { ...quantity(floor), comparator: '<' } : quantity(found),
    component: [
      ...(low === undefined || high === undefined ? [] : [end(INTERVAL_LOW, low), end(INTERVAL_HIGH, high)]),
      ...(floor === null
        ? []
        : [{ code: { coding: [coding(ownCode('detection-floor'))] }, valueQuantity: quantity(floor) }]),
    ],
  };
}
