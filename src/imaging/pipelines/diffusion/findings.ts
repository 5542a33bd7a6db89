/** What is said of a diffusion study: values, intervals, floors. */
import {
  type FindingInterval,
  type FindingKind,
  type LesionFeatures,
  type QualityRemark,
} from '../../../case/index.ts';
import { placeOf, labelsOn } from '../../anatomy/index.ts';
import type { ArterialAtlas } from '../../lesion/arterial-atlas.ts';
import { rightOf } from '../perfusion/midline.ts';
import { territoriesOf } from '../perfusion/territory.ts';
import { positionOf } from '../perfusion/working-grid.ts';
import type { FindingDraft } from '../pipeline.ts';
import { LESION_AGE } from './lesion-age/settings.ts';
import type { LesionAge } from './lesion-age/lesion-age.ts';
import { onsetWithinWindow, PRIOR } from './lesion-age/onset-probability.ts';
import { mcaShare, ownMeasures, partsOf, suppliesOf, templateFeatures, templatePattern } from './lesion-measures.ts';
import { NETWORK_SETTINGS, type LesionMasks } from './network-lesion.ts';
import type { DiffusionStudy } from './prepare.ts';
import { diffusionRemark } from './quality.ts';
import { DIFFUSION_SETTINGS, type DiffusionLesion } from './threshold-lesion.ts';

export interface Common {
  readonly quality: readonly QualityRemark[];
  readonly seriesUids: readonly string[];
}

const NETWORK_BASIS = `probability from ${NETWORK_SETTINGS.lowestProbability} to ${NETWORK_SETTINGS.highestProbability}`;
const THRESHOLD_BASIS = 'threshold from 580 to 660';

const round = (x: number, digits = 2): number => Number(x.toFixed(digits));

type Draft = Pick<FindingDraft, 'kind' | 'value'> & Partial<FindingDraft>;

const drafts = (common: Common, settings: FindingDraft['settings'], all: readonly Draft[]): FindingDraft[] =>
  all.map((one) => ({ interval: null, detectionFloor: null, settings, ...common, ...one }));

/** ADC below 620: what the trials of late thrombectomy and the decisions call core. */
export function coreFinding({ ml, lowMl, highMl }: DiffusionLesion, common: Common): FindingDraft {
  const floor = DIFFUSION_SETTINGS.smallestMl;
  return {
    kind: 'core-volume',
    value: round(ml),
    interval: { low: round(lowMl), high: round(Math.max(highMl, ml === 0 ? floor : 0)), basis: THRESHOLD_BASIS },
    detectionFloor: floor,
    settings: DIFFUSION_SETTINGS,
    ...common,
  };
}

interface Method {
  /** null: nothing is said in template space. */
  readonly atlas: ArterialAtlas | null;
  readonly isNetwork: boolean;
}

/** Volume, parts, place and, through the anatomy, features in template space. */
export function lesionFindings(
  { voxels, least, most }: LesionMasks,
  study: DiffusionStudy,
  { atlas, isNetwork }: Method,
  common: Common,
): FindingDraft[] {
  const { adc } = study;
  const [own, low, high] = [voxels, least, most].map((mask) => ownMeasures(mask, adc)) as [Own, Own, Own];
  const settings = isNetwork ? NETWORK_SETTINGS : DIFFUSION_SETTINGS;
  const floor = settings.smallestMl;
  const basis = isNetwork ? NETWORK_BASIS : THRESHOLD_BASIS;
  const interval = (a: number, b: number, digits = 2): FindingInterval => ({
    ...{ low: round(Math.min(a, b), digits), high: round(Math.max(a, b), digits), basis },
  });
  const volume: Draft = {
    kind: 'dwi-lesion-volume',
    value: round(own.ml),
    interval: interval(Math.min(low.ml, own.ml), Math.max(high.ml, own.ml === 0 ? floor : own.ml)),
    detectionFloor: floor,
  };
  if (own.parts === 0) return drafts(common, settings, [volume]);
  const side = sideOf(study, voxels);
  const measured: Draft[] = [
    volume,
    { kind: 'dwi-lesion-count', value: own.parts, interval: spanning(own.parts, low.parts, high.parts, interval) },
    ...(own.diameterMm === null
      ? []
      : [
          {
            kind: 'dwi-lesion-diameter' as const,
            value: round(own.diameterMm, 1),
            interval: interval(
              Math.min(low.diameterMm ?? 0, own.diameterMm),
              Math.max(high.diameterMm ?? 0, own.diameterMm),
              1,
            ),
          },
        ]),
    ...(side === null ? [] : [{ kind: 'dwi-lesion-side' as const, value: side }]),
  ];
  const placed = atlas === null ? null : inTemplate({ voxels, least, most }, study, atlas);
  if (placed === null) {
    const territories = territoriesOf(voxels, study.brain, adc, study.midline, study.voxelMl).join(' ');
    const word: Draft[] = territories === '' ? [] : [{ kind: 'dwi-lesion-territory', value: territories }];
    const lost = atlas === null ? [] : [diffusionRemark('lesion-outside-template', 'limits')];
    const quality = [...common.quality, ...lost];
    return drafts({ ...common, quality }, settings, [...measured, ...word]);
  }
  return drafts(common, settings, [...measured, ...placed.map((one) => one(interval))]);
}

