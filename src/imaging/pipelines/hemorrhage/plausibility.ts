/**
 * Is this an image the network can judge? One score, 0 (as expected) to 1 and more (refused): the largest of what was
 * measured, each as its share of the limit. The limits are own choices.
 */
import type { QualityRemark } from '../../../case/index.ts';
import { rounded, type Figures } from '../../quality/figures.ts';
import type { Volume } from '../../volume/volume.ts';
import type { Presence } from './measure.ts';

export const HEMORRHAGE_QUALITY_CODES = [
  'hemorrhage-model-missing',
  'brain-density',
  'brain-volume',
  'too-few-slabs',
  'augmentations-disagree',
  'subarachnoid-not-told-apart',
  'anatomy-missing',
  'earlier-scan-not-compared',
  'earlier-scan-other-network',
] as const;
export type HemorrhageQualityCode = (typeof HEMORRHAGE_QUALITY_CODES)[number];

export function remark(
  code: HemorrhageQualityCode,
  severity: QualityRemark['severity'],
  figures: Figures = {},
): QualityRemark {
  return { code, severity, figures: rounded(figures) };
}

/** Median of brain: 30 to 36 HU; wrong rescaling, contrast everywhere or a phantom lie elsewhere. */
const BRAIN_HU = { middle: 33, off: 13 } as const;
/** What a scan that covers the brain in part still shows, and what no brain has, mL. */
const BRAIN_ML = { least: 400, most: 2400 } as const;
export const LEAST_SLABS = 8;
/** Passes that agree less say that the network guesses. */
const AGREEMENT = { limits: 0.7, refuses: 0.25 } as const;
/** Disagreement about little blood is what little blood looks like, mL. */
const DISPUTED_ML = 5;

export interface Plausible {
  readonly brainHu: number | null;
  readonly brainMl: number;
  readonly slabs: number;
  readonly agreement: number;
  /** Of the variant that saw most. */
  readonly bloodMl: number;
}

export interface Plausibility {
  readonly score: number;
  readonly quality: readonly QualityRemark[];
}

export function plausibility({ brainHu, brainMl, slabs, agreement, bloodMl }: Plausible): Plausibility {
  const terms: readonly (readonly [number, QualityRemark])[] = [
    [
      brainHu === null ? 1 : Math.abs(brainHu - BRAIN_HU.middle) / BRAIN_HU.off,
      remark('brain-density', 'refuses', brainHu === null ? {} : { brainHu }),
    ],
    [
      brainMl < BRAIN_ML.least ? 2 - brainMl / BRAIN_ML.least : brainMl / BRAIN_ML.most,
      remark('brain-volume', 'refuses', { brainMl }),
    ],
    [LEAST_SLABS / Math.max(1, slabs + 1), remark('too-few-slabs', 'refuses', { slabs })],
    [
      bloodMl < DISPUTED_ML ? 0 : (1 - agreement) / (1 - AGREEMENT.refuses),
      remark('augmentations-disagree', 'refuses', { agreement }),
    ],
  ];
  const score = Math.max(...terms.map(([term]) => term));
  return {
    score,
    quality: [
      ...terms.filter(([term]) => term >= 1).map(([, refusal]) => refusal),
      ...(bloodMl >= DISPUTED_ML && agreement < AGREEMENT.limits && agreement > AGREEMENT.refuses
        ? [remark('augmentations-disagree', 'limits', { agreement })]
        : []),
    ],
  };
}

/** Blood that small changes of the image make and unmake may be there: 'uncertain', however much of it is seen. */
export const believed = (presence: Presence, quality: readonly QualityRemark[]): Presence =>
  presence === 'present' &&
  quality.some(({ code }) => code === ('augmentations-disagree' satisfies HemorrhageQualityCode))
    ? 'uncertain'
    : presence;

/** Soft tissue of the brain without blood, fluid and calcification, HU. */
const TISSUE_HU = [10, 60] as const;

/** @param tissue 1 for brain that holds no blood; null when there is next to none */
export function medianHu({ values }: Volume, tissue: Uint8Array): number | null {
  const counts = new Uint32Array(TISSUE_HU[1] - TISSUE_HU[0]);
  let total = 0;
  tissue.forEach((inside, at) => {
    const hu = Math.floor((values[at] ?? NaN) - TISSUE_HU[0]);
    if (inside !== 1 || !(hu >= 0 && hu < counts.length)) return;
    counts[hu] = (counts[hu] ?? 0) + 1;
    total++;
  });
  if (total < 1000) return null;
  let sum = 0;
  const at = counts.findIndex((count) => (sum += count) >= total / 2);
  return at + TISSUE_HU[0] + 0.5;
}

/** Standard deviation of a voxel, from differences of pixels two apart (median, 0.6745 √2): anatomy is mostly gone from them. */
export function noiseHu({ values, size: [nx] }: Volume, tissue: Uint8Array): number | null {
  const differences: number[] = [];
  for (let at = 0; at + 2 < values.length; at++) {
    if (at % nx > nx - 3 || tissue[at] !== 1 || tissue[at + 2] !== 1) continue;
    differences.push(Math.abs((values[at] ?? 0) - (values[at + 2] ?? 0)));
  }
  if (differences.length < 500) return null;
  const sorted = Float32Array.from(differences).sort();
  return (sorted[Math.floor(sorted.length / 2)] ?? 0) / (0.6745 * Math.SQRT2);
}
