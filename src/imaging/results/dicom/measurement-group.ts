/** One finding as a measurement group: TID 1411 where a segment was measured, else TID 1501. */
import { FINDING_KINDS, type FindingKind, type ImagingFinding, type QualityRemark } from '../../../case/index.ts';
import { uidOf } from '../identifiers.ts';
import {
  BOTH,
  BRAIN,
  dcm,
  FINDING_TERMS,
  LEFT,
  own,
  RIGHT,
  UNITS,
  valueCodes,
  type Code,
  type FindingTerms,
} from './codes.ts';
import { coded, container, image, numeric, shortText, text, uidReference, type ContentItem } from './content-item.ts';
import type { ReportContext } from './report-context.ts';
import type { Segmentation } from './segmentation.ts';

const METHOD: Code = { value: '370129005', scheme: 'SCT', meaning: 'Measurement Method' };
const FINDING_SITE: Code = { value: '363698007', scheme: 'SCT', meaning: 'Finding Site' };
const LATERALITY: Code = { value: '272741003', scheme: 'SCT', meaning: 'Laterality' };
const QUALITY = own('quality-remark', 'Remark of the quality gate');
/** Context group 42. */
const FAILED = dcm('114006', 'Measurement failure');
const INDETERMINATE = dcm('114011', 'Value indeterminate');

export function measurementGroup(
  context: ReportContext,
  finding: ImagingFinding,
  segmentations: readonly Segmentation[],
): ContentItem {
  const terms = FINDING_TERMS[finding.kind];
  const segment = segmentOf(terms, finding, segmentations);
  const trackingUid = segment?.trackingUid ?? uidOf('tracking', finding.id);
  const children = [
    text(
      'HAS OBS CONTEXT',
      dcm('112039', 'Tracking Identifier'),
      shortText(`${finding.method.pipeline} ${finding.kind}`),
    ),
    uidReference('HAS OBS CONTEXT', dcm('112040', 'Tracking Unique Identifier'), trackingUid),
    coded('CONTAINS', dcm('121071', 'Finding'), terms.finding),
    ...(segment === undefined ? [] : segment.items),
    methodItem(finding),
    coded('HAS CONCEPT MOD', FINDING_SITE, BRAIN, laterality(context.findings)),
    ...algorithm(finding),
    ...statement(terms, finding),
    ...finding.quality.map((remark) => text('CONTAINS', QUALITY, remarkText(remark))),
  ];
  return container('CONTAINS', dcm('125007', 'Measurement Group'), children, segment === undefined ? '1501' : '1411');
}

/** "limits: bolus-cut-off (seconds 38)" */
export function remarkText({ code, severity, figures }: QualityRemark): string {
  const measured = Object.entries(figures).map(([name, value]) => `${name} ${String(value)}`);
  return `${severity}: ${code}${measured.length === 0 ? '' : ` (${measured.join(', ')})`}`;
}

interface ReferencedSegment {
  readonly trackingUid: string;
  readonly items: readonly ContentItem[];
}

function segmentOf(
  { segment: label }: FindingTerms,
  { seriesUids, value }: ImagingFinding,
  segmentations: readonly Segmentation[],
): ReferencedSegment | undefined {
  if (label === null || value === null) return undefined;
  // Two series may both have a core: the finding names its own.
  const sorted = segmentations.toSorted(
    (a, b) => Number(seriesUids.includes(b.source.seriesUid)) - Number(seriesUids.includes(a.source.seriesUid)),
  );
  for (const { sopClassUid, sopInstanceUid, segments, source } of sorted) {
    const found = segments.get(label);
    if (found === undefined) continue;
    return {
      trackingUid: found.trackingUid,
      items: [
        image('CONTAINS', dcm('121191', 'Referenced Segment'), { sopClassUid, sopInstanceUid, segment: found.number }),
        uidReference('CONTAINS', dcm('121232', 'Source series for segmentation'), source.seriesUid),
      ],
    };
  }
  return undefined;
}

/** Its settings stand in the algorithm's parameters: a code meaning holds 64 characters. */
function methodItem({ method: { pipeline, version } }: ImagingFinding): ContentItem {
  return coded('HAS CONCEPT MOD', METHOD, own(pipeline, shortText(`Pipeline ${pipeline} ${version}`)));
}

/** TID 4019 */
function algorithm({ method }: ImagingFinding): readonly ContentItem[] {
  const { pipeline, version, model, ranOn, settings } = method;
  const parameters = JSON.stringify({
    ...(model === null ? {} : { model }),
    ...(ranOn === null ? {} : { ranOn }),
    settings,
  });
  return [
    text('HAS CONCEPT MOD', dcm('111001', 'Algorithm Name'), pipeline),
    text('HAS CONCEPT MOD', dcm('111003', 'Algorithm Version'), version),
    text('HAS CONCEPT MOD', dcm('111002', 'Algorithm Parameters'), parameters),
  ];
}

const SIDED: ReadonlySet<FindingKind> = new Set(['ischemic-side', 'hematoma-side', 'dwi-lesion-side']);

/** The side where one was found; a finding site says nothing of it otherwise. */
function laterality(findings: readonly ImagingFinding[]): readonly ContentItem[] {
  const side = findings.find(({ kind }) => SIDED.has(kind))?.value;
  const code = side === 'left' ? LEFT : side === 'right' ? RIGHT : side === 'both' ? BOTH : undefined;
  return code === undefined ? [] : [coded('HAS CONCEPT MOD', LATERALITY, code)];
}

/**
 * A value that is not there is said in its place by a code of context group 42. (A NUM without a value, which PS3.3
 * C.18.1 offers, keeps common readers from opening the whole report: highdicom 0.28 is one.)
 */
function statement({ concept }: FindingTerms, finding: ImagingFinding): readonly ContentItem[] {
  const { kind, value, state } = finding;
  if (value === null) return [coded('CONTAINS', concept, state === 'refused' ? FAILED : INDETERMINATE)];
  const unit = UNITS[FINDING_KINDS[kind] ?? ''];
  if (unit === undefined || typeof value !== 'number') {
    return valueCodes(kind, String(value)).map((code) => coded('CONTAINS', concept, code));
  }
  return [numeric('CONTAINS', concept, { value, unit }, limits(finding, unit))];
}

function limits({ interval, detectionFloor }: ImagingFinding, unit: Code): readonly ContentItem[] {
  const property = (code: string, meaning: string, value: number): ContentItem =>
    numeric('HAS PROPERTIES', own(code, meaning), { value, unit });
  return [
    ...(interval === null
      ? []
      : [
          property('interval-low', 'Lower end of the interval', interval.low),
          property('interval-high', 'Upper end of the interval', interval.high),
          text('HAS PROPERTIES', own('interval-basis', 'What the interval spans'), interval.basis),
        ]),
    ...(detectionFloor === null
      ? []
      : [property('detection-floor', 'Smallest value that the method can see', detectionFloor)]),
  ];
}
