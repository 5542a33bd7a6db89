/**
 * What is measured of an ischemic lesion, from a binary mask in MNI space: the names are the columns of
 * `stroke-cds features`, the inputs of the models and the component codes of the FHIR Observation.
 *
 * Words: *territory* is a part of the arterial atlas, both sides together unless a side is named; *fraction* is a share
 * of the lesion (0 to 1); *coverage* is the share of a territory that the lesion fills (0 to 1), on the worse side unless
 * a side is named; *component* is a connected part of the lesion (26 neighbors); *depth* is the distance to the outer
 * surface of the brain, sulci ignored. Volumes are milliliters of template space, which exceed native ones.
 */

export interface LesionFeature {
  /** UCUM. '1' is a share or a ratio; flags are '{flag}' and hold 0 or 1. */
  readonly unit: 'mL' | 'mm' | '1' | '{count}' | '{flag}';
  /** Smallest and largest value that can be right; outside of them the measurement is not to be used. */
  readonly low: number;
  readonly high: number;
  /** One English sentence part, without the unit. */
  readonly meaning: string;
}

/** Territories of the arterial atlas (Liu et al., Sci Data 2023;10:74) in its order, left and right together. */
export const TERRITORIES = {
  aca: 'anterior cerebral artery',
  medialLenticulostriate: 'medial lenticulostriate arteries',
  lateralLenticulostriate: 'lateral lenticulostriate arteries',
  mcaFrontal: 'frontal part of the middle cerebral artery',
  mcaParietal: 'parietal part of the middle cerebral artery',
  mcaTemporal: 'temporal part of the middle cerebral artery',
  mcaOccipital: 'occipital part of the middle cerebral artery',
  mcaInsular: 'insular part of the middle cerebral artery',
  pcaTemporal: 'temporal part of the posterior cerebral artery',
  pcaOccipital: 'occipital part of the posterior cerebral artery',
  thalamoperforating: 'posterior choroidal and thalamoperforating arteries',
  anteriorChoroidal: 'anterior choroidal artery',
  basilar: 'basilar perforators (brainstem)',
  superiorCerebellar: 'superior cerebellar artery',
  inferiorCerebellar: 'inferior cerebellar arteries (posterior and anterior)',
  ventricle: 'lateral ventricle',
} as const;
export type Territory = keyof typeof TERRITORIES;

/** Unions of territories that are one clinical idea. */
export const TERRITORY_GROUPS = {
  lenticulostriate: ['medialLenticulostriate', 'lateralLenticulostriate'],
  mcaSuperficial: ['mcaFrontal', 'mcaParietal', 'mcaTemporal', 'mcaOccipital'],
  mcaAll: [
    'mcaFrontal',
    'mcaParietal',
    'mcaTemporal',
    'mcaOccipital',
    'mcaInsular',
    'medialLenticulostriate',
    'lateralLenticulostriate',
  ],
  pcaSuperficial: ['pcaTemporal', 'pcaOccipital'],
  thalamochoroidal: ['thalamoperforating', 'anteriorChoroidal'],
  vertebrobasilar: ['basilar', 'superiorCerebellar', 'inferiorCerebellar'],
  cerebellar: ['superiorCerebellar', 'inferiorCerebellar'],
} as const satisfies Record<string, readonly Territory[]>;
export type TerritoryGroup = keyof typeof TERRITORY_GROUPS;

const GROUP_WORDS: Readonly<Record<TerritoryGroup, string>> = {
  lenticulostriate: 'lenticulostriate arteries',
  mcaSuperficial: 'superficial middle cerebral artery without the insula',
  mcaAll: 'whole middle cerebral artery, insula and lenticulostriate arteries included',
  pcaSuperficial: 'superficial posterior cerebral artery',
  thalamochoroidal: 'thalamoperforating and choroidal arteries',
  vertebrobasilar: 'basilar and cerebellar arteries',
  cerebellar: 'cerebellar arteries',
};

