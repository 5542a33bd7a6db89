/** Ischemic strokes whose cause was looked for; each test changes what its story needs. */
import type {
  ArterialStenosis,
  InfarctPattern,
  LesionFeatureName,
  LesionFeatures,
  StrokeCase,
  StrokeFacts,
} from '../../../src/case/index.ts';
import { LESION_FEATURE_NAMES, quantity } from '../../../src/case/index.ts';
import { evaluateSubtype, type ClassifiedSubtype } from '../../../src/decisions/subtype/index.ts';
import {
  aCase,
  daysAgo,
  event,
  given,
  hoursAgo,
  measured,
  nihssItems,
  noneRecorded,
  NOW,
} from '../../support/case-builder.ts';

const SITES = [
  ['extracranial-carotid', 'left'],
  ['extracranial-carotid', 'right'],
  ['middle-cerebral', 'left'],
  ['middle-cerebral', 'right'],
  ['vertebral', 'left'],
  ['vertebral', 'right'],
  ['basilar', 'midline'],
] as const;

type Percents = Readonly<Record<string, number>>;

/** All large arteries examined; open but for those named: `{ 'middle-cerebral left': 70 }`. */
export const arteries = (narrowed: Percents = {}): StrokeFacts['arterialStenosis'] =>
  given<readonly ArterialStenosis[]>(
    SITES.map(([artery, side]) => ({
      artery,
      side,
      percent: quantity(narrowed[`${artery} ${side}`] ?? 0, '%'),
      source: { reference: 'Observation/angiography' },
    })),
  );

export const done = (...kinds: readonly string[]): StrokeFacts['strokeInvestigation'] =>
  given(kinds.map((kind) => event(kind, hoursAgo(20))));

export const COMPLETE = [
  'electrocardiogram',
  'rhythm-monitoring',
  'transthoracic-echocardiography',
  'extracranial-vessel-imaging',
  'intracranial-vessel-imaging',
] as const;

const NOTHING_FOUND = {
  atrialFibrillation: noneRecorded(),
  cardiacThrombus: noneRecorded(),
  myocardialInfarction: noneRecorded(),
  infectiveEndocarditis: noneRecorded(),
  heartFailure: noneRecorded(),
  highRiskCardiacSource: noneRecorded(),
  mediumRiskCardiacSource: noneRecorded(),
  cervicalArteryDissection: noneRecorded(),
  intracranialArteryDissection: noneRecorded(),
  aorticDissection: noneRecorded(),
  moyamoya: noneRecorded(),
  otherStrokeCause: noneRecorded(),
  transientIschemicAttack: noneRecorded(),
  priorIschemicStroke: noneRecorded(),
  acuteIntracranialHemorrhage: noneRecorded(),
} as const satisfies Partial<StrokeFacts>;

/** Higher cortical signs of the left hemisphere. */
export const CORTICAL = nihssItems({ '4': 2, '5b': 3, '6b': 2, '9': 2 });
/** Pure motor hemiparesis. */
export const PURE_MOTOR = nihssItems({ '4': 1, '5b': 2, '6b': 2 });

/** Infarct of the left carotid supply, cortical unless said otherwise; searched completely, nothing found. */
export function searched(facts: Partial<StrokeFacts> = {}): StrokeCase {
  return aCase({
    ...NOTHING_FOUND,
    hemorrhageOnImaging: given(false),
    nihssItems: CORTICAL,
    infarctPattern: given<InfarctPattern>('single-territorial'),
    infarctTerritory: given(['left-carotid'] as const),
    infarctDiameter: measured(42, 'mm'),
    arterialStenosis: arteries(),
    vulnerablePlaque: given(false),
    parentArteryPlaque: given(false),
    occlusionSite: given('none' as const),
    aorticArchPlaque: measured(1, 'mm'),
    aorticArchThrombus: given(false),
    ejectionFraction: measured(60, '%'),
    strokeInvestigation: done(...COMPLETE),
    ...facts,
  });
}

/** A measured lesion whose other features are 0. */
export const lesionWith = (features: Partial<Record<LesionFeatureName, number>>): LesionFeatures =>
  Object.fromEntries(LESION_FEATURE_NAMES.map((name) => [name, features[name] ?? 0])) as unknown as LesionFeatures;

/** Single deep infarct with a pure motor stroke. */
export const lacunar = (millimeters: number, facts: Partial<StrokeFacts> = {}): StrokeCase =>
  searched({
    nihssItems: PURE_MOTOR,
    infarctPattern: given('single-penetrating-artery' as const),
    infarctDiameter: measured(millimeters, 'mm'),
    ...facts,
  });

export const fibrillation = { atrialFibrillation: given([event('atrial-fibrillation', daysAgo(400))]) } as const;
export const narrowed = (percent: number, artery = 'extracranial-carotid left'): Partial<StrokeFacts> => ({
  arterialStenosis: arteries({ [artery]: percent }),
});

/** @throws Error when the stroke is hemorrhagic: the tests that use it expect a classification */
export function classified(stroke: StrokeCase): ClassifiedSubtype {
  const result = evaluateSubtype(stroke, NOW);
  if (result.status !== 'classified') throw new Error('not classified');
  return result;
}
