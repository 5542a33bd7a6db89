/** What is written on the sheet: short English names, values with their intervals. */
import { FINDING_KINDS, shownFigure, type FindingKind, type ImagingFinding, type Unit } from '../../../case/index.ts';
import type { VoxelUnit } from '../../volume/volume.ts';

export const FINDING_NAMES: Readonly<Record<FindingKind, string>> = {
  'core-volume': 'Ischemic core',
  'tmax-over-4-volume': 'Tmax > 4 s',
  'tmax-over-6-volume': 'Hypoperfusion, Tmax > 6 s',
  'tmax-over-8-volume': 'Tmax > 8 s',
  'tmax-over-10-volume': 'Tmax > 10 s',
  'tmax-over-14-volume': 'Tmax > 14 s',
  'very-low-cbv-volume': 'Very low CBV',
  'mismatch-volume': 'Mismatch volume',
  'mismatch-ratio': 'Mismatch ratio',
  'hypoperfusion-intensity-ratio': 'Hypoperfusion intensity ratio',
  'cbv-index': 'CBV index',
  'dwi-lesion-volume': 'Diffusion lesion',
  'dwi-lesion-count': 'Parts',
  'dwi-lesion-diameter': 'Largest diameter',
  'dwi-lesion-side': 'Side',
  'dwi-lesion-territory': 'Territory',
  'dwi-lesion-location': 'Location',
  'infarct-pattern': 'Pattern',
  'dwi-lesion-mca-share': 'Share of the MCA territory',
  'ischemic-lesion': 'Lesion in template space',
  'dwi-flair-mismatch': 'DWI-FLAIR mismatch',
  'flair-signal-ratio': 'FLAIR signal ratio',
  'flair-marked-share': 'Marked on FLAIR',
  'onset-within-4.5-h-by-flair': 'Onset within 4.5 h',
  aspects: 'Computed ASPECTS',
  'pc-aspects': 'Computed pc-ASPECTS',
  'aspects-regions': 'Affected regions',
  'early-ischemia-side': 'Side of ischemic change',
  'early-ischemia-volume': 'Early ischemic change',
  'frank-hypodensity-volume': 'Frank hypodensity',
  'mca-hypodensity-share': 'Share of the MCA territory',
  'net-water-uptake': 'Net water uptake',
  'onset-within-4.5-h': 'Onset within 4.5 h',
  'hyperdense-artery': 'Hyperdense artery',
  'ischemic-side': 'Side',
  'ischemic-territory': 'Territory',
  hemorrhage: 'Hemorrhage',
  'hemorrhage-volume': 'All blood',
  'intraparenchymal-volume': 'Intraparenchymal',
  'intraventricular-volume': 'Intraventricular',
  'extra-axial-volume': 'Extra-axial',
  'subarachnoid-volume': 'Subarachnoid',
  'perihematomal-edema-volume': 'Perihematomal edema',
  'hematoma-location': 'Location',
  'hematoma-side': 'Side',
  'hematoma-diameter': 'Largest diameter',
  'hematoma-abc-2': 'ABC/2',
  'midline-shift': 'Midline shift',
  'hematoma-volume-change': 'Change since the earlier scan',
  'hematoma-new-blood-volume': 'Beyond the earlier hematoma',
  'new-intraventricular-volume': 'New intraventricular',
  'new-hypodensity-volume': 'New hypodensity',
  'black-hole-sign': 'Black hole sign',
  'blend-sign': 'Blend sign',
  'swirl-sign': 'Swirl sign',
  'island-sign': 'Island sign',
  'satellite-sign': 'Satellite sign',
  'hypodensity-sign': 'Any hypodensity',
  'fluid-level-sign': 'Fluid level',
  'hematoma-shape-grade': 'Shape grade, 1–5',
  'hematoma-density-grade': 'Density grade, 1–5',
  'spot-sign': 'Spot sign',
  'spot-sign-score': 'Spot sign score, 0–3',
};

export const SEGMENT_NAMES: Readonly<Record<string, string>> = {
  core: 'Ischemic core',
  hypoperfusion: 'Hypoperfusion',
  'dwi-lesion': 'Diffusion lesion',
  'early-ischemia': 'Early ischemic change',
  'frank-hypodensity': 'Frank hypodensity',
  'aspects-affected': 'Affected ASPECTS regions',
  'intraparenchymal-hemorrhage': 'Intraparenchymal',
  'intraventricular-hemorrhage': 'Intraventricular',
  'extra-axial-hemorrhage': 'Extra-axial',
  'subarachnoid-hemorrhage': 'Subarachnoid',
  edema: 'Edema',
  'spot-sign': 'Spot sign',
};

const UNITS: Readonly<Record<VoxelUnit, string>> = {
  HU: 'HU',
  signal: 'signal',
  s: 's',
  'mL/(100.g.min)': 'mL/100 g/min',
  'mL/(100.g)': 'mL/100 g',
  '10*-6.mm2/s': '10⁻⁶ mm²/s',
  '{ratio}': '',
  '{probability}': '',
  '{label}': '',
};
export const unitName = (unit: VoxelUnit): string => UNITS[unit];

/** As on the cards. */
export const figure = (value: number, unit: Unit | null): string => String(shownFigure(value, unit));

export interface FindingLine {
  readonly name: string;
  readonly value: string;
  /** '18–30 mL', or why there is no value. */
  readonly detail: string;
}

export function findingLine(finding: ImagingFinding): FindingLine {
  const { kind, value, interval, detectionFloor, state } = finding;
  const name = FINDING_NAMES[kind];
  const unit = FINDING_KINDS[kind];
  const suffix = unit === 'mL' || unit === 'mm' ? ` ${unit}` : '';
  if (value === null) return { name, value: '—', detail: state === 'refused' ? 'refused' : 'not computable' };
  if (typeof value !== 'number')
    return { name, value: String(value).replaceAll(' ', ', ').replaceAll('-', ' '), detail: '' };
  if (detectionFloor !== null && value < detectionFloor) {
    return { name, value: `< ${figure(detectionFloor, unit)}${suffix}`, detail: 'below the detection floor' };
  }
  const detail = interval === null ? '' : `${figure(interval.low, unit)} – ${figure(interval.high, unit)}${suffix}`;
  return { name, value: `${figure(value, unit)}${suffix}`, detail };
}
