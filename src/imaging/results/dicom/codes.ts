/** Coded concepts of segmentations and reports (DICOM PS3.16), with a scheme of our own where no code exists. */
import type { FindingKind } from '../../../case/index.ts';
import { ABNORMAL, own, sct, volumeOf, type Code, type FindingTerms, type SegmentTerms } from './concepts.ts';
import { DIFFUSION_FINDINGS, DIFFUSION_SEGMENTS, DIFFUSION_VALUES } from './diffusion-codes.ts';
import { HEMORRHAGE_FINDINGS, HEMORRHAGE_SEGMENTS, HEMORRHAGE_VALUES } from './hemorrhage-codes.ts';

export { dcm, own, OWN_SCHEME, type Code, type FindingTerms, type SegmentTerms } from './concepts.ts';

/** An item of a code sequence. CodeValue holds 16 characters (PS3.3 section 8.1). */
export function codeItem({ value, scheme, meaning }: Code): Record<string, unknown> {
  return {
    ...(value.length > 16 ? { LongCodeValue: value } : { CodeValue: value }),
    CodingSchemeDesignator: scheme,
    CodeMeaning: meaning,
  };
}

export const BRAIN = sct('12738006', 'Brain');
export const LEFT = sct('7771000', 'Left');
export const RIGHT = sct('24028007', 'Right');
export const BOTH = sct('51440002', 'Right and left');
export const MODALITIES: Readonly<Record<string, Code>> = {
  CT: sct('77477000', 'Computed tomography'),
  MR: sct('113091000', 'Magnetic resonance imaging'),
};

const ANATOMY = sct('123037004', 'Anatomical Structure');

/** No DICOM context group names hypoperfused tissue or the penumbra, so these have codes of our own. */
const SEGMENTS: Readonly<Record<string, SegmentTerms>> = {
  core: {
    label: 'Ischemic core',
    category: ABNORMAL,
    type: sct('55641003', 'Infarct'),
    color: [34_885, 53_485, 50_171],
  },
  hypoperfusion: {
    label: 'Hypoperfusion',
    category: ABNORMAL,
    type: own('hypoperfusion', 'Hypoperfused tissue'),
    color: [57_240, 29_800, 51_200],
  },
  ...DIFFUSION_SEGMENTS,
  'early-ischemia': {
    label: 'Early ischemic change',
    category: ABNORMAL,
    type: own('early-ischemia', 'Early ischemic change'),
    color: [57_240, 29_800, 51_200],
  },
  'frank-hypodensity': {
    label: 'Frank hypodensity',
    category: ABNORMAL,
    type: sct('55641003', 'Infarct'),
    color: [34_885, 53_485, 50_171],
  },
  'aspects-affected': {
    label: 'Affected ASPECTS regions',
    category: ABNORMAL,
    type: own('aspects-affected', 'ASPECTS region with ischemic change'),
    color: [57_240, 38_000, 46_000],
  },
  ...HEMORRHAGE_SEGMENTS,
  brain: { label: 'Brain', category: ANATOMY, type: BRAIN, color: [45_000, 28_000, 24_000] },
};

/** A label without an entry is named by a code of our own, so that no segment is lost. */
export function segmentTerms(label: string): SegmentTerms {
  return SEGMENTS[label] ?? { label, category: ABNORMAL, type: own(label, label), color: [45_000, 40_000, 40_000] };
}

