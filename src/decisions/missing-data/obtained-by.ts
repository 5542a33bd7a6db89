import type { FactKey } from '../../case/index.ts';

/** How a missing fact is got: by an order, at the bedside, by asking, or from the site. */
export const WAYS_TO_OBTAIN = ['laboratory', 'imaging', 'vital-sign', 'examination', 'question', 'site'] as const;
export type WayToObtain = (typeof WAYS_TO_OBTAIN)[number];

const LABORATORY: readonly FactKey[] = [
  'glucose',
  'inr',
  'prothrombinTime',
  'aptt',
  'antiXaActivity',
  'thrombinTime',
  'platelets',
  'creatinine',
  'egfr',
  'fibrinogen',
  'hba1c',
  'ldl',
  'pregnancy',
];

const IMAGING: readonly FactKey[] = [
  'brainImaging',
  'hemorrhageOnImaging',
  'extensiveHypodensity',
  'earlyIschemicChange',
  'hypodensityExtent',
  'hyperdenseArtery',
  'massEffect',
  'aspects',
  'pcAspects',
  'occlusionSite',
  'coreVolume',
  'hypoperfusionVolume',
  'severeHypoperfusionVolume',
  'dwiLesionVolume',
  'dwiLesionUnderOneThirdMca',
  'dwiFlairMismatch',
  'cerebralMicrobleeds',
  'aneurysmDiameter',
  'hematomaVolume',
  'hematomaLocation',
  'hematomaDiameter',
  'intraventricularHemorrhage',
  'hydrocephalus',
  'blendSign',
  'hematomaHypodensity',
  'spotSign',
  'tmaxOver14Volume',
  'veryLowCbvVolume',
  'bloodBrainBarrierPermeability',
  'relativePermeability',
  'ischemicLesion',
  'infarctPattern',
  'infarctTerritory',
  'infarctDiameter',
  'arterialStenosis',
  'vulnerablePlaque',
  'parentArteryPlaque',
  'aorticArchPlaque',
  'aorticArchThrombus',
  'microembolicSignals',
  'ejectionFraction',
];

const WAYS: ReadonlyMap<FactKey, WayToObtain> = new Map<FactKey, WayToObtain>([
  ...LABORATORY.map((key) => [key, 'laboratory'] as const),
  ...IMAGING.map((key) => [key, 'imaging'] as const),
  ...(['bloodPressure', 'bloodPressureCourse', 'weight'] as const).map((key) => [key, 'vital-sign'] as const),
  ...(['nihss', 'nihssItems', 'nihssCourse', 'disablingDeficit', 'gcs', 'currentMrs'] as const).map(
    (key) => [key, 'examination'] as const,
  ),
  ['thrombectomyAccess', 'site'],
]);

/** History, medication and times are asked of the patient, the family or the emergency service. */
export function obtainedBy(fact: FactKey): WayToObtain {
  return WAYS.get(fact) ?? 'question';
}
