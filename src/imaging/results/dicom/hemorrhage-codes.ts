/** Segments and findings of the hemorrhage pipeline in DICOM. No context group names the signs: codes of our own. */
import { ABNORMAL, own, sct, volumeOf, type Code, type FindingTerms, type SegmentTerms } from './concepts.ts';

const segment = (label: string, type: Code, color: SegmentTerms['color']): SegmentTerms => ({
  label,
  category: ABNORMAL,
  type,
  color,
});

/** The colors of the contact sheet in CIELab. */
export const HEMORRHAGE_SEGMENTS = {
  'intraparenchymal-hemorrhage': segment(
    'Intraparenchymal hemorrhage',
    sct('274100004', 'Cerebral hemorrhage'),
    [34_885, 53_485, 50_171],
  ),
  'intraventricular-hemorrhage': segment(
    'Intraventricular hemorrhage',
    own('intraventricular-hemorrhage', 'Intraventricular hemorrhage'),
    [45_000, 48_500, 14_000],
  ),
  'extra-axial-hemorrhage': segment(
    'Extra-axial hemorrhage',
    own('extra-axial-hemorrhage', 'Extra-axial hemorrhage'),
    [48_000, 40_500, 52_000],
  ),
  'subarachnoid-hemorrhage': segment(
    'Subarachnoid hemorrhage',
    sct('21454007', 'Subarachnoid hemorrhage'),
    [57_240, 29_800, 51_200],
  ),
  edema: segment('Edema', sct('79654002', 'Edema'), [50_000, 26_500, 22_000]),
  'spot-sign': segment('Spot sign', own('spot-sign', 'Contrast inside the hematoma'), [62_000, 16_000, 48_000]),
} as const satisfies Readonly<Record<string, SegmentTerms>>;

const HEMORRHAGE = sct('50960005', 'Hemorrhage');
const HEMATOMA = sct('35566002', 'Hematoma');
const of = (label: keyof typeof HEMORRHAGE_SEGMENTS): FindingTerms => volumeOf(HEMORRHAGE_SEGMENTS[label].type, label);
const onHematoma = (concept: Code): FindingTerms => ({ finding: HEMATOMA, concept, segment: null });
const sign = (value: string, meaning: string): FindingTerms => onHematoma(own(value, meaning));

export const HEMORRHAGE_FINDINGS = {
  hemorrhage: {
    finding: sct('1386000', 'Intracranial hemorrhage'),
    concept: own('hemorrhage', 'Intracranial hemorrhage on CT'),
    segment: null,
  },
  'hemorrhage-volume': volumeOf(HEMORRHAGE),
  'intraparenchymal-volume': of('intraparenchymal-hemorrhage'),
  'intraventricular-volume': of('intraventricular-hemorrhage'),
  'extra-axial-volume': of('extra-axial-hemorrhage'),
  'subarachnoid-volume': of('subarachnoid-hemorrhage'),
  'perihematomal-edema-volume': of('edema'),
  'hematoma-location': onHematoma(own('hematoma-site', 'Location of the hematoma')),
  'hematoma-side': onHematoma(own('hematoma-side', 'Side of the hematoma')),
  'hematoma-diameter': onHematoma(own('axial-diameter', 'Largest axial diameter')),
  'hematoma-abc-2': onHematoma(own('abc-2', 'Volume by ABC/2')),
  'midline-shift': {
    finding: own('midline-shift', 'Midline shift'),
    concept: own('midline-shift', 'Midline shift'),
    segment: null,
  },
  'hematoma-volume-change': onHematoma(own('volume-change', 'Change of volume since the earlier scan')),
  'hematoma-new-blood-volume': onHematoma(own('new-blood-volume', 'Volume beyond the hematoma of the earlier scan')),
  'new-intraventricular-volume': {
    finding: HEMORRHAGE_SEGMENTS['intraventricular-hemorrhage'].type,
    concept: own('new-intraventricular-volume', 'Volume of new intraventricular hemorrhage'),
    segment: null,
  },
  'new-hypodensity-volume': onHematoma(own('new-hypodensity-volume', 'Volume of new hypodensity inside the hematoma')),
  'black-hole-sign': sign('black-hole-sign', 'Black hole sign'),
  'blend-sign': sign('blend-sign', 'Blend sign'),
  'swirl-sign': sign('swirl-sign', 'Swirl sign'),
  'island-sign': sign('island-sign', 'Island sign'),
  'satellite-sign': sign('satellite-sign', 'Satellite sign'),
  'hypodensity-sign': sign('hypodensity-sign', 'Any hypodensity'),
  'fluid-level-sign': sign('fluid-level-sign', 'Fluid level'),
  'hematoma-shape-grade': sign('shape-grade', 'Irregularity of shape, 1 to 5'),
  'hematoma-density-grade': sign('density-grade', 'Heterogeneity of density, 1 to 5'),
  'spot-sign': sign('spot-sign', 'Spot sign on CTA'),
  'spot-sign-score': sign('spot-sign-score', 'CTA spot sign score'),
} as const satisfies Readonly<Record<string, FindingTerms>>;

const PRESENT = sct('52101004', 'Present');
const ABSENT = sct('272519000', 'Absent');

/** Words that findings of hemorrhage have as values; sides are known elsewhere. */
export const HEMORRHAGE_VALUES: Readonly<Record<string, Code>> = {
  present: PRESENT,
  absent: ABSENT,
  uncertain: own('uncertain', 'Uncertain'),
  'not-seen': own('not-seen', 'Not seen, not excluded'),
  lobar: own('lobar', 'Lobar'),
  deep: own('deep', 'Deep'),
  brainstem: own('brainstem', 'Brainstem'),
  cerebellar: own('cerebellar', 'Cerebellar'),
};