const HYPOPERFUSION = segmentTerms('hypoperfusion').type;
const EARLY_ISCHEMIA = segmentTerms('early-ischemia').type;
const tmax = (seconds: number): Code => own(`tmax-over-${seconds}`, `Tissue with Tmax over ${seconds} s`);
export const FINDING_TERMS: Readonly<Record<FindingKind, FindingTerms>> = {
  'core-volume': volumeOf(segmentTerms('core').type, 'core'),
  'tmax-over-4-volume': volumeOf(tmax(4)),
  'tmax-over-6-volume': volumeOf(tmax(6), 'hypoperfusion'),
  'tmax-over-8-volume': volumeOf(tmax(8)),
  'tmax-over-10-volume': volumeOf(tmax(10)),
  'tmax-over-14-volume': volumeOf(tmax(14)),
  'very-low-cbv-volume': volumeOf(own('very-low-cbv', 'Tissue with very low CBV')),
  'mismatch-volume': volumeOf(own('mismatch', 'Hypoperfused tissue outside of the core')),
  'mismatch-ratio': {
    finding: HYPOPERFUSION,
    concept: own('mismatch-ratio', 'Mismatch ratio (Tmax over 6 s to core)'),
    segment: null,
  },
  'hypoperfusion-intensity-ratio': {
    finding: HYPOPERFUSION,
    concept: own('hir', 'Hypoperfusion intensity ratio (Tmax over 10 s to 6 s)'),
    segment: null,
  },
  'cbv-index': { finding: HYPOPERFUSION, concept: own('cbv-index', 'CBV index'), segment: null },
  ...DIFFUSION_FINDINGS,
  aspects: { finding: EARLY_ISCHEMIA, concept: own('aspects', 'Computed ASPECTS'), segment: 'aspects-affected' },
  'pc-aspects': { finding: EARLY_ISCHEMIA, concept: own('pc-aspects', 'Computed pc-ASPECTS'), segment: null },
  'aspects-regions': {
    finding: EARLY_ISCHEMIA,
    concept: own('aspects-regions', 'Affected ASPECTS regions'),
    segment: 'aspects-affected',
  },
  'early-ischemia-side': { finding: EARLY_ISCHEMIA, concept: own('side', 'Side of ischemic change'), segment: null },
  'early-ischemia-volume': volumeOf(EARLY_ISCHEMIA, 'early-ischemia'),
  'frank-hypodensity-volume': volumeOf(segmentTerms('frank-hypodensity').type, 'frank-hypodensity'),
  'mca-hypodensity-share': {
    finding: EARLY_ISCHEMIA,
    concept: own('mca-hypodensity-share', 'Share of the MCA territory with ischemic change'),
    segment: null,
  },
  'net-water-uptake': { finding: EARLY_ISCHEMIA, concept: own('net-water-uptake', 'Net water uptake'), segment: null },
  'onset-within-4.5-h': {
    finding: EARLY_ISCHEMIA,
    concept: own('onset-within-4.5-h', 'Probability of onset within 4.5 h'),
    segment: null,
  },
  'hyperdense-artery': {
    finding: own('hyperdense-artery', 'Hyperdense artery'),
    concept: own('hyperdense-artery-side', 'Side of the hyperdense artery'),
    segment: null,
  },
  'ischemic-side': { finding: HYPOPERFUSION, concept: own('ischemic-side', 'Side of ischemia'), segment: null },
  'ischemic-territory': {
    finding: HYPOPERFUSION,
    concept: own('territory', 'Territory of ischemia'),
    segment: null,
  },
  ...HEMORRHAGE_FINDINGS,
};

const SIDES: Readonly<Record<string, Code>> = { left: LEFT, right: RIGHT, both: BOTH };
const TERRITORIES: Readonly<Record<string, string>> = {
  'left-carotid': 'Left carotid territory',
  'right-carotid': 'Right carotid territory',
  vertebrobasilar: 'Vertebrobasilar territory',
};

const SIDED: ReadonlySet<FindingKind> = new Set([
  'ischemic-side',
  'early-ischemia-side',
  'hyperdense-artery',
  'hematoma-side',
]);

/** The codes of a coded finding; several territories are separated by spaces. */
export function valueCodes(kind: FindingKind, value: string): readonly Code[] {
  return value.split(' ').map((part) => {
    if (SIDED.has(kind)) return SIDES[part] ?? own(part, part);
    return HEMORRHAGE_VALUES[part] ?? DIFFUSION_VALUES[part] ?? own(part, TERRITORIES[part] ?? part);
  });
}

/** UCUM codes of the units of findings, with their names. */
export const UNITS: Readonly<Record<string, Code>> = {
  mL: { value: 'mL', scheme: 'UCUM', meaning: 'milliliter' },
  mm: { value: 'mm', scheme: 'UCUM', meaning: 'millimeter' },
  '{ratio}': { value: '{ratio}', scheme: 'UCUM', meaning: 'ratio' },
  '{score}': { value: '{score}', scheme: 'UCUM', meaning: 'score' },
  '{count}': { value: '{count}', scheme: 'UCUM', meaning: 'count' },
  '%': { value: '%', scheme: 'UCUM', meaning: 'percent' },
};