/** Nine regions of the middle cerebral artery. Not ASPECTS: the internal capsule cannot be told apart, and this is no CT. */
export const MCA_REGIONS = {
  caudate: 'medial lenticulostriate territory (about the caudate)',
  lentiform: 'lateral lenticulostriate territory (about the lentiform nucleus)',
  insula: 'insular territory',
  m1: 'lower frontal part',
  m2: 'lower anterior temporal part',
  m3: 'lower posterior part',
  m4: 'upper anterior part',
  m5: 'upper middle part',
  m6: 'upper posterior part',
} as const;
export type McaRegion = keyof typeof MCA_REGIONS;

/** Regions that matter more than their size. Geometric proxies in template space, no tract is traced in the patient. */
export const ELOQUENT_REGIONS = {
  corticospinal: 'course of the corticospinal tract from motor cortex to lower pons (tube of 5 mm radius)',
  handKnob: 'hand area of the primary motor cortex (sphere of 12 mm radius)',
  perisylvian: 'perisylvian cortex: insula, inferior frontal, upper temporal and lower parietal part',
} as const;
export type EloquentRegion = keyof typeof ELOQUENT_REGIONS;

export const ARTERIES = {
  Aca: 'anterior',
  Mca: 'middle',
  Pca: 'posterior',
  Vertebrobasilar: 'vertebrobasilar',
} as const;
export type Artery = keyof typeof ARTERIES;

const share = (meaning: string): LesionFeature => ({ unit: '1', low: 0, high: 1, meaning });
const flag = (meaning: string): LesionFeature => ({ unit: '{flag}', low: 0, high: 1, meaning });
const volume = (meaning: string): LesionFeature => ({ unit: 'mL', low: 0, high: 2500, meaning });
const length = (meaning: string, high = 300): LesionFeature => ({ unit: 'mm', low: 0, high, meaning });
const count = (meaning: string, high = 10000): LesionFeature => ({ unit: '{count}', low: 0, high, meaning });
const position = (meaning: string): LesionFeature => ({ unit: 'mm', low: -150, high: 150, meaning });

const WHOLE = {
  lesionPresent: flag('the mask holds a lesion; when 0 every other feature is 0 and says nothing'),
  volumeMl: volume('lesion volume in template space'),
  volumeLeftMl: volume('part in left-sided territories'),
  volumeRightMl: volume('part in right-sided territories'),
  laterality: { unit: '1', low: -1, high: 1, meaning: '(left - right) / (left + right): 1 all left, -1 all right' },
  leftHemisphere: flag('mostly left: laterality above 0.8'),
  rightHemisphere: flag('mostly right: laterality below -0.8'),
  bilateral: flag('the smaller side has at least 0.1 mL and 5 % of the lesion'),
  bilateralTrace: flag('the smaller side has at least 0.1 mL'),
  outsideAtlasFraction: share('share of the lesion more than 6 mm from any territory'),
  touchesLowerCut: flag('the lesion reaches the lower edge of the atlas (z = -50 mm), so that it may be cut off'),
} as const satisfies Record<string, LesionFeature>;

const SHAPE = {
  componentCount: count('connected parts of the lesion'),
  componentCountFrom50Ul: count('connected parts of at least 0.05 mL'),
  componentCountFrom1Ml: count('connected parts of at least 1 mL'),
  largestComponentMl: volume('largest connected part'),
  largestComponentFraction: share('largest connected part, share of the lesion'),
  maxDiameterMm: length('largest diameter of the largest part'),
  maxAxialDiameterMm: length('largest diameter of the largest part within one axial slice'),
  overallExtentMm: length('largest distance between two points of the whole lesion'),
  compactness: { unit: '1', low: 0, high: 2, meaning: 'volume of the largest part / sphere of its diameter' },
} as const satisfies Record<string, LesionFeature>;

