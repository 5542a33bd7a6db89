/** What imaging says about the infarct and its arteries: the words in which the cause of a stroke is reasoned about. */
import type { Quantity } from './quantity.ts';
import type { Source } from './fact.ts';

/**
 * Pattern of the acute infarcts, as a report describes it.
 * 'single-penetrating-artery': one infarct confined to the territory of one penetrating artery (basal ganglia, thalamus,
 * internal capsule, corona radiata, pons), whatever its size. 'single-territorial': one cortical, cerebellar or large
 * infarct. 'border-zone': infarcts between territories only. 'multiple-one-territory': several in the territory of one
 * artery. 'scattered-cortical': of these, only small cortical ones. 'multiple-territories': in both carotid territories, or in
 * front and behind.
 */
export const INFARCT_PATTERNS = [
  'none-visible',
  'single-penetrating-artery',
  'single-territorial',
  'border-zone',
  'multiple-one-territory',
  'scattered-cortical',
  'multiple-territories',
] as const;
export type InfarctPattern = (typeof INFARCT_PATTERNS)[number];

/** Arterial supply in which acute infarcts lie. */
export const INFARCT_TERRITORIES = ['left-carotid', 'right-carotid', 'vertebrobasilar'] as const;
export type InfarctTerritory = (typeof INFARCT_TERRITORIES)[number];

export const SUPPLYING_ARTERIES = [
  'extracranial-carotid',
  'intracranial-carotid',
  'middle-cerebral',
  'anterior-cerebral',
  'vertebral',
  'basilar',
  'posterior-cerebral',
] as const;
export type SupplyingArtery = (typeof SUPPLYING_ARTERIES)[number];
export type ArterySide = 'left' | 'right' | 'midline';

/** Narrowing of one artery, as a finding of angiography or ultrasound. */
export interface ArterialStenosis {
  readonly artery: SupplyingArtery;
  /** 'midline' for the basilar artery only. */
  readonly side: ArterySide;
  /** Reduction of the diameter (NASCET), 0–100 %; 0 = examined and open, 100 = occluded. */
  readonly percent: Quantity<'%'>;
  readonly source: Source;
}