type Own = ReturnType<typeof ownMeasures>;
type Interval = (a: number, b: number, digits?: number) => FindingInterval;

const spanning = (value: number, a: number, b: number, interval: Interval): FindingInterval =>
  interval(Math.min(a, b, value), Math.max(a, b, value), 0);

/** Side by the anatomy, else by the plane of best symmetry. */
function sideOf(study: DiffusionStudy, lesion: Uint8Array): 'left' | 'right' | 'both' | null {
  if (study.anatomy !== null) {
    const { side } = placeOf(lesion, labelsOn(study.anatomy, study.adc));
    if (side !== null) return side;
  }
  let [left, right] = [0, 0];
  lesion.forEach((inside, at) => {
    if (inside !== 1) return;
    if (rightOf(study.midline, positionOf(at, study.adc)) > 0) right++;
    else left++;
  });
  if (left + right === 0) return null;
  if (Math.min(left, right) > BOTH_SIDES_SHARE * Math.max(left, right)) return 'both';
  return right > left ? 'right' : 'left';
}

/** The lesser side counts above this share of the greater one. */
const BOTH_SIDES_SHARE = 0.2;

/** @returns null when the lesion would lie outside of the template */
function inTemplate(
  { voxels, least, most }: LesionMasks,
  { adc, anatomy }: DiffusionStudy,
  atlas: ArterialAtlas,
): ((interval: Interval) => Draft)[] | null {
  const toTemplate = anatomy?.toTemplate ?? null;
  if (toTemplate === null) return null;
  const features = templateFeatures(voxels, adc, toTemplate, atlas);
  if (features === null || features.lesionPresent === 0) return null;
  const share = mcaShare(features);
  const shares = [least, most].flatMap((mask) => {
    const other = mask.includes(1) ? templateFeatures(mask, adc, toTemplate, atlas) : null;
    return other === null ? [] : [mcaShare(other)];
  });
  const pattern = templatePattern(voxels, adc, toTemplate, atlas);
  const supplies = suppliesOf(features);
  const parts = partsOf(features);
  const word = (kind: FindingKind, value: string): ((interval: Interval) => Draft)[] =>
    value === '' ? [] : [() => ({ kind, value })];
  return [
    ...word('dwi-lesion-territory', supplies.join(' ')),
    ...word('dwi-lesion-location', parts.join(' ')),
    ...word('infarct-pattern', pattern ?? ''),
    (interval) => ({
      kind: 'dwi-lesion-mca-share',
      value: round(100 * share, 1),
      interval: interval(100 * Math.min(share, ...shares), 100 * Math.max(share, ...shares), 1),
    }),
    () => ({ kind: 'ischemic-lesion', value: 'present', features: featureRecord(features) }),
  ];
}

const featureRecord = (features: LesionFeatures): Readonly<Record<string, number>> => ({ ...features });

/** `seriesUid`: of the FLAIR; null where none was compared. */
export type AgeOfStudy = LesionAge & { readonly seriesUid: string | null };

/** Mismatch, ratio and the probability of onset within 4.5 h; without a word where it cannot be told. */
export function ageFindings(age: AgeOfStudy | null, common: Common): FindingDraft[] {
  if (age === null) return [];
  const { mismatch, ratio, marked, seriesUid } = age;
  const own: Common = {
    quality: [...common.quality, ...age.quality],
    seriesUids: [...common.seriesUids, ...(seriesUid === null ? [] : [seriesUid])],
  };
  const settings = { mismatchBelow: LESION_AGE.mismatchBelow, markedFrom: LESION_AGE.markedFrom };
  const probability =
    mismatch === 'present' || mismatch === 'absent' ? onsetWithinWindow(mismatch === 'present') : null;
  return drafts(own, settings, [
    { kind: 'dwi-flair-mismatch', value: mismatch },
    ...(ratio === null
      ? []
      : [
          {
            kind: 'flair-signal-ratio' as const,
            value: round(ratio.ratio),
            interval: {
              low: round(ratio.low),
              high: round(ratio.high),
              basis: 'tissue drawn anew, mirror moved, 90 %',
            },
          },
        ]),
    ...(marked === null ? [] : [{ kind: 'flair-marked-share' as const, value: Math.round(100 * marked) }]),
    ...(probability === null
      ? []
      : [
          {
            kind: 'onset-within-4.5-h-by-flair' as const,
            value: Math.round(100 * probability.value),
            interval: {
              low: Math.round(100 * probability.low),
              high: Math.round(100 * probability.high),
              basis: `PRE-FLAIR 2011, prior ${PRIOR.low} to ${PRIOR.high}`,
            },
            settings: { ...settings, prior: PRIOR.value },
          },
        ]),
  ]);
}