const PLACE = {
  territoryCount: count('arteries (ACA, MCA, PCA, vertebrobasilar) with at least 0.1 mL and 5 % of the lesion', 4),
  multiTerritory: flag('more than one such artery'),
  anteriorFraction: share('ACA and MCA, share of what lies in any of the four arteries'),
  infratentorial: flag('at least half of the lesion is vertebrobasilar'),
  anyInfratentorial: flag('at least 0.05 mL is vertebrobasilar'),
  depthMeanMm: length('mean depth', 120),
  depthP05Mm: length('5th percentile of depth', 120),
  corticalFraction: share('share within 8 mm of the outer brain surface'),
  deepFraction: share('share in perforator territories and ventricle'),
  borderZoneFraction: share('share within 5 mm of the border between the ACA, MCA and PCA territories'),
  periventricularFraction: share('share within 10 mm of a lateral ventricle'),
  subcorticalOnly: flag(
    'deep fraction at least 0.8; or 5th percentile of depth at least 10 mm and insula, PCA, medial ACA and VB below 5 %',
  ),
  lacune15: flag('subcortical only, one part of at least 0.05 mL, axial diameter below 15 mm'),
  lacune20: flag('subcortical only, one part of at least 0.05 mL, axial diameter below 20 mm'),
  mcaRegionsInvolved: count('of the nine MCA regions, those covered by 20 % or more on the worse side', 9),
  mcaRegionsInvolvedLeft: count('of the nine left MCA regions, those covered by 20 % or more', 9),
  mcaRegionsInvolvedRight: count('of the nine right MCA regions, those covered by 20 % or more', 9),
  corticospinalMaxSectionLeft: share(
    'largest share of a cross-section of the left corticospinal course that is lesioned',
  ),
  corticospinalMaxSectionRight: share(
    'largest share of a cross-section of the right corticospinal course that is lesioned',
  ),
  corticospinalMaxSection: share('the larger of both sides'),
  centroidXMm: position('center of the lesion, positive to the right'),
  centroidYMm: position('center of the lesion, positive to the front'),
  centroidZMm: position('center of the lesion, positive upward'),
  centroidLateralMm: length('distance of the center from the midline', 150),
} as const satisfies Record<string, LesionFeature>;

const MEASURES = ['Ml', 'Fraction', 'Coverage', 'CoverageLeft', 'CoverageRight'] as const;
const SIDED = ['Coverage', 'CoverageLeft', 'CoverageRight'] as const;

export type LesionFeatureName =
  | keyof typeof WHOLE
  | keyof typeof SHAPE
  | keyof typeof PLACE
  | `dominant${Artery}`
  | `${Territory | TerritoryGroup}${(typeof MEASURES)[number]}`
  | `${McaRegion}Region${(typeof SIDED)[number]}`
  | `${EloquentRegion}${(typeof SIDED)[number]}`;

/** Every feature of one lesion; flags are 0 or 1. */
export type LesionFeatures = Readonly<Record<LesionFeatureName, number>>;

const MEASURE_WORDS: Readonly<Record<(typeof MEASURES)[number], (of: string) => LesionFeature>> = {
  Ml: (of) => volume(`lesion volume in: ${of}`),
  Fraction: (of) => share(`share of the lesion in: ${of}`),
  Coverage: (of) => share(`share filled by the lesion on the worse side: ${of}`),
  CoverageLeft: (of) => share(`share filled by the lesion on the left: ${of}`),
  CoverageRight: (of) => share(`share filled by the lesion on the right: ${of}`),
};

function crossed(parts: Readonly<Record<string, string>>, measures: readonly (typeof MEASURES)[number][], infix = '') {
  return Object.entries(parts).flatMap(([name, of]) =>
    measures.map((measure): [string, LesionFeature] => [`${name}${infix}${measure}`, MEASURE_WORDS[measure](of)]),
  );
}

/** All features in the order of the CSV columns. Names and meanings are stable; a change is a new version of the models. */
export const LESION_FEATURES = Object.freeze(
  Object.fromEntries([
    ...Object.entries(WHOLE),
    ...Object.entries(SHAPE),
    ...Object.entries(PLACE),
    ...Object.entries(ARTERIES).map(([artery, word]): [string, LesionFeature] => [
      `dominant${artery}`,
      flag(`most of the lesion lies in the ${word} circulation (ACA, MCA, PCA, vertebrobasilar compared)`),
    ]),
    ...crossed(TERRITORIES, MEASURES),
    ...crossed(GROUP_WORDS, MEASURES),
    ...crossed(MCA_REGIONS, SIDED, 'Region'),
    ...crossed(ELOQUENT_REGIONS, SIDED),
  ]),
) as Readonly<Record<LesionFeatureName, LesionFeature>>;

/** The names in the order of {@link LESION_FEATURES}. */
export const LESION_FEATURE_NAMES = Object.keys(LESION_FEATURES) as readonly LesionFeatureName[];
