/**
 * The labels of the head-anatomy network and what they are unions of. Numbers are those of `models/head-anatomy/labels.json`,
 * which the training writes; a test compares the two.
 */

export const SIDES = ['left', 'right'] as const;
/** Of the patient. */
export type Side = (typeof SIDES)[number];

/** Label 0 to 7. `headTissue`: skull, scalp, face; `cerebrospinalFluid`: sulci and cisterns, outside the ventricles. */
export const MIDLINE_STRUCTURES = [
  'background',
  'headTissue',
  'cerebrospinalFluid',
  'thirdVentricle',
  'fourthVentricle',
  'midbrain',
  'pons',
  'medulla',
] as const;
export type MidlineStructure = (typeof MIDLINE_STRUCTURES)[number];

/**
 * From label 8 on, left then right. `m1` to `m6`: cortex and white matter below it in the territory of the middle cerebral
 * artery, as ASPECTS divides it; `aca`, `pca`: the superficial territories of the other two; `deepWhite`: corona radiata,
 * centrum semiovale beside the ventricle, external capsule and corpus callosum.
 */
export const SIDED_STRUCTURES = [
  'lateralVentricle',
  'caudate',
  'lentiform',
  'internalCapsule',
  'thalamus',
  'insula',
  'm1',
  'm2',
  'm3',
  'm4',
  'm5',
  'm6',
  'aca',
  'pca',
  'deepWhite',
  'superiorCerebellum',
  'inferiorCerebellum',
] as const;
export type SidedStructure = (typeof SIDED_STRUCTURES)[number];

export type Structure = MidlineStructure | SidedStructure;

const FIRST_SIDED = MIDLINE_STRUCTURES.length;
/** 42 */
export const LABEL_COUNT = FIRST_SIDED + 2 * SIDED_STRUCTURES.length;

export function labelOf(structure: MidlineStructure): number;
export function labelOf(structure: SidedStructure, side: Side): number;
export function labelOf(structure: Structure, side?: Side): number {
  const midline = (MIDLINE_STRUCTURES as readonly string[]).indexOf(structure);
  if (midline !== -1) return midline;
  const at = (SIDED_STRUCTURES as readonly string[]).indexOf(structure);
  return FIRST_SIDED + 2 * at + (side === 'right' ? 1 : 0);
}

/** @throws RangeError for a number that is no label */
export function structureOf(label: number): { readonly structure: Structure; readonly side: Side | null } {
  const midline = MIDLINE_STRUCTURES[label];
  if (midline !== undefined) return { structure: midline, side: null };
  const structure = SIDED_STRUCTURES[(label - FIRST_SIDED) >> 1];
  if (structure === undefined || !Number.isInteger(label)) throw new RangeError(`${label} is no label of head anatomy`);
  return { structure, side: (label - FIRST_SIDED) % 2 === 0 ? 'left' : 'right' };
}

/** The label of the same structure on the other side; of the midline, itself. */
export function otherSide(label: number): number {
  return label < FIRST_SIDED ? label : label ^ 1;
}

/** Labels of structures, on one side or (without `side`) on both; structures of the midline have no side. */
export function labelsOf(structures: readonly Structure[], side?: Side): readonly number[] {
  return structures.flatMap((structure) => {
    const midline = (MIDLINE_STRUCTURES as readonly string[]).indexOf(structure);
    if (midline !== -1) return [midline];
    const sides = side === undefined ? SIDES : [side];
    return sides.map((s) => labelOf(structure as SidedStructure, s));
  });
}

export const VENTRICLES = [
  'lateralVentricle',
  'thirdVentricle',
  'fourthVentricle',
] as const satisfies readonly Structure[];
export const BRAINSTEM = ['midbrain', 'pons', 'medulla'] as const satisfies readonly Structure[];
export const CEREBELLUM = ['superiorCerebellum', 'inferiorCerebellum'] as const satisfies readonly Structure[];
/** Brain with its ventricles, without the fluid around it. */
export const BRAIN = [
  ...VENTRICLES,
  ...BRAINSTEM,
  ...SIDED_STRUCTURES.filter((structure) => structure !== 'lateralVentricle'),
] as const satisfies readonly Structure[];
/** All that lies inside the skull. */
export const INTRACRANIAL = ['cerebrospinalFluid', ...BRAIN] as const satisfies readonly Structure[];

