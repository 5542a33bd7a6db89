/** Content items of a structured report (PS3.3 C.17.3), as plain data sets. */
import { codeItem, type Code } from './codes.ts';
import { decimalString, fitting } from './encode.ts';

export type Relationship = 'CONTAINS' | 'HAS OBS CONTEXT' | 'HAS CONCEPT MOD' | 'HAS PROPERTIES' | 'INFERRED FROM';
export type ContentItem = Record<string, unknown>;

const item = (
  relationship: Relationship | null,
  type: string,
  concept: Code | null,
  value: Record<string, unknown>,
  children: readonly ContentItem[] = [],
): ContentItem => ({
  ...(relationship === null ? {} : { RelationshipType: relationship }),
  ValueType: type,
  ...(concept === null ? {} : { ConceptNameCodeSequence: [codeItem(concept)] }),
  ...value,
  ...(children.length === 0 ? {} : { ContentSequence: children }),
});

/** @param relationship null for the root of a document */
export function container(
  relationship: Relationship | null,
  concept: Code,
  children: readonly ContentItem[],
  template?: string,
): ContentItem {
  const content =
    template === undefined
      ? {}
      : { ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: template }] };
  return item(relationship, 'CONTAINER', concept, { ContinuityOfContent: 'SEPARATE', ...content }, children);
}

export function coded(
  relationship: Relationship,
  concept: Code,
  value: Code,
  children: readonly ContentItem[] = [],
): ContentItem {
  return item(relationship, 'CODE', concept, { ConceptCodeSequence: [codeItem(value)] }, children);
}

export function text(relationship: Relationship, concept: Code, value: string): ContentItem {
  return item(relationship, 'TEXT', concept, { TextValue: value });
}

export function uidReference(relationship: Relationship, concept: Code, uid: string): ContentItem {
  return item(relationship, 'UIDREF', concept, { UID: uid });
}

export interface MeasuredNumber {
  readonly value: number;
  readonly unit: Code;
}

export function numeric(
  relationship: Relationship,
  concept: Code,
  { value, unit }: MeasuredNumber,
  children: readonly ContentItem[] = [],
): ContentItem {
  const measured = { NumericValue: decimalString(value), MeasurementUnitsCodeSequence: [codeItem(unit)] };
  return item(relationship, 'NUM', concept, { MeasuredValueSequence: [measured] }, children);
}

/** An image, or segments of a segmentation. @param concept null where the template gives the reference no name */
export function image(
  relationship: Relationship,
  concept: Code | null,
  reference: { readonly sopClassUid: string; readonly sopInstanceUid: string; readonly segment?: number },
): ContentItem {
  return item(relationship, 'IMAGE', concept, {
    ReferencedSOPSequence: [
      {
        ReferencedSOPClassUID: reference.sopClassUid,
        ReferencedSOPInstanceUID: reference.sopInstanceUid,
        ...(reference.segment === undefined ? {} : { ReferencedSegmentNumber: reference.segment }),
      },
    ],
  });
}

/** An object that is no image, as a whole: a report. */
export function composite(
  relationship: Relationship,
  { sopClassUid, sopInstanceUid }: { readonly sopClassUid: string; readonly sopInstanceUid: string },
): ContentItem {
  return item(relationship, 'COMPOSITE', null, {
    ReferencedSOPSequence: [{ ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid }],
  });
}

/** Long String for a tracking identifier. */
export const shortText = (value: string): string => fitting(value, 64);
