/** Coded concepts of diffusion lesions and of their age. */
import { ABNORMAL, own, sct, volumeOf, type Code, type FindingTerms, type SegmentTerms } from './concepts.ts';

export const DIFFUSION_SEGMENTS: Readonly<Record<string, SegmentTerms>> = {
  'dwi-lesion': {
    label: 'Diffusion lesion',
    category: ABNORMAL,
    type: sct('52988006', 'Lesion'),
    color: [34_885, 53_485, 50_171],
  },
};

const LESION: Code = sct('52988006', 'Lesion');
const of = (code: string, meaning: string, segment: string | null = 'dwi-lesion'): FindingTerms => ({
  finding: LESION,
  concept: own(code, meaning),
  segment,
});

export const DIFFUSION_FINDINGS = {
  'dwi-lesion-volume': volumeOf(LESION, 'dwi-lesion'),
  'dwi-lesion-count': of('dwi-lesion-count', 'Connected parts of the diffusion lesion'),
  'dwi-lesion-diameter': of('dwi-lesion-diam', 'Largest axial diameter of the largest part'),
  'dwi-lesion-side': of('dwi-lesion-side', 'Side of the diffusion lesion', null),
  'dwi-lesion-territory': of('dwi-lesion-terr', 'Territory of the diffusion lesion', null),
  'dwi-lesion-location': of('dwi-lesion-loc', 'Location of the diffusion lesion', null),
  'infarct-pattern': of('infarct-pattern', 'Pattern of the acute infarcts', null),
  'dwi-lesion-mca-share': of('dwi-mca-share', 'Share of the MCA territory with a diffusion lesion', null),
  'ischemic-lesion': of('ischemic-lesion', 'Lesion features in template space', null),
  'dwi-flair-mismatch': of('dwi-flair', 'DWI-FLAIR mismatch', null),
  'flair-signal-ratio': of('flair-ratio', 'FLAIR signal of the lesion to mirrored tissue', null),
  'flair-marked-share': of('flair-marked', 'Share of the diffusion lesion marked on FLAIR', null),
  'onset-within-4.5-h-by-flair': of('onset-4.5-flair', 'Probability of onset within 4.5 h by FLAIR', null),
} satisfies Readonly<Record<string, FindingTerms>>;

/** Words that findings of diffusion have as values, beside those of hemorrhage. */
export const DIFFUSION_VALUES: Readonly<Record<string, Code>> = {
  borderline: own('borderline', 'Borderline'),
  cortical: own('cortical', 'Cortical'),
  subcortical: own('subcortical', 'Subcortical'),
};