/** ASPECTS (Barber 2000, Lancet 355:1670): ten regions of each hemisphere, a point each. */
export const ASPECTS_REGIONS = ['C', 'L', 'IC', 'I', 'M1', 'M2', 'M3', 'M4', 'M5', 'M6'] as const;
export type AspectsRegion = (typeof ASPECTS_REGIONS)[number];
export const ASPECTS_STRUCTURE = {
  C: 'caudate',
  L: 'lentiform',
  IC: 'internalCapsule',
  I: 'insula',
  M1: 'm1',
  M2: 'm2',
  M3: 'm3',
  M4: 'm4',
  M5: 'm5',
  M6: 'm6',
} as const satisfies Record<AspectsRegion, SidedStructure>;

/** Posterior circulation ASPECTS (Puetz 2008, Stroke 39:2485): points that an affected region takes from ten. */
export const PC_ASPECTS_REGIONS = {
  thalamusLeft: { structures: ['thalamus'], side: 'left', points: 1 },
  thalamusRight: { structures: ['thalamus'], side: 'right', points: 1 },
  pcaLeft: { structures: ['pca'], side: 'left', points: 1 },
  pcaRight: { structures: ['pca'], side: 'right', points: 1 },
  cerebellumLeft: { structures: CEREBELLUM, side: 'left', points: 1 },
  cerebellumRight: { structures: CEREBELLUM, side: 'right', points: 1 },
  midbrain: { structures: ['midbrain'], side: null, points: 2 },
  pons: { structures: ['pons'], side: null, points: 2 },
} as const satisfies Record<
  string,
  { readonly structures: readonly Structure[]; readonly side: Side | null; readonly points: 1 | 2 }
>;

/** Main arteries. Finer territories: the arterial atlas, through `Anatomy.toTemplate`. */
export const ARTERIAL_TERRITORIES = ['aca', 'mca', 'pca', 'vertebrobasilar'] as const;
export type ArterialTerritory = (typeof ARTERIAL_TERRITORIES)[number];

/** Where a lesion lies, in the words of hemorrhage studies: deep is basal ganglia, capsules, thalamus and deep white matter. */
export const LOCATIONS = ['lobar', 'deep', 'brainstem', 'cerebellar', 'intraventricular', 'extra-axial'] as const;
export type Location = (typeof LOCATIONS)[number];

interface Belonging {
  readonly territory: ArterialTerritory | null;
  readonly location: Location | null;
}

const of = (territory: ArterialTerritory | null, location: Location | null): Belonging => ({ territory, location });
const LOBAR_MCA = of('mca', 'lobar');

/** The capsule's posterior limb and the thalamus have several supplies; the main one is given. */
export const BELONGS: Readonly<Record<Structure, Belonging>> = {
  background: of(null, null),
  headTissue: of(null, null),
  cerebrospinalFluid: of(null, 'extra-axial'),
  thirdVentricle: of(null, 'intraventricular'),
  fourthVentricle: of(null, 'intraventricular'),
  lateralVentricle: of(null, 'intraventricular'),
  midbrain: of('vertebrobasilar', 'brainstem'),
  pons: of('vertebrobasilar', 'brainstem'),
  medulla: of('vertebrobasilar', 'brainstem'),
  caudate: of('mca', 'deep'),
  lentiform: of('mca', 'deep'),
  internalCapsule: of('mca', 'deep'),
  deepWhite: of('mca', 'deep'),
  thalamus: of('pca', 'deep'),
  insula: LOBAR_MCA,
  m1: LOBAR_MCA,
  m2: LOBAR_MCA,
  m3: LOBAR_MCA,
  m4: LOBAR_MCA,
  m5: LOBAR_MCA,
  m6: LOBAR_MCA,
  aca: of('aca', 'lobar'),
  pca: of('pca', 'lobar'),
  superiorCerebellum: of('vertebrobasilar', 'cerebellar'),
  inferiorCerebellum: of('vertebrobasilar', 'cerebellar'),
};
